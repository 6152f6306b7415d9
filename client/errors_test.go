package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// allKinds are the kinds of errors, each of which a case of TestErrors brings about.
func allKinds() []client.Kind {
	return []client.Kind{
		client.CLINotFound, client.Spawn, client.NotConnected, client.NotReady, client.ProcessExit, client.Closed, client.Timeout,
		client.Decode, client.ControlError, client.ResultError, client.NoResult, client.PromptError, client.InvalidOption,
		client.Cancelled, client.Other,
	}
}

// mishap is a way in which a call or a session fails.
type mishap struct {
	kind client.Kind
	set  func(*client.Options)
	// cause brings it about, with a connected client if connects is set.
	cause    func(t *testing.T, c *client.Client, f *fake, opts client.Options) error
	connects bool
	mute     bool   // initialize is not answered
	is       error  // another error that it is
	op, says string // the call, and a part of the message
	exit     int    // the exit code, and with it stderr; -1 for none
}

// beside makes a call while something else is done.
func beside(do func(), call func() error) error {
	done := make(chan error, 1)
	go func() { done <- call() }()
	do()
	return <-done
}

func interrupt(c *client.Client, ctx context.Context) error {
	_, err := c.Interrupt(ctx)
	return err
}

func callMishaps() map[string]mishap {
	return map[string]mishap{
		"no connection": {kind: client.NotConnected, op: "interrupt", exit: -1,
			cause: func(_ *testing.T, c *client.Client, _ *fake, _ client.Options) error {
				return interrupt(c, context.Background())
			}},
		"connected twice": {kind: client.Other, op: "connect", says: "already", connects: true, exit: -1,
			cause: func(_ *testing.T, c *client.Client, _ *fake, _ client.Options) error {
				return c.Connect(context.Background())
			}},
		"refused": {kind: client.ControlError, op: "interrupt", says: "not now", connects: true, exit: -1,
			cause: func(_ *testing.T, c *client.Client, f *fake, _ client.Options) error {
				return beside(func() { f.refuse(f.reads("control_request/interrupt"), "not now") },
					func() error { return interrupt(c, context.Background()) })
			}},
		"the context ends": {kind: client.Cancelled, op: "interrupt", is: context.Canceled, connects: true, exit: -1,
			cause: func(_ *testing.T, c *client.Client, f *fake, _ client.Options) error {
				ctx, cancel := context.WithCancel(context.Background())
				return beside(func() { f.reads("control_request/interrupt"); cancel() }, func() error { return interrupt(c, ctx) })
			}},
		"a deadline passes": {kind: client.Timeout, op: "interrupt", is: context.DeadlineExceeded, connects: true, exit: -1,
			cause: func(_ *testing.T, c *client.Client, _ *fake, _ client.Options) error {
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				return interrupt(c, ctx)
			}},
		"the CLI reads no more": {kind: client.NotReady, op: "query", connects: true, exit: -1,
			cause: func(_ *testing.T, c *client.Client, f *fake, _ client.Options) error {
				f.peer.CloseInput()
				return c.Query(context.Background(), client.Text("x"))
			}},
		"disconnected meanwhile": {kind: client.Closed, op: "interrupt", connects: true, exit: -1,
			cause: func(_ *testing.T, c *client.Client, f *fake, _ client.Options) error {
				return beside(func() { f.reads("control_request/interrupt"); _ = c.Disconnect(context.Background()) },
					func() error { return interrupt(c, context.Background()) })
			}},
		"a stream fails": {kind: client.PromptError, op: "query", is: errWhy, says: "why", connects: true, exit: -1,
			cause: func(_ *testing.T, c *client.Client, _ *fake, _ client.Options) error {
				return c.Query(context.Background(), client.Stream(func(context.Context) (json.RawMessage, error) { return nil, errWhy }))
			}},
	}
}

func valueMishaps() map[string]mishap {
	return map[string]mishap{
		"settings that are no object": {kind: client.InvalidOption, op: "apply_flag_settings", says: "JSON object", exit: -1,
			cause: func(_ *testing.T, c *client.Client, _ *fake, _ client.Options) error {
				return c.ApplyFlagSettings(context.Background(), 5)
			}},
		"no settings": {kind: client.InvalidOption, op: "update_settings", says: "no settings", exit: -1,
			cause: func(_ *testing.T, c *client.Client, _ *fake, _ client.Options) error {
				return c.UpdateSettings(context.Background(), "localSettings", nil)
			}},
		"an in-process server that is none": {kind: client.InvalidOption, op: "mcp_set_servers", says: `"s"`, exit: -1,
			cause: func(_ *testing.T, c *client.Client, _ *fake, _ client.Options) error {
				_, err := c.MCPSetServers(context.Background(), nil, map[string]*mcp.Server{"s": nil})
				return err
			}},
		"a tool without a function": {kind: client.InvalidOption, op: "new_server", says: `"t"`, exit: -1,
			cause: func(*testing.T, *client.Client, *fake, client.Options) error {
				_, err := client.NewServer("s", "1", client.Tool{Name: "t"})
				return err
			}},
	}
}

var errWhy = errors.New("why")

