package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

const askTool = `{"subtype":"can_use_tool","tool_name":"Bash","input":{"id":123456789012345678901234567890,"zero":-0.0},"tool_use_id":"t1"}`

// answerOf reads the next line, which must answer a request.
func (f *fake) answerOf(id string) protocol.ControlResponse {
	f.t.Helper()
	select {
	case m := <-f.lines:
		r := m.ControlResponse()
		if m.Type != protocol.TypeControlResponse || r.ID.String() != id {
			f.t.Fatalf("got %.300s, want the answer to %s", m.Raw, id)
		}
		return r
	case <-within(f.t).Done():
		f.t.Fatalf("%s was not answered", id)
	}
	return protocol.ControlResponse{}
}

func TestPermissionAnswers(t *testing.T) {
	t.Parallel()
	input := `{"id":123456789012345678901234567890,"zero":-0.0}`
	for name, tt := range map[string]struct {
		answer func() (client.PermissionResult, error)
		want   string // of a success, or the text of an error after an exclamation mark
	}{
		"allow keeps the input": {func() (client.PermissionResult, error) { return client.Allow(), nil }, `{"behavior":"allow","updatedInput":` + input + `}`},
		"allow with another": {func() (client.PermissionResult, error) { return protocol.AllowTool(json.RawMessage(`{}`)), nil },
			`{"behavior":"allow","updatedInput":{}}`},
		"allow with no text": {func() (client.PermissionResult, error) { return protocol.AllowTool(json.RawMessage("")), nil },
			`{"behavior":"allow","updatedInput":` + input + `}`},
		"allow with null": {func() (client.PermissionResult, error) { return protocol.AllowTool(json.RawMessage("null")), nil },
			`!permission callback changed the input to what is no JSON object: "null"`},
		"deny":         {func() (client.PermissionResult, error) { return client.Deny("no"), nil }, `{"behavior":"deny","message":"no"}`},
		"an error":     {func() (client.PermissionResult, error) { return client.Allow(), errors.New("unreadable") }, "!unreadable"},
		"a panic":      {func() (client.PermissionResult, error) { panic("ouch") }, "!callback panicked: ouch"},
		"nothing said": {func() (client.PermissionResult, error) { return client.PermissionResult{}, nil }, `!permission callback answered "": expected allow or deny`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, f := connected(t, func(o *client.Options) {
				o.CanUseTool = func(_ context.Context, r client.PermissionRequest) (client.PermissionResult, error) {
					if string(r.Input) != input {
						t.Errorf("input: got %s", r.Input)
					}
					return tt.answer()
				}
			})
			f.writes(request("p1", askTool))
			r := f.answerOf("p1")
			got := string(r.Response)
			if r.Failed() {
				got = "!" + r.Error
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestWhatCannotBeAnsweredIsRefused(t *testing.T) {
	t.Parallel()
	_, f := connected(t, nil)
	for id, body := range map[string]string{
		"a": askTool,
		"b": `{"subtype":"hook_callback","callback_id":"nobody","input":{}}`,
		"c": `{"subtype":"mcp_message","server_name":"nobody","message":{"jsonrpc":"2.0","id":1,"method":"ping"}}`,
		"d": `{"subtype":"x_new"}`,
		"e": `{}`,
		"f": `null`,
	} {
		f.writes(request(id, body))
		if r := f.answerOf(id); !r.Failed() || r.Error == "" {
			t.Errorf("%s: got %s", body, r.Raw)
		}
	}
}

func TestAWithdrawnRequestStopsItsCallbackAndIsNotAnswered(t *testing.T) {
	t.Parallel()
	asked, stopped := make(chan struct{}, 2), make(chan struct{}, 2)
	c, f := connected(t, func(o *client.Options) {
		o.CanUseTool = func(ctx context.Context, _ client.PermissionRequest) (client.PermissionResult, error) {
			asked <- struct{}{}
			<-ctx.Done()
			stopped <- struct{}{}
			return client.Allow(), nil
		}
	})
	f.writes(request("p1", askTool))
	<-asked
	f.writes(`{"type":"control_cancel_request","request_id":"p1"}`)
	<-stopped
	f.writes(request("x", `{"subtype":"x_new"}`))
	f.answerOf("x")
	f.writes(request("p2", askTool))
	<-asked
	closed := make(chan error, 1)
	go func() { closed <- c.Disconnect(within(t)) }()
	<-stopped
	f.sawEOF()
	f.peer.End(0, "")
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if len(f.lines) > 0 {
		t.Errorf("answered: %s", (<-f.lines).Raw)
	}
}

func TestCallbacksRunSideBySideAndMayCallTheClient(t *testing.T) {
	t.Parallel()
	const n = 20
	var c *client.Client
	all := make(chan struct{})
	var once sync.Mutex
	count := 0
	c, f := connected(t, func(o *client.Options) {
		o.CanUseTool = func(ctx context.Context, r client.PermissionRequest) (client.PermissionResult, error) {
			once.Lock()
			count++
			if count == n {
				close(all)
			}
			once.Unlock()
			<-all
			_, err := c.MCPStatus(ctx)
			return client.Deny(r.ToolUseID), err
		}
	})
	for i := range n {
		f.writes(request(fmt.Sprint("p", i), fmt.Sprintf(`{"subtype":"can_use_tool","tool_name":"x","tool_use_id":"m%d"}`, i)))
	}
	answered := map[string]string{}
	for len(answered) < n {
		m := <-f.lines
		if m.Type == protocol.TypeControlRequest {
			f.answer(m, `{}`)
			continue
		}
		r := m.ControlResponse()
		answered[r.ID.String()] = string(r.Response)
	}
	for i := range n {
		if got := answered[fmt.Sprint("p", i)]; got != fmt.Sprintf(`{"behavior":"deny","message":"m%d"}`, i) {
			t.Errorf("p%d: got %s", i, got)
		}
	}
}

func TestHooksAreRegisteredAndRun(t *testing.T) {
	t.Parallel()
	run := func(text string) func(context.Context, client.HookCallback) (any, error) {
		return func(context.Context, client.HookCallback) (any, error) {
			if text == "" {
				return nil, nil
			}
			return client.HookOutput{Continue: new(false), StopReason: text}, nil
		}
	}
	opts, f := pipe(t, func(o *client.Options) {
		o.Hooks = []client.Hook{
			{Event: "PreToolUse", Matcher: "Bash", Timeout: 2_500_000_000, Run: run("enough")},
			{Event: "PreToolUse", Run: run("")},
			{Event: "Stop", Run: run("")},
		}
	}, mute)
	c := client.New(opts)
	done := make(chan error, 1)
	go func() { done <- c.Connect(within(t)) }()
	initialize := f.reads("control_request/initialize")
	want := `{"PreToolUse":[{"matcher":"Bash","hookCallbackIds":["hook_0"],"timeout":2.5},{"matcher":null,"hookCallbackIds":["hook_1"]}],"Stop":[{"matcher":null,"hookCallbackIds":["hook_2"]}]}`
	if got := string(protocol.Member(initialize.ControlRequest().Request, "hooks")); got != want {
		t.Errorf("registered %s, want %s", got, want)
	}
	f.answer(initialize, `{}`)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.peer.End(0, ""); _ = c.Disconnect(context.Background()) })
	for id, want := range map[string]string{"hook_0": `{"continue":false,"stopReason":"enough"}`, "hook_1": `{}`} {
		f.writes(request(id, `{"subtype":"hook_callback","callback_id":"`+id+`","input":{}}`))
		if got := f.answerOf(id); string(got.Response) != want {
			t.Errorf("%s: got %s", id, got.Raw)
		}
	}
}

// rpc writes a JSON-RPC message for a server and gives the client's answer.
func (f *fake) rpc(id, server, message string) protocol.ControlResponse {
	f.t.Helper()
	f.writes(request(id, `{"subtype":"mcp_message","server_name":`+quote(server)+`,"message":`+message+`}`))
	return f.answerOf(id)
}

// handshake opens an in-process server as the CLI does.
func (f *fake) handshake(server string) {
	f.t.Helper()
	r := f.rpc("m1", server, `{"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"claude-code","version":"2"}},"jsonrpc":"2.0","id":0}`)
	reply := protocol.Member(r.Response, "mcp_response")
	if string(protocol.Member(reply, "id")) != "0" || protocol.Member(protocol.Member(reply, "result"), "serverInfo") == nil {
		f.t.Fatalf("initialize of id 0: got %s", r.Raw)
	}
	if r := f.rpc("m2", server, `{"jsonrpc":"2.0","method":"notifications/initialized"}`); r.Failed() {
		f.t.Fatalf("initialized: got %s", r.Raw)
	}
}

func call(id, arguments string) string {
	return `{"method":"tools/call","params":{"name":"add","arguments":` + arguments + `},"jsonrpc":"2.0","id":` + id + `}`
}

func calc(t *testing.T, run func(context.Context, json.RawMessage) (*mcp.CallToolResult, error)) *mcp.Server {
	t.Helper()
	server, err := client.NewServer("calc", "1", client.Tool{Name: "add", Description: "adds", Run: run})
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func text(s string) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: s}}}
}

