package protocol

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCanUseToolKeepsInputAndSuggestionsExactly(t *testing.T) {
	t.Parallel()
	const input = `{"id":9007199254740993,"zero":-0.0,"exp":1e3,"s":"\ud83d\/","__proto__":null}`
	const suggestions = `[{"type":"addRules","rules":[{"toolName":"Bash","ruleContent":null}],"behavior":"allow","x_new":1.0},{"type":"x_future"},"odd"]`
	m := decode(t, `{"type":"control_request","request_id":"p1","request":{"subtype":"can_use_tool","tool_name":"Bash","input":`+input+`,"tool_use_id":"toolu_1","permission_suggestions":`+suggestions+`,"agent_id":"a1","blocked_path":null,"x":1}}`)
	asked := m.CanUseTool()
	if asked.ToolName != "Bash" || asked.ToolUseID != "toolu_1" || asked.AgentID != "a1" || asked.BlockedPath != "" {
		t.Errorf("got %+v", asked)
	}
	answer := PermissionResult{Behavior: Allow, UpdatedInput: asked.Input, UpdatedPermissions: asked.Suggestions}
	line, err := EncodeSuccess(m.ControlRequest().ID, answer)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"control_response","response":{"subtype":"success","request_id":"p1","response":{"behavior":"allow","updatedInput":` + input + `,"updatedPermissions":` + suggestions + `}}}`
	if string(line) != want {
		t.Errorf("got  %s\nwant %s", line, want)
	}
	if got := asked.Suggestions[0]; got.Type != "addRules" || got.Rules[0].ToolName != "Bash" {
		t.Errorf("suggestion %+v", got)
	}
}

func TestAnEmptyListOfUpdatesIsWritten(t *testing.T) {
	t.Parallel()
	for want, answer := range map[string]PermissionResult{
		`{"behavior":"allow","updatedInput":{},"updatedPermissions":[]}`: {Behavior: Allow, UpdatedInput: json.RawMessage(`{}`), UpdatedPermissions: []PermissionUpdate{}},
		`{"behavior":"allow","updatedInput":{}}`:                         AllowTool(json.RawMessage(`{}`)),
		`{"behavior":"deny","message":""}`:                               DenyTool(""),
		`{"behavior":"allow","updatedPermissions":[{"type":"addRules","rules":[{"toolName":"Bash"}],"behavior":"allow","destination":"session"}]}`: {Behavior: Allow,
			UpdatedPermissions: []PermissionUpdate{{Type: "addRules", Rules: []PermissionRule{{ToolName: "Bash"}}, Behavior: Allow, Destination: "session"}}},
	} {
		got, err := json.Marshal(answer)
		if err != nil || string(got) != want {
			t.Errorf("got  %s, %v\nwant %s", got, err, want)
		}
	}
}

func TestControlResponse(t *testing.T) {
	t.Parallel()
	c := decode(t, `{"type":"control_response","response":{"subtype":"success","request_id":"r","response":{"a":1},"pending_permission_requests":[{"type":"control_request"}]}}`).ControlResponse()
	if c.ID.String() != "r" || c.Failed() || string(c.Response) != `{"a":1}` || len(c.PendingPermissions) != 1 {
		t.Errorf("got %+v", c)
	}
	refused := decode(t, `{"type":"control_response","response":{"subtype":"error","request_id":7,"error":"no","error_code":"c"}}`).ControlResponse()
	if !refused.Failed() || refused.Error != "no" || refused.ErrorCode != "c" || refused.ID != "7" {
		t.Errorf("got %+v", refused)
	}
	for _, line := range []string{`{"type":"control_response"}`, `{"type":"control_response","response":null}`, `{"type":"control_response","response":[1]}`, `{"type":"control_response","request_id":"r"}`} {
		if c := decode(t, line).ControlResponse(); c.Raw != nil || c.ID != "" || c.Failed() {
			t.Errorf("%s: %+v", line, c)
		}
	}
}

func TestRequestsOfTheCLI(t *testing.T) {
	t.Parallel()
	h := decode(t, `{"type":"control_request","request_id":"h","request":{"subtype":"hook_callback","callback_id":"hook_0","input":{"hook_event_name":"Stop"},"tool_use_id":"t"}}`).HookCallback()
	if h.CallbackID != "hook_0" || h.Event() != "Stop" || h.ToolUseID != "t" {
		t.Errorf("hook %+v", h)
	}
	m := decode(t, `{"type":"control_request","request_id":"m","request":{"subtype":"mcp_message","server_name":"calc","message":{"jsonrpc":"2.0","id":0}}}`).MCPMessage()
	if m.ServerName != "calc" || string(m.Message) != `{"jsonrpc":"2.0","id":0}` {
		t.Errorf("mcp %+v", m)
	}
	e := decode(t, `{"type":"control_request","request_id":"e","request":{"subtype":"elicitation","mcp_server_name":"s","message":"m","x":1}}`).Elicitation()
	if e.ServerName != "s" || e.Message != "m" || Member(e.Raw, "x") == nil {
		t.Errorf("elicitation %+v", e)
	}
	if c := decode(t, `{"type":"control_request","request_id":"e","request":5}`).CanUseTool(); !cmp.Equal(c, CanUseTool{}) {
		t.Errorf("got %+v", c)
	}
}

func TestID(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ id, text, key string }{
		"string":   {`"p1"`, "p1", `"p1`},
		"escaped":  {`"\u00701"`, "p1", `"p1`},
		"number":   {`7`, "7", "7"},
		"seven":    {`"7"`, "7", `"7`},
		"none":     {``, "", ""},
		"an array": {`[1]`, "[1]", "[1]"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if id := ID(c.id); id.String() != c.text || id.Key() != c.key {
				t.Errorf("text %q, key %q", id.String(), id.Key())
			}
		})
	}
	if NewID(`a"<b`) != `"a\"<b"` {
		t.Errorf("got %s", NewID(`a"<b`))
	}
	var id ID
	if err := json.Unmarshal([]byte(`null`), &id); err != nil || id != "" {
		t.Errorf("null gives %q, %v", id, err)
	}
	if got := decode(t, `{"type":"control_cancel_request","request_id":"r"}`).CancelledID(); got != `"r"` {
		t.Errorf("cancelled %q", got)
	}
	if got := decode(t, `{"type":"control_cancel_request"}`).CancelledID(); got != "" {
		t.Errorf("cancelled %q", got)
	}
}
