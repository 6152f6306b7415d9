package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/transport"
)

// The tests of this file run on a clock of their own, in a bubble that also finds every goroutine that is left behind.

func TestEverythingEndsWithTheSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := make(chan struct{})
		opts, f := pipe(t, func(o *client.Options) {
			o.CanUseTool = func(ctx context.Context, _ client.PermissionRequest) (client.PermissionResult, error) {
				close(asked)
				<-ctx.Done()
				return client.Allow(), nil
			}
			o.MCPServers = map[string]*mcp.Server{"calc": calc(t, func(context.Context, json.RawMessage) (*mcp.CallToolResult, error) { return text("ok"), nil })}
		})
		c := client.New(opts)
		if err := c.Connect(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.handshake("calc")
		f.handshake("calc")
		f.writes(request("p1", askTool))
		<-asked
		open := make(chan error, 1)
		go func() { _, err := c.MCPStatus(context.Background()); open <- err }()
		f.reads("control_request/mcp_status")
		go func() { f.sawEOF(); f.peer.End(0, "") }()
		if err := c.Disconnect(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-open; !errors.Is(err, client.Closed) {
			t.Errorf("open request: got %v", err)
		}
	})
}

// took gives how long f takes on the bubble's clock.
func took(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

func TestACLIThatIsSilentAfterTheEndOfItsStdinIsEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opts, f := pipe(t, nil)
		go func() { f.reads("user"); f.writes(result("r")) }()
		var got []string
		var err error
		spent := took(func() { got, err = texts(client.Query(t.Context(), client.Text("x"), opts)) })
		if err != nil || joined(got) != "r" {
			t.Errorf("got %v, %v", got, err)
		}
		if spent < 8*time.Second || spent > 15*time.Second {
			t.Errorf("it took %v", spent)
		}
	})
}

func TestAFollowUpTurnIsWaitedForAndNotForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opts, f := pipe(t, nil, patient)
		start := time.Now()
		go func() {
			f.reads("user")
			f.writes(agentStarted, agentEnded, result("r"))
			f.sawEOF()
			if spent := time.Since(start); spent < 10*time.Second || spent > 11*time.Second {
				t.Errorf("stdin was closed after %v", spent)
			}
			f.peer.End(0, "")
		}()
		if _, err := texts(client.Query(t.Context(), client.Text("x"), opts)); err != nil {
			t.Error(err)
		}
	})
}

func TestInitializeHasAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opts, f := pipe(t, nil, mute, patient)
		go func() { f.sawEOF(); f.peer.End(0, "") }()
		var err error
		spent := took(func() { err = client.New(opts).Connect(t.Context()) })
		if !errors.Is(err, client.Timeout) || spent != client.DefaultInitializeTimeout {
			t.Errorf("got %v after %v", err, spent)
		}
	})
}

func TestACLIThatClosesItsOutputAndLivesOnIsEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opts, f := pipe(t, nil)
		go func() {
			f.reads("user")
			f.writes(assistant("a"))
			f.peer.CloseOutput()
		}()
		got, err := texts(client.Query(t.Context(), client.Text("x"), opts))
		if joined(got) != "a" || !errors.Is(err, client.NoResult) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func TestACallbackThatHeedsNothingHoldsUpNobodyForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release, asked := make(chan struct{}), make(chan struct{})
		opts, f := pipe(t, func(o *client.Options) {
			o.CanUseTool = func(context.Context, client.PermissionRequest) (client.PermissionResult, error) {
				close(asked)
				<-release
				return client.Allow(), nil
			}
		})
		c := client.New(opts)
		if err := c.Connect(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.writes(request("p1", askTool))
		<-asked
		go func() { f.sawEOF(); f.peer.End(0, "") }()
		if spent := took(func() { _ = c.Disconnect(context.Background()) }); spent > 2*time.Second {
			t.Errorf("disconnect took %v", spent)
		}
		close(release)
		synctest.Wait()
		if len(f.lines) > 0 {
			t.Errorf("a late answer was written: %s", (<-f.lines).Raw)
		}
	})
}

func TestTheEndOfAContextCutsTheGracesShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opts, f := pipe(t, nil)
		f.peer.Terminated() // it heeds no SIGTERM
		c := client.New(opts)
		if err := c.Connect(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if spent := took(func() { _ = c.Disconnect(ctx) }); spent > 2*time.Second {
			t.Errorf("disconnect took %v", spent)
		}
	})
}

// FuzzOutput holds that whatever a CLI writes, the session neither panics nor hangs, and ends with the CLI.
func FuzzOutput(f *testing.F) {
	for _, seed := range []string{
		result("r") + "\n", "{\n", "\xff\xfe\n", `{"type":"control_request"}` + "\n", `{"type":"control_response","response":{"request_id":"req_1"}}` + "\n",
		request("p", askTool) + "\n" + `{"type":"control_cancel_request","request_id":"p"}` + "\n", `{"type":"system","subtype":"task_started"}`,
		request("m", `{"subtype":"mcp_message","server_name":"calc","message":{"jsonrpc":"2.0","id":null,"method":"initialize"}}`) + "\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, output []byte) {
		m, peer := transport.Pipe()
		server, err := client.NewServer("calc", "1")
		if err != nil {
			t.Fatal(err)
		}
		opts := client.Options{
			Open:       func(context.Context) (transport.Transport, error) { return m, nil },
			MCPServers: map[string]*mcp.Server{"calc": server},
		}
		go func() {
			for {
				if _, err := peer.ReadFrame(); err != nil {
					return
				}
			}
		}()
		go func() {
			_, _ = peer.Write(output)
			peer.End(0, "")
		}()
		for range client.Query(within(t), client.Text("x"), opts) {
			continue
		}
		if !m.Exit().Closing && m.Exit().Err != nil {
			t.Errorf("the session ended before its CLI: %v", m.Exit().Err)
		}
	})
}