func sessionMishaps() map[string]mishap {
	query := func(act func(*fake)) func(*testing.T, *client.Client, *fake, client.Options) error {
		return func(_ *testing.T, _ *client.Client, f *fake, opts client.Options) error {
			go func() { f.reads("user"); act(f) }()
			_, err := texts(client.Query(context.Background(), client.Text("x"), opts))
			return err
		}
	}
	return map[string]mishap{
		"no such executable": {kind: client.CLINotFound, op: "connect", exit: -1,
			cause: func(t *testing.T, _ *client.Client, _ *fake, _ client.Options) error {
				return client.New(client.Options{CLIPath: filepath.Join(t.TempDir(), "claude")}).Connect(context.Background())
			}},
		"an executable that is a folder": {kind: client.Spawn, op: "connect", exit: -1,
			cause: func(t *testing.T, _ *client.Client, _ *fake, _ client.Options) error {
				return client.New(client.Options{CLIPath: t.TempDir()}).Connect(context.Background())
			}},
		"an option": {kind: client.InvalidOption, op: "connect", exit: -1,
			cause: func(*testing.T, *client.Client, *fake, client.Options) error {
				return client.New(client.Options{Resume: "a\x00"}).Connect(context.Background())
			}},
		"initialize is not answered": {kind: client.Timeout, op: "initialize", exit: -1, mute: true,
			cause: func(_ *testing.T, _ *client.Client, f *fake, opts client.Options) error {
				f.polite()
				return client.New(opts).Connect(context.Background())
			}},
		"it exits while a request is open": {kind: client.ProcessExit, op: "interrupt", says: "code 7", connects: true, exit: 7,
			cause: func(_ *testing.T, c *client.Client, f *fake, _ client.Options) error {
				return beside(func() { f.reads("control_request/interrupt"); f.peer.End(7, "boom\n") },
					func() error { return interrupt(c, context.Background()) })
			}},
		"it exits in a turn":        {kind: client.ProcessExit, says: "boom", exit: 3, cause: query(func(f *fake) { f.peer.End(3, "boom\n") })},
		"it ends without a result":  {kind: client.NoResult, exit: 0, cause: query(func(f *fake) { f.peer.End(0, "boom\n") })},
		"it fails and says so":      {kind: client.ResultError, says: "stopped", exit: 1, cause: query(func(f *fake) { f.writes(interrupted); f.peer.End(1, "boom\n") })},
		"a line that is too long":   {kind: client.Decode, says: "1000", exit: -1, set: func(o *client.Options) { o.MaxFrame = 1000 }, cause: query(func(f *fake) { f.writes(assistant(strings.Repeat("x", 2000))); f.polite() })},
		"nobody reads its messages": {kind: client.Other, op: "messages", says: "limit 200 bytes", exit: -1, connects: true, set: func(o *client.Options) { o.MaxUnread = 200 }, cause: overflows},
	}
}

func overflows(t *testing.T, c *client.Client, f *fake, _ client.Options) error {
	f.polite()
	for range 5 {
		f.writes(assistant("x"))
	}
	got, err := texts(c.Messages(context.Background()))
	var backlog *client.BacklogError
	if !errors.As(err, &backlog) || backlog.Limit != 200 || backlog.Messages != len(got) || len(got) == 0 || len(got) == 5 {
		t.Errorf("read %d messages, then %#v", len(got), backlog)
	}
	return err
}

// TestErrors holds that each mishap is an error of its one kind, with what is known of it.
func TestErrors(t *testing.T) {
	t.Parallel()
	seen := map[client.Kind]bool{}
	for _, group := range []map[string]mishap{callMishaps(), valueMishaps(), sessionMishaps()} {
		for name, tt := range group {
			seen[tt.kind] = true
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, tt.play)
			})
		}
	}
	for _, kind := range allKinds() {
		if !seen[kind] {
			t.Errorf("no case for %s", kind)
		}
	}
}

func (m mishap) play(t *testing.T) {
	opts, f := pipe(t, m.set, patient, func(f *fake) { f.mute = m.mute })
	c := client.New(opts)
	if m.connects {
		if err := c.Connect(context.Background()); err != nil {
			t.Fatal(err)
		}
		defer func() { f.polite(); _ = c.Disconnect(context.Background()) }()
	}
	m.check(t, m.cause(t, c, f, opts))
}

func (m mishap) check(t *testing.T, err error) {
	var e *client.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %#v", err)
	}
	for _, kind := range allKinds() {
		if errors.Is(err, kind) != (kind == m.kind) {
			t.Errorf("it is %s; want %s: %v", e.Kind, m.kind, err)
		}
	}
	if e.Op != m.op || !strings.Contains(e.Message, m.says) || m.is != nil && !errors.Is(err, m.is) {
		t.Errorf("op %q, want %q; %v, want %q and %v in it", e.Op, m.op, err, m.says, m.is)
	}
	if told := e.ExitCode != nil; told != (m.exit >= 0) || told && (*e.ExitCode != m.exit || e.Stderr != "boom\n") {
		t.Errorf("exit code %v, stderr %q; want %d", e.ExitCode, e.Stderr, m.exit)
	}
}

func TestARefusalCarriesItsCode(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	err := beside(func() {
		line, err := protocol.EncodeError(f.reads("control_request/set_permission_mode").ControlRequest().ID, "no", "invalid_mode")
		if err != nil {
			t.Error(err)
		}
		f.writes(string(line))
	}, func() error { _, err := c.SetPermissionMode(within(t), "x"); return err })
	var e *client.Error
	if !errors.As(err, &e) || e.Code != "invalid_mode" || e.Message != "no" {
		t.Errorf("got %#v", err)
	}
}
