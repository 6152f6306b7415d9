package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// serving connects a client that brings a server.
func serving(t *testing.T, server *mcp.Server) *fake {
	t.Helper()
	_, f := connected(t, func(o *client.Options) { o.MCPServers = map[string]*mcp.Server{"calc": server} })
	r := f.rpc("m1", "calc", `{"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":`+
		`{"sampling":{},"elicitation":{},"roots":{"listChanged":true}},"clientInfo":{"name":"claude-code","version":"2"}},"jsonrpc":"2.0","id":0}`)
	if r.Failed() {
		t.Fatalf("initialize: got %s", r.Raw)
	}
	f.rpc("m2", "calc", `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	return f
}

func (f *fake) sends(id, message string) {
	f.writes(request(id, `{"subtype":"mcp_message","server_name":"calc","message":`+message+`}`))
}

// told reads a message of a server, which comes as a control request of the client, and acknowledges it as the CLI does.
func (f *fake) told(method string) json.RawMessage {
	f.t.Helper()
	m := f.reads("control_request/mcp_message")
	if got := string(protocol.Member(m.MCPMessage().Message, "method")); got != quote(method) {
		f.t.Fatalf("the server sent %s, want %s", got, method)
	}
	f.writes(`{"type":"control_response","response":{"subtype":"success","request_id":` + quote(m.ControlRequest().ID.String()) + `}}`)
	return m.MCPMessage().Message
}

func TestWhatAToolMayAnswer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		result *mcp.CallToolResult
		err    error
		want   string // in the reply's result
	}{
		"texts":      {result: &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: "a"}, &mcp.TextContent{Text: "b"}}}, want: `"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]`},
		"an image":   {result: &mcp.CallToolResult{Content: []mcp.Content{&mcp.ImageContent{Data: []byte{1, 2}, MIMEType: "image/png"}}}, want: `"content":[{"type":"image","mimeType":"image/png","data":"AQI="}]`},
		"structured": {result: &mcp.CallToolResult{StructuredContent: json.RawMessage(`{"sum":12345678901234567890}`)}, want: `"structuredContent":{"sum":12345678901234567890}`},
		"a resource": {result: &mcp.CallToolResult{Content: []mcp.Content{&mcp.ResourceLink{URI: "file:///a", Name: "a"}}}, want: `"type":"resource_link"`},
		"an error":   {err: errors.New("no such row"), want: `"content":[{"type":"text","text":"no such row"}],"isError":true`},
		"nothing":    {result: &mcp.CallToolResult{}, want: `"content":[]`},
		"nil":        {want: `"content":[]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serving(t, calc(t, func(context.Context, json.RawMessage) (*mcp.CallToolResult, error) { return tt.result, tt.err }))
			r := f.rpc("c", "calc", call("2", `{}`))
			if r.Failed() || !strings.Contains(string(r.Response), tt.want) {
				t.Errorf("got %s, want %s", r.Raw, tt.want)
			}
		})
	}
}

func TestIDsOfCallsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	f := serving(t, calc(t, func(context.Context, json.RawMessage) (*mcp.CallToolResult, error) { return text("ok"), nil }))
	for _, id := range []string{`7`, `"7"`, `""`, `1.5`, `1e3`, `12345678901234567890`, `-0`, `"\u00e9"`, `"é"`, `"a\/b"`, `false`, `[1]`} {
		r := f.rpc("c", "calc", call(id, `{}`))
		if got := string(protocol.Member(protocol.Member(r.Response, "mcp_response"), "id")); r.Failed() || got != id {
			t.Errorf("id %s came back as %s: %s", id, got, r.Raw)
		}
	}
	if r := f.rpc("n", "calc", `{"jsonrpc":"2.0","id":null,"method":"ping"}`); r.Failed() {
		t.Errorf("a message with the id null: got %s", r.Raw)
	}
}

func TestTwoCallsOfOneIDAreBothAnswered(t *testing.T) {
	t.Parallel()
	both, entered := make(chan struct{}), make(chan struct{}, 2)
	f := serving(t, calc(t, func(_ context.Context, arguments json.RawMessage) (*mcp.CallToolResult, error) {
		entered <- struct{}{}
		<-both
		return text(string(arguments)), nil
	}))
	f.sends("c1", call("2", `{"n":1}`))
	f.sends("c2", call("2", `{"n":2}`))
	<-entered
	<-entered
	close(both)
	got := map[string]string{}
	for range 2 {
		r := f.reads("control_response/success").ControlResponse()
		got[r.ID.String()] = string(r.Response)
	}
	for id, want := range map[string]string{"c1": `{\"n\":1}`, "c2": `{\"n\":2}`} {
		if !strings.Contains(got[id], want) || !strings.Contains(got[id], `"id":2`) {
			t.Errorf("%s: got %s", id, got[id])
		}
	}
}

// TestACancellationDoesNotOvertakeItsCall writes calls and their cancellations without a pause. A tool that is never told would hang.
func TestACancellationDoesNotOvertakeItsCall(t *testing.T) {
	t.Parallel()
	const n = 100
	f := serving(t, calc(t, func(ctx context.Context, _ json.RawMessage) (*mcp.CallToolResult, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}))
	for i := range n {
		f.sends(fmt.Sprint("c", i), call(fmt.Sprint(i), `{}`))
		f.sends(fmt.Sprint("x", i), fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%d,"reason":"r"}}`, i))
	}
	seen := map[string]bool{}
	for range 2 * n {
		seen[f.reads("control_response/success").ControlResponse().ID.String()] = true
	}
	if len(seen) != 2*n {
		t.Errorf("%d of %d messages were answered", len(seen), 2*n)
	}
}

func TestACancellationOfNoCallIsOnlyAcknowledged(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	f := serving(t, calc(t, func(ctx context.Context, _ json.RawMessage) (*mcp.CallToolResult, error) {
		close(entered)
		<-release
		return text("done"), ctx.Err()
	}))
	f.sends("c", call(`"mine"`, `{}`))
	<-entered
	for i, id := range []string{"1", "2", "3", `"other"`, "null"} { // the server knows the call by some number
		if r := f.rpc(fmt.Sprint("x", i), "calc", `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":`+id+`}}`); r.Failed() {
			t.Errorf("%s: got %s", id, r.Raw)
		}
	}
	close(release)
	if r := f.answerOf("c"); !strings.Contains(string(r.Response), "done") || strings.Contains(string(r.Response), "isError") {
		t.Errorf("got %s", r.Raw)
	}
}

