package protocol

import "encoding/json"

// The subtypes of the requests that the CLI writes and that this package knows by name. An SDK writes mcp_message, too.
const (
	SubCanUseTool   = "can_use_tool"
	SubHookCallback = "hook_callback"
	SubMCPMessage   = "mcp_message"
	SubElicitation  = "elicitation"
)

// ControlRequest is the envelope of a request, of either side.
type ControlRequest struct {
	// ID must come back in the answer as it is. The CLI of today always sends a string.
	ID      ID              `json:"request_id"`
	Request json.RawMessage `json:"request"` // the body with its subtype; nil if there was none
}

// ControlRequest returns the envelope of a control_request line. Its subtype is the message's Subtype.
func (m Message) ControlRequest() ControlRequest {
	var c ControlRequest
	fill(m.Raw, &c)
	return c
}

// ControlResponse is the answer to a request, of either side. Subtype tells success from error; an answer without one is a
// success.
type ControlResponse struct {
	ID        ID              `json:"request_id"`
	Subtype   string          `json:"subtype"`
	Response  json.RawMessage `json:"response"`   // of a success; may be absent
	Error     string          `json:"error"`      // of an error; may be absent
	ErrorCode string          `json:"error_code"` // of an error; may be absent
	// PendingPermissions and PendingDialogs are whole control requests that are still open, sent with the answer to initialize.
	PendingPermissions []json.RawMessage `json:"pending_permission_requests"`
	PendingDialogs     []json.RawMessage `json:"pending_user_dialog_requests"`
	// Raw is the response object of the envelope; nil if the line had none, and then it answers nothing.
	Raw json.RawMessage `json:"-"`
}

// ControlResponse returns the answer that a control_response line carries.
func (m Message) ControlResponse() ControlResponse {
	var c ControlResponse
	if body := Member(m.Raw, "response"); len(body) > 0 && body[0] == '{' {
		fill(body, &c)
	}
	return c
}

// Failed reports whether the answer is a refusal.
func (c ControlResponse) Failed() bool { return c.Subtype == Failure }

// CancelledID returns the id of the request that a control_cancel_request line withdraws; the line itself is never answered.
func (m Message) CancelledID() ID {
	var id ID
	if value := Member(m.Raw, "request_id"); value != nil {
		id.fromWire(value)
	}
	return id
}

// CanUseTool asks whether a tool may run. The answer is a [PermissionResult].
type CanUseTool struct {
	ToolName  string          `json:"tool_name"`
	Input     json.RawMessage `json:"input"` // exactly as the CLI wrote it
	ToolUseID string          `json:"tool_use_id,omitempty"`

	Suggestions        []PermissionUpdate `json:"permission_suggestions,omitempty"`
	BlockedPath        string             `json:"blocked_path,omitempty"`
	DecisionReason     string             `json:"decision_reason,omitempty"`
	DecisionReasonType string             `json:"decision_reason_type,omitempty"`
	Title              string             `json:"title,omitempty"`
	DisplayName        string             `json:"display_name,omitempty"`
	Description        string             `json:"description,omitempty"`
	AgentID            string             `json:"agent_id,omitempty"`
	MCPServer          json.RawMessage    `json:"mcp_server,omitempty"`

	// Raw is the request's body with everything that has no field here.
	Raw json.RawMessage `json:"-"`
}

// HookCallback runs a registered hook. The answer is the hook's output object.
type HookCallback struct {
	CallbackID string          `json:"callback_id"`
	Input      json.RawMessage `json:"input"`
	ToolUseID  string          `json:"tool_use_id,omitempty"`
	Raw        json.RawMessage `json:"-"`
}

// Event returns the name of the hook's event, as the input tells it.
func (h HookCallback) Event() string { return stringValue(Member(h.Input, "hook_event_name")) }

// MCPMessage carries a JSON-RPC message for an in-process server, or from one. The CLI's are answered by an [MCPResponse].
type MCPMessage struct {
	ServerName string          `json:"server_name"` // the name under which the SDK announced the server
	Message    json.RawMessage `json:"message"`
	Raw        json.RawMessage `json:"-"`
}

// Elicitation asks the user for input on behalf of an MCP server. It is kept raw but for what routes it.
type Elicitation struct {
	ServerName string          `json:"mcp_server_name"`
	Message    string          `json:"message"`
	Mode       string          `json:"mode,omitempty"` // form or url
	Schema     json.RawMessage `json:"requested_schema,omitempty"`
	Raw        json.RawMessage `json:"-"`
}

// CanUseTool returns the typed view of a can_use_tool request.
func (m Message) CanUseTool() CanUseTool {
	var c CanUseTool
	m.fillRequest(&c)
	return c
}

// HookCallback returns the typed view of a hook_callback request.
func (m Message) HookCallback() HookCallback {
	var h HookCallback
	m.fillRequest(&h)
	return h
}

// MCPMessage returns the typed view of an mcp_message request.
func (m Message) MCPMessage() MCPMessage {
	var r MCPMessage
	m.fillRequest(&r)
	return r
}

// Elicitation returns the typed view of an elicitation request.
func (m Message) Elicitation() Elicitation {
	var e Elicitation
	m.fillRequest(&e)
	return e
}

func (m Message) fillRequest(into any) {
	if body := Member(m.Raw, "request"); len(body) > 0 && body[0] == '{' {
		fill(body, into)
	}
}