func TestAnInProcessServer(t *testing.T) {
	t.Parallel()
	server := calc(t, func(_ context.Context, arguments json.RawMessage) (*mcp.CallToolResult, error) {
		switch string(protocol.Member(arguments, "n")) {
		case "0":
			return nil, errors.New("no such row")
		case "1":
			panic("ouch")
		}
		return text(string(arguments)), nil
	})
	_, f := connected(t, func(o *client.Options) { o.MCPServers = map[string]*mcp.Server{"calc": server} })
	f.handshake("calc")
	list := f.rpc("l", "calc", `{"method":"tools/list","jsonrpc":"2.0","id":"x"}`)
	if !strings.Contains(string(list.Response), `"name":"add"`) || !strings.Contains(string(list.Response), `"id":"x"`) {
		t.Errorf("tools/list: %s", list.Raw)
	}
	for arguments, want := range map[string]string{
		`{"n":0}`: `"isError":true`, `{"n":1}`: `"isError":true`,
		`{"big":123456789012345678901234567890}`: `{\"big\":123456789012345678901234567890}`,
	} {
		r := f.rpc("c", "calc", call("7", arguments))
		if r.Failed() || !strings.Contains(string(r.Response), want) || !strings.Contains(string(r.Response), `"id":7`) {
			t.Errorf("%s: got %s, want %s", arguments, r.Raw, want)
		}
	}
	for _, method := range []string{"notifications/x_new", "notifications/cancelled"} {
		if r := f.rpc("n", "calc", `{"jsonrpc":"2.0","method":"`+method+`","params":{"requestId":99}}`); r.Failed() {
			t.Errorf("%s: got %s", method, r.Raw)
		}
	}
	unknown := f.rpc("u", "calc", `{"jsonrpc":"2.0","id":8,"method":"x_new"}`)
	if !strings.Contains(string(unknown.Response), `"error"`) {
		t.Errorf("an unknown method: got %s", unknown.Raw)
	}
	if r := f.rpc("b", "calc", `{"no":"jsonrpc"}`); !r.Failed() {
		t.Errorf("no JSON-RPC: got %s", r.Raw)
	}
	f.rpc("c2", "calc", call("9", `{}`))
}