// curious is a server whose tool asks the CLI before it answers.
func curious(t *testing.T, ask func(context.Context, *mcp.CallToolRequest) string) *mcp.Server {
	t.Helper()
	server := mcp.NewServer(&mcp.Implementation{Name: "calc", Version: "1"}, nil)
	server.AddTool(&mcp.Tool{Name: "add", InputSchema: json.RawMessage(`{"type":"object"}`)},
		func(ctx context.Context, r *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return text(ask(ctx, r)), nil
		})
	return server
}

func TestAToolReportsProgress(t *testing.T) {
	t.Parallel()
	f := serving(t, curious(t, func(ctx context.Context, r *mcp.CallToolRequest) string {
		err := r.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{ProgressToken: r.Params.GetProgressToken(), Progress: 0.5, Total: 1})
		return fmt.Sprint(err)
	}))
	f.sends("c", `{"method":"tools/call","params":{"name":"add","arguments":{},"_meta":{"progressToken":2}},"jsonrpc":"2.0","id":2}`)
	if got := string(protocol.Member(f.told("notifications/progress"), "params")); !strings.Contains(got, `"progressToken":2`) {
		t.Errorf("got %s", got)
	}
	if r := f.answerOf("c"); !strings.Contains(string(r.Response), "nil") {
		t.Errorf("got %s", r.Raw)
	}
}

// A tool that takes its raw arguments finds its call, and with it the session, in its context.
func TestAToolFindsItsCall(t *testing.T) {
	t.Parallel()
	server, err := client.NewServer("calc", "1", client.Tool{Name: "add", Run: func(ctx context.Context, _ json.RawMessage) (*mcp.CallToolResult, error) {
		r, ok := client.ToolCall(ctx)
		if !ok {
			return nil, errors.New("no call")
		}
		return nil, r.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{ProgressToken: r.Params.GetProgressToken(), Progress: 1})
	}})
	if err != nil {
		t.Fatal(err)
	}
	f := serving(t, server)
	f.sends("c", `{"method":"tools/call","params":{"name":"add","arguments":{},"_meta":{"progressToken":"t"}},"jsonrpc":"2.0","id":2}`)
	if got := string(protocol.Member(f.told("notifications/progress"), "params")); !strings.Contains(got, `"progressToken":"t"`) {
		t.Errorf("got %s", got)
	}
	if r := f.answerOf("c"); strings.Contains(string(r.Response), "isError") {
		t.Errorf("got %s", r.Raw)
	}
	if _, ok := client.ToolCall(t.Context()); ok {
		t.Error("a context of nothing has a call")
	}
}

func TestAChangedListOfToolsIsTold(t *testing.T) {
	t.Parallel()
	server := curious(t, nil)
	f := serving(t, server)
	server.AddTool(&mcp.Tool{Name: "sub", InputSchema: json.RawMessage(`{"type":"object"}`)}, nil)
	f.told("notifications/tools/list_changed")
	if r := f.rpc("l", "calc", `{"method":"tools/list","jsonrpc":"2.0","id":1}`); !strings.Contains(string(r.Response), `"name":"sub"`) {
		t.Errorf("got %s", r.Raw)
	}
}

