package client_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// fault is a mistake that other SDKs were seen to make, and the conversation with a real process that shows it.
type fault struct {
	number int
	name   string
	cli    func(c *cli) int // the process: its exit code is what it returns
	set    func(o *client.Options)
	test   func(t *testing.T, o client.Options) // nil: a one-shot query that ends well
}

// faults is the list of rust-sdk "bug classes", each with the row's number.
func faults() []fault {
	return slices.Concat(outputFaults(), endFaults(), requestFaults(), callbackFaults(), startFaults())
}

// faultCLIs are the processes of the table, and those that they start.
func faultCLIs() map[string]func(c *cli) int {
	all := map[string]func(c *cli) int{"holder": (*cli).holder, "answers": (*cli).answersAll}
	for _, f := range faults() {
		all[f.script()] = f.cli
	}
	return all
}

func (f fault) script() string { return fmt.Sprintf("fault %d %s", f.number, f.name) }

// TestFaults is not parallel for its variables; its rows are.
func TestFaults(t *testing.T) {
	t.Setenv("CLAUDECODE", "1") // row 24
	seen := map[int]bool{}
	for _, f := range faults() {
		seen[f.number] = true
		t.Run(fmt.Sprintf("%02d %s", f.number, f.name), func(t *testing.T) {
			t.Parallel()
			opts, pid := process(t, f.script())
			opts.Escalation = transport.Escalation{} // a CLI that is ended by a signal would not have come to its own end
			if f.set != nil {
				f.set(&opts)
			}
			if f.test == nil {
				f.test = func(t *testing.T, o client.Options) { queried(t, o, nil) }
			}
			f.test(t, opts)
			if _, err := os.Stat(pid); err == nil { // else it was ended before it could write it
				gone(t, pid)
			}
		})
	}
	for n := 1; n <= 25; n++ {
		if !seen[n] {
			t.Errorf("row %d is missing", n)
		}
	}
}

// queried runs a one-shot query, which must fail as told, and gives its messages.
func queried(t *testing.T, o client.Options, want error) (got []client.Message) {
	t.Helper()
	for m, err := range client.Query(within(t), client.Text("go"), o) {
		switch {
		case err == nil:
			got = append(got, m)
		case want == nil || !errors.Is(err, want):
			t.Errorf("want %v, got %v", want, err)
		default:
			want = nil
		}
	}
	if want != nil {
		t.Errorf("want %v, got a good end", want)
	}
	return got
}

// open connects a client, and ends its session with the test.
func open(t *testing.T, o client.Options) *client.Client {
	t.Helper()
	c := client.New(o)
	if err := c.Connect(within(t)); err != nil {
		t.Fatal(err)
	}
	return c
}

func disconnected(t *testing.T, c *client.Client) {
	t.Helper()
	if err := c.Disconnect(within(t)); err != nil {
		t.Error(err)
	}
}

func outputFaults() []fault {
	long := strings.Repeat("long ", 1<<20)
	return []fault{
		{number: 1, name: "a line above a megabyte", cli: func(c *cli) int {
			c.prompted()
			c.says(assistant(long))
			return c.finishes()
		}, test: func(t *testing.T, o client.Options) {
			if got := queried(t, o, nil); len(got) != 2 || got[0].Text() != long {
				t.Errorf("got %d messages", len(got))
			}
		}},
		{number: 9, name: "noise between the lines", cli: func(c *cli) int {
			c.prompted()
			c.says("npm warn {deprecated}", assistant("one"), `{"type":"assistant","message":{"con`, `{bad}`, "", `["x"]`, "null", assistant("two"))
			return c.finishes()
		}, test: func(t *testing.T, o client.Options) {
			skipped := 0
			o.OnSkip = func(error) { skipped++ }
			if got := queried(t, o, nil); len(got) != 3 || got[0].Text() != "one" || got[1].Text() != "two" || skipped != 5 {
				t.Errorf("got %v, %d lines skipped", got, skipped)
			}
		}},
		{number: 10, name: "unknown types and blocks", cli: func(c *cli) int {
			c.prompted()
			c.says(`{"type":"holo","x":1.0}`, `{"type":"assistant","message":{"role":"assistant","model":"m","content":[{"type":"holo_block","y":[1]},{"type":"text","text":"hi"}]}}`,
				`{"type":"system","subtype":"holo","data":null}`, `{"type":"user","message":{"role":"user","content":5}}`)
			return c.finishes()
		}, test: func(t *testing.T, o client.Options) {
			got := queried(t, o, nil)
			if len(got) != 5 || string(got[0].Raw) != `{"type":"holo","x":1.0}` || got[1].Text() != "hi" || got[2].Subtype != "holo" {
				t.Errorf("got %v", got)
			}
		}},
	}
}