func TestAServerOpenedAgainLeavesItsCallsAlone(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	started := make(chan struct{})
	server := calc(t, func(ctx context.Context, _ json.RawMessage) (*mcp.CallToolResult, error) {
		close(started)
		select {
		case <-release:
			return text("still here"), nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	})
	_, f := connected(t, func(o *client.Options) { o.MCPServers = map[string]*mcp.Server{"calc": server} })
	f.handshake("calc")
	f.writes(request("c1", `{"subtype":"mcp_message","server_name":"calc","message":`+call("5", `{}`)+`}`))
	<-started
	f.handshake("calc")
	close(release)
	if r := f.answerOf("c1"); !strings.Contains(string(r.Response), "still here") {
		t.Errorf("got %s", r.Raw)
	}
}

func TestAServerSharedByTwoSessionsAnswersEach(t *testing.T) {
	t.Parallel()
	server := calc(t, func(_ context.Context, arguments json.RawMessage) (*mcp.CallToolResult, error) {
		return text(string(arguments)), nil
	})
	share := func(o *client.Options) { o.MCPServers = map[string]*mcp.Server{"calc": server} }
	_, a := connected(t, share)
	_, b := connected(t, share)
	a.handshake("calc")
	b.handshake("calc")
	for name, f := range map[string]*fake{"a": a, "b": b} {
		if r := f.rpc("c", "calc", call("3", `{"for":"`+name+`"}`)); !strings.Contains(string(r.Response), `\"`+name+`\"`) {
			t.Errorf("%s: got %s", name, r.Raw)
		}
	}
}

func TestABadSchemaIsAnErrorAndNoPanic(t *testing.T) {
	t.Parallel()
	_, err := client.NewServer("s", "1", client.Tool{Name: "t", InputSchema: json.RawMessage(`{"type":"string"}`)})
	if !errors.Is(err, client.InvalidOption) {
		t.Errorf("got %v", err)
	}
}

func TestAHookAnswersWithAnObjectOrAnError(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		said any
		want string // of a success, or part of an error's text after an exclamation mark
	}{
		"nothing":         {nil, `{}`},
		"an empty output": {client.HookOutput{}, `{}`},
		"no output":       {json.RawMessage(nil), `{}`},
		"a JSON text":     {json.RawMessage(`{"continue":false,"x":1}`), `{"continue":false,"x":1}`},
		"a list":          {json.RawMessage(`["deny"]`), "!which is no object"},
		"a text":          {"deny", "!which is no object"},
		"a function":      {func() {}, "!which is no JSON"},
		"half a text":     {json.RawMessage(`{"a":`), "!which is no JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, f := connected(t, func(o *client.Options) {
				o.Hooks = []client.Hook{{Event: "Stop", Run: func(context.Context, client.HookCallback) (any, error) { return tt.said, nil }}}
			})
			f.writes(request("h1", `{"subtype":"hook_callback","callback_id":"hook_0","input":{}}`))
			r := f.answerOf("h1")
			if text, fails := strings.CutPrefix(tt.want, "!"); fails != r.Failed() || fails && !strings.Contains(r.Error, text) || !fails && string(r.Response) != tt.want {
				t.Errorf("got %s, want %s", r.Raw, tt.want)
			}
		})
	}
}
