package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/protocol/schema"
)

func success(answer string) string {
	return fmt.Sprintf(`{"type":"control_response","response":{"subtype":"success","request_id":"p1","response":%s}}`, answer)
}

func TestCheckAnswer(t *testing.T) {
	t.Parallel()
	const bare = `{"type":"control_response","response":{"subtype":"success","request_id":"p1"}}`
	cases := map[string]struct {
		subtype, line, want string // want: empty if it fits
	}{
		"allow":                   {"can_use_tool", success(`{"behavior":"allow"}`), ""},
		"allow with input":        {"can_use_tool", success(`{"behavior":"allow","updatedInput":{"any_name":[1]},"toolUseID":"t"}`), ""},
		"allow with updates":      {"can_use_tool", success(`{"behavior":"allow","updatedInput":{},"updatedPermissions":[{"type":"setMode","mode":"plan","destination":"session"}]}`), ""},
		"deny":                    {"can_use_tool", success(`{"behavior":"deny","message":""}`), ""},
		"deny and stop":           {"can_use_tool", success(`{"behavior":"deny","message":"no","interrupt":true}`), ""},
		"error answers all":       {"can_use_tool", `{"type":"control_response","response":{"subtype":"error","request_id":"p1","error":"x"}}`, ""},
		"deny without message":    {"can_use_tool", success(`{"behavior":"deny"}`), `response.response: expected "message", got none`},
		"input is null":           {"can_use_tool", success(`{"behavior":"allow","updatedInput":null}`), `response.response.updatedInput: expected an object, got null`},
		"snake case":              {"can_use_tool", success(`{"behavior":"allow","updated_input":{}}`), `expected the name "updatedInput", got the name "updated_input"`},
		"null rule content":       {"can_use_tool", success(`{"behavior":"allow","updatedPermissions":[{"type":"addRules","rules":[{"toolName":"Bash","ruleContent":null}]}]}`), `response.response.updatedPermissions.0.rules.0.ruleContent: expected a string, got null`},
		"no behavior":             {"can_use_tool", success(`{}`), `response.response: expected "behavior", got none`},
		"unknown behavior":        {"can_use_tool", success(`{"behavior":"maybe"}`), `expected "allow" or "deny", got the string "maybe"`},
		"just a string":           {"can_use_tool", success(`"allow"`), `response.response: expected an object, got the string "allow"`},
		"nothing":                 {"can_use_tool", bare, `response: expected "response", the answer to can_use_tool, got none`},
		"hook":                    {"hook_callback", success(`{"continue":false,"hookSpecificOutput":{"hookEventName":"PreToolUse"},"newField":1}`), ""},
		"hook async":              {"hook_callback", success(`{"async":true,"asyncTimeout":5000}`), ""},
		"hook nothing":            {"hook_callback", bare, ""},
		"hook python name":        {"hook_callback", success(`{"continue_":false}`), `response.response: expected the name "continue", got the name "continue_"`},
		"hook continue text":      {"hook_callback", success(`{"continue":"yes"}`), `response.response.continue: expected a boolean, got the string "yes"`},
		"mcp result":              {"mcp_message", success(`{"mcp_response":{"jsonrpc":"2.0","id":0,"result":{"anything":[]}}}`), ""},
		"mcp acknowledged":        {"mcp_message", success(`{"mcp_response":{"jsonrpc":"2.0","result":{}}}`), ""},
		"mcp empty success":       {"mcp_message", bare, ""},
		"mcp camel":               {"mcp_message", success(`{"mcpResponse":{"jsonrpc":"2.0"}}`), `expected the name "mcp_response", got the name "mcpResponse"`},
		"mcp without jsonrpc":     {"mcp_message", success(`{"mcp_response":{"id":1,"result":{}}}`), `response.response.mcp_response: expected "jsonrpc", got none`},
		"elicitation":             {"elicitation", success(`{"action":"decline"}`), ""},
		"elicitation wrong":       {"elicitation", success(`{"action":"no"}`), `response.response.action: expected "accept" or`},
		"unknown request":         {"x_future", success(`[1]`), ""},
		"envelope is judged too":  {"x_future", `{"type":"control_response"}`, `line: expected "response", got none`},
		"another line altogether": {"can_use_tool", `{"type":"keep_alive"}`, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := schema.CheckAnswer(c.subtype, []byte(c.line))
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

const ids = `"uuid":"69e8691b-8fbd-51f3-9e2e-cf01922bd8db","session_id":"d37882d6-56df-58a8-a3ab-26bd84250631"`

func TestCheckOutput(t *testing.T) {
	t.Parallel()
	const body = `"id":"msg_1","type":"message","role":"assistant","model":"m","stop_reason":null,"stop_sequence":null,"usage":{}`
	const result = `"duration_ms":1,"duration_api_ms":1,"is_error":false,"num_turns":1,"stop_reason":null,"total_cost_usd":0.1,"usage":{},"modelUsage":{},"permission_denials":[]`
	cases := map[string]struct{ line, want string }{
		"assistant":                {`{"type":"assistant","message":{` + body + `,"content":[{"type":"text","text":"hi"},{"type":"x","y":1}]},"parent_tool_use_id":null,` + ids + `}`, ""},
		"assistant without usage":  {`{"type":"assistant","message":{"id":"m","type":"message","role":"assistant","model":"m","stop_reason":null,"stop_sequence":null,"content":[]},"parent_tool_use_id":null,` + ids + `}`, `message: expected "usage", got none`},
		"assistant, string":        {`{"type":"assistant","message":{` + body + `,"content":"hi"},"parent_tool_use_id":null,` + ids + `}`, `message.content: expected an array`},
		"text block without text":  {`{"type":"assistant","message":{` + body + `,"content":[{"type":"text"}]},"parent_tool_use_id":null,` + ids + `}`, `message.content.0: expected "text", got none`},
		"result late type":         {`{` + result + `,"subtype":"success","result":"ok",` + ids + `,"type":"result"}`, ""},
		"result without text":      {`{"type":"result","subtype":"success",` + result + `,` + ids + `}`, `line: expected "result", got none`},
		"error result":             {`{"type":"result","subtype":"error_max_turns",` + result + `,"errors":["x"],` + ids + `}`, ""},
		"error result, no errors":  {`{"type":"result","subtype":"error_max_turns",` + result + `,` + ids + `}`, `line: expected "errors", got none`},
		"state":                    {`{"type":"system","subtype":"session_state_changed","state":"idle",` + ids + `}`, ""},
		"unknown state":            {`{"type":"system","subtype":"session_state_changed","state":"asleep",` + ids + `}`, `state: expected "idle" or`},
		"unknown system":           {`{"type":"system","subtype":"x_new",` + ids + `}`, ""},
		"uuid that is none":        {`{"type":"system","subtype":"x_new","uuid":"u1","session_id":"d37882d6-56df-58a8-a3ab-26bd84250631"}`, `uuid: expected a string like`},
		"unknown type":             {`{"type":"x_new"}`, ""},
		"no type":                  {`{"x":1}`, `line: expected "type", got none`},
		"task updated":             {`{"type":"system","subtype":"task_updated","task_id":"t","patch":{"status":"killed"},` + ids + `}`, ""},
		"hook request":             {`{"type":"control_request","request_id":"h1","request":{"subtype":"hook_callback","callback_id":"hook_0","input":{"hook_event_name":"Stop","session_id":"s","transcript_path":"/t","cwd":"/"},"tool_use_id":"t"}}`, ""},
		"permission without input": {`{"type":"control_request","request_id":"p1","request":{"subtype":"can_use_tool","tool_name":"Bash","tool_use_id":"t"}}`, `request: expected "input", got none`},
		"answer":                   {`{"type":"control_response","response":{"subtype":"success","request_id":"a","response":{},"pending_permission_requests":[]}}`, ""},
		"keep alive":               {`{"type":"keep_alive"}`, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := schema.CheckOutput([]byte(c.line))
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