func endFaults() []fault {
	return []fault{
		{number: 2, name: "an exit with a request open", cli: func(c *cli) int {
			c.initialized()
			c.reads("control_request/mcp_status")
			return 3
		}, test: func(t *testing.T, o client.Options) {
			_, err := open(t, o).Request(within(t), protocol.MCPStatus{})
			var e *client.Error
			if !errors.As(err, &e) || e.Kind != client.ProcessExit || e.ExitCode == nil || *e.ExitCode != 3 {
				t.Errorf("got %v", err)
			}
		}},
		{number: 3, name: "exit code and stderr", cli: func(c *cli) int {
			c.prompted()
			fmt.Fprintln(os.Stderr, "error: out of luck")
			return 7
		}, test: func(t *testing.T, o client.Options) {
			for _, err := range client.Query(within(t), client.Text("go"), o) {
				var e *client.Error
				if !errors.As(err, &e) || e.Kind != client.ProcessExit || e.ExitCode == nil || *e.ExitCode != 7 || e.Stderr != "error: out of luck\n" {
					t.Errorf("got %#v", err)
				}
			}
		}},
		{number: 4, name: "messages before the exit", cli: func(c *cli) int {
			c.prompted()
			for i := range 500 {
				c.says(assistant(fmt.Sprint(i)))
			}
			c.says(result("last"))
			return 7
		}, test: readsAfterTheEnd},
		{number: 6, name: "close while nobody reads", cli: (*cli).floods, test: func(t *testing.T, o client.Options) {
			o.Escalation = transport.Escalation{EOFGrace: 20 * time.Millisecond, TermGrace: 20 * time.Millisecond}
			c := open(t, o)
			if err := c.Query(within(t), client.Text("go")); err != nil {
				t.Fatal(err)
			}
			var closing sync.WaitGroup
			for range 3 {
				closing.Go(func() { disconnected(t, c) })
			}
			closing.Wait()
		}},
		{number: 7, name: "a grandchild that holds stdout", cli: (*cli).leavesChild, test: outlivedByAChild},
		{number: 8, name: "no zombie", cli: func(c *cli) int {
			c.prompted()
			return 5
		}, test: func(t *testing.T, o client.Options) { queried(t, o, client.ProcessExit) }}, // TestFaults looks for its process
		{number: 21, name: "stdin stays open for an agent", cli: (*cli).worksOn, set: hooksFor("PreToolUse")},
		{number: 22, name: "an interrupt that is dropped", cli: func(c *cli) int {
			c.prompted()
			c.answers(c.reads("control_request/interrupt"), `{"still_queued":[]}`) // and is not heeded
			c.says(assistant("going on"), result("one"))
			c.reads("user")
			c.says(assistant("again"), result("two"))
			return c.done()
		}, test: goesOn},
	}
}

// readsAfterTheEnd reads only when the session is known to be over.
func readsAfterTheEnd(t *testing.T, o client.Options) {
	c := open(t, o)
	if err := c.Query(within(t), client.Text("go")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Request(within(t), protocol.MCPStatus{}); !errors.Is(err, client.ProcessExit) {
		t.Errorf("a request at the end: %v", err)
	}
	got, err := texts(c.Messages(within(t)))
	if len(got) != 501 || got[499] != "499" || got[500] != "last" || !errors.Is(err, client.ProcessExit) {
		t.Errorf("got %d messages and then %v", len(got), err)
	}
}

func outlivedByAChild(t *testing.T, o client.Options) {
	dir, err := os.MkdirTemp("", "wt") // a socket's name may not be as long as t.TempDir's
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	o.Env[lifeVariable] = filepath.Join(dir, "s")
	listener, err := net.Listen("unix", o.Env[lifeVariable])
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	c := open(t, o) // nothing but the process's own end can end this session
	if err := c.Query(within(t), client.Text("go")); err != nil {
		t.Fatal(err)
	}
	if got, err := texts(c.Messages(within(t))); err != nil || joined(got) != "done" {
		t.Errorf("got %v, %v", got, err)
	}
	child, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = child.Close() // which ends it
}

func goesOn(t *testing.T, o client.Options) {
	c := open(t, o)
	for i, want := range []string{"going on,one", "again,two"} {
		if err := c.Query(within(t), client.Text("go")); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if _, err := c.Request(within(t), protocol.Interrupt{}); err != nil {
				t.Error(err)
			}
		}
		if got, err := texts(c.Response(within(t))); err != nil || joined(got) != want {
			t.Errorf("want %s, got %v, %v", want, got, err)
		}
	}
	disconnected(t, c)
}

// hooksFor sets a hook for each event, which passes.
func hooksFor(events ...string) func(o *client.Options) {
	return func(o *client.Options) {
		for _, e := range events {
			o.Hooks = append(o.Hooks, client.Hook{Event: e, Run: func(context.Context, client.HookCallback) (any, error) { return nil, nil }})
		}
	}
}