// The methods are deprecated in the newest protocol; the CLI of today speaks an older one, and servers use them.
//
//lint:file-ignore SA1019 servers of today call the CLI
func TestAServerMayCallTheCLI(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ask    func(context.Context, *mcp.CallToolRequest) (any, error)
		method string
		result string // of the CLI's reply; empty refuses the control request, "!" is a JSON-RPC error
		want   string
	}{
		"roots": {func(ctx context.Context, r *mcp.CallToolRequest) (any, error) { return r.Session.ListRoots(ctx, nil) },
			"roots/list", `{"roots":[{"uri":"file:///a"}]}`, "file:///a"},
		"sampling": {func(ctx context.Context, r *mcp.CallToolRequest) (any, error) {
			return r.Session.CreateMessage(ctx, &mcp.CreateMessageParams{MaxTokens: 1})
		}, "sampling/createMessage", `{"role":"assistant","model":"m","content":{"type":"text","text":"sampled"}}`, "sampled"},
		"elicitation": {func(ctx context.Context, r *mcp.CallToolRequest) (any, error) {
			return r.Session.Elicit(ctx, &mcp.ElicitParams{Message: "who?", RequestedSchema: json.RawMessage(`{"type":"object","properties":{"name":{"type":"string"}}}`)})
		}, "elicitation/create", `{"action":"accept","content":{"name":"bob"}}`, "bob"},
		"an error": {func(ctx context.Context, r *mcp.CallToolRequest) (any, error) { return r.Session.ListRoots(ctx, nil) },
			"roots/list", "!", "Method not found"},
		"a refusal": {func(ctx context.Context, r *mcp.CallToolRequest) (any, error) { return r.Session.ListRoots(ctx, nil) },
			"roots/list", "", "claude refused the call: no such server"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serving(t, curious(t, func(ctx context.Context, r *mcp.CallToolRequest) string {
				answer, err := tt.ask(ctx, r)
				raw, _ := json.Marshal(answer)
				return fmt.Sprint(string(raw), err)
			}))
			f.sends("c", call("2", `{}`))
			if tt.result == "" {
				f.refuse(f.reads("control_request/mcp_message"), "no such server")
			} else {
				id := string(protocol.Member(f.told(tt.method), "id"))
				body := `"result":` + tt.result
				if tt.result == "!" {
					body = `"error":{"code":-32601,"message":"Method not found"}`
				}
				if r := f.rpc("reply", "calc", `{"jsonrpc":"2.0","id":`+id+`,`+body+`}`); r.Failed() {
					t.Errorf("the reply was not acknowledged: %s", r.Raw)
				}
			}
			if r := f.answerOf("c"); !strings.Contains(string(r.Response), tt.want) {
				t.Errorf("got %s, want %s", r.Raw, tt.want)
			}
		})
	}
}

func TestAStuckToolHoldsUpNoEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		entered, release := make(chan struct{}), make(chan struct{})
		opts, f := pipe(t, func(o *client.Options) {
			o.MCPServers = map[string]*mcp.Server{"calc": calc(t, func(context.Context, json.RawMessage) (*mcp.CallToolResult, error) {
				close(entered)
				<-release
				return text("too late"), nil
			})}
		})
		c := client.New(opts)
		if err := c.Connect(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.handshake("calc")
		f.sends("c", call("2", `{}`))
		<-entered
		go func() { f.sawEOF(); f.peer.End(0, "") }()
		if err := c.Disconnect(context.Background()); err != nil {
			t.Error(err)
		}
		close(release)
		synctest.Wait()
		if len(f.lines) > 0 {
			t.Errorf("a late answer was written: %s", (<-f.lines).Raw)
		}
	})
}

func TestAWithdrawnCallCancelsItsToolAndIsNotAnswered(t *testing.T) {
	t.Parallel()
	entered, stopped := make(chan struct{}), make(chan struct{})
	f := serving(t, calc(t, func(ctx context.Context, arguments json.RawMessage) (*mcp.CallToolResult, error) {
		if string(arguments) == `{"quick":1}` {
			return text("quick"), nil
		}
		close(entered)
		<-ctx.Done()
		close(stopped)
		return text("too late"), nil
	}))
	f.sends("c", call("2", `{}`))
	<-entered
	f.writes(`{"type":"control_cancel_request","request_id":"c"}`)
	<-stopped
	if r := f.rpc("d", "calc", call("2", `{"quick":1}`)); !strings.Contains(string(r.Response), "quick") {
		t.Errorf("got %s", r.Raw)
	}
}
