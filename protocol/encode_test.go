package protocol_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/protocol/schema"
)

func ptr[T any](v T) *T { return &v }

func TestRequestsHaveTheNamesOfTheWireAndFitTheSchema(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		request protocol.Request
		want    string
	}{
		"initialize":          {protocol.Initialize{}, `{"subtype":"initialize"}`},
		"interrupt":           {protocol.Interrupt{}, `{"subtype":"interrupt"}`},
		"interrupt all":       {protocol.Interrupt{CancelQueued: true}, `{"subtype":"interrupt","cancel_queued":true}`},
		"set_model":           {protocol.SetModel{Model: ptr("m")}, `{"subtype":"set_model","model":"m"}`},
		"set_model default":   {protocol.SetModel{}, `{"subtype":"set_model","model":null}`},
		"set_permission_mode": {protocol.SetPermissionMode{Mode: "plan"}, `{"subtype":"set_permission_mode","mode":"plan"}`},
		"mcp_status":          {protocol.MCPStatus{}, `{"subtype":"mcp_status"}`},
		"get_context_usage":   {protocol.GetContextUsage{}, `{"subtype":"get_context_usage"}`},
		"stop_task":           {protocol.StopTask{TaskID: "t"}, `{"subtype":"stop_task","task_id":"t"}`},
		"mcp_reconnect":       {protocol.MCPReconnect{ServerName: "s"}, `{"subtype":"mcp_reconnect","serverName":"s"}`},
		"mcp_toggle":          {protocol.MCPToggle{ServerName: "s"}, `{"subtype":"mcp_toggle","serverName":"s","enabled":false}`},
		"rewind_files":        {protocol.RewindFiles{UserMessageID: "u"}, `{"subtype":"rewind_files","user_message_id":"u"}`},
		"mcp_message":         {protocol.MCPMessage{ServerName: "s", Message: json.RawMessage(`{"jsonrpc":"2.0"}`)}, `{"subtype":"mcp_message","server_name":"s","message":{"jsonrpc":"2.0"}}`},
		"any other":           {protocol.RawRequest{Name: "x", Fields: json.RawMessage(`{"a": 1.0}`)}, `{"subtype":"x","a":1.0}`},
		"any other, bare":     {protocol.RawRequest{Name: "x"}, `{"subtype":"x"}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line, err := protocol.EncodeRequest(protocol.NewID("r1"), c.request)
			if err != nil {
				t.Fatal(err)
			}
			want := `{"type":"control_request","request_id":"r1","request":` + c.want + `}`
			if string(line) != want {
				t.Errorf("got  %s\nwant %s", line, want)
			}
			if err := schema.CheckInput(line); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestInitializeWritesWhatIsSetOnly(t *testing.T) {
	t.Parallel()
	line, err := protocol.EncodeRequest(protocol.NewID("r1"), protocol.Initialize{
		Hooks: map[string][]protocol.HookMatcher{"PreToolUse": {
			{Matcher: ptr("Bash"), CallbackIDs: []string{"hook_0"}, Timeout: "12.5", OnFailure: "block"},
			{CallbackIDs: []string{}},
		}},
		SDKMCPServers: []string{"calc"}, SystemPrompt: []string{""}, Skills: []string{}, ExcludeDynamicSections: ptr(false),
		Agents: map[string]json.RawMessage{"a": json.RawMessage(`{"prompt":"a<b"}`)},
		Extra:  map[string]json.RawMessage{"promptSuggestions": json.RawMessage(`true`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"control_request","request_id":"r1","request":{"subtype":"initialize","hooks":{"PreToolUse":[{"matcher":"Bash","hookCallbackIds":["hook_0"],"timeout":12.5,"onFailure":"block"},{"matcher":null,"hookCallbackIds":[]}]},"sdkMcpServers":["calc"],"systemPrompt":[""],"excludeDynamicSections":false,"agents":{"a":{"prompt":"a<b"}},"skills":[],"promptSuggestions":true}}`
	if string(line) != want {
		t.Errorf("got  %s\nwant %s", line, want)
	}
	if err := schema.CheckInput(line); err != nil {
		t.Error(err)
	}
}

func TestAnswersCarryTheIDAsItCame(t *testing.T) {
	t.Parallel()
	for _, id := range []string{`"p1"`, `""`, `"\u0070\/"`, `7`, `123456789012345678901234567890`, `-0.0`} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			m, err := protocol.Decode([]byte(`{"type":"control_request","request_id":` + id + `,"request":{"subtype":"can_use_tool"}}`))
			if err != nil {
				t.Fatal(err)
			}
			line, err := protocol.EncodeSuccess(m.ControlRequest().ID, protocol.DenyTool("<no>"))
			if err != nil {
				t.Fatal(err)
			}
			want := `{"type":"control_response","response":{"subtype":"success","request_id":` + id + `,"response":{"behavior":"deny","message":"<no>"}}}`
			if string(line) != want {
				t.Errorf("got  %s\nwant %s", line, want)
			}
			if err := schema.CheckAnswer("can_use_tool", line); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOtherLinesOfAnSDK(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		line func() ([]byte, error)
		want string
	}{
		"bare success": {func() ([]byte, error) { return protocol.EncodeSuccess(protocol.NewID("a"), nil) },
			`{"type":"control_response","response":{"subtype":"success","request_id":"a"}}`},
		"error": {func() ([]byte, error) { return protocol.EncodeError(protocol.NewID("a"), "", "") },
			`{"type":"control_response","response":{"subtype":"error","request_id":"a","error":""}}`},
		"error with a code": {func() ([]byte, error) { return protocol.EncodeError(protocol.NewID("a"), "no", "unsupported_request") },
			`{"type":"control_response","response":{"subtype":"error","request_id":"a","error":"no","error_code":"unsupported_request"}}`},
		"cancel": {func() ([]byte, error) { return protocol.EncodeCancel(protocol.NewID("a")) },
			`{"type":"control_cancel_request","request_id":"a"}`},
		"mcp": {func() ([]byte, error) {
			return protocol.EncodeSuccess(protocol.NewID("a"), protocol.MCPResponse{Response: json.RawMessage(`{"jsonrpc":"2.0","id":0,"result":{}}`)})
		}, `{"type":"control_response","response":{"subtype":"success","request_id":"a","response":{"mcp_response":{"jsonrpc":"2.0","id":0,"result":{}}}}}`},
		"prompt": {func() ([]byte, error) { return protocol.EncodeUser(protocol.Prompt{Text: "a\n<b>\u2028"}) },
			`{"type":"user","message":{"role":"user","content":"a\n<b>` + `\u2028` + `"},"parent_tool_use_id":null,"session_id":""}`},
		"prompt of blocks": {func() ([]byte, error) {
			return protocol.EncodeUser(protocol.Prompt{Blocks: []protocol.Block{protocol.TextBlock("x"), protocol.ToolResultBlock("t", "r", true)}, SessionID: "s", UUID: "u"})
		}, `{"type":"user","message":{"role":"user","content":[{"text":"x","type":"text"},{"content":"r","is_error":true,"tool_use_id":"t","type":"tool_result"}]},"parent_tool_use_id":null,"session_id":"s","uuid":"u"}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line, err := c.line()
			if err != nil {
				t.Fatal(err)
			}
			if string(line) != c.want {
				t.Errorf("got  %s\nwant %s", line, c.want)
			}
			if err := schema.CheckInput(line); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAPayloadWithLineFeedsStaysOneLine(t *testing.T) {
	t.Parallel()
	line, err := protocol.EncodeSuccess(protocol.NewID("a"), json.RawMessage("{\n \"a\": 1e400\n}"))
	if err != nil || strings.Contains(string(line), "\n") || !strings.Contains(string(line), `{"a":1e400}`) {
		t.Errorf("%s, %v", line, err)
	}
}

func TestWhatCannotBeEncodedIsAnError(t *testing.T) {
	t.Parallel()
	if line, err := protocol.EncodeSuccess(protocol.NewID("a"), func() {}); err == nil {
		t.Errorf("got %s", line)
	}
	if line, err := protocol.EncodeSuccess(protocol.NewID("a"), json.RawMessage(`{`)); err == nil {
		t.Errorf("got %s", line)
	}
	for _, fields := range []string{`[1]`, `{`, `7`} {
		if line, err := protocol.EncodeRequest(protocol.NewID("a"), protocol.RawRequest{Name: "x", Fields: json.RawMessage(fields)}); err == nil {
			t.Errorf("%s: got %s", fields, line)
		}
	}
}
