package protocol

import "encoding/json"

// Request is the body of a control request. Its fields are written beside the subtype.
type Request interface {
	// Subtype is the name of the request on the wire.
	Subtype() string
}

// The subtypes of the requests that this package knows by name.
const (
	SubInitialize        = "initialize"
	SubInterrupt         = "interrupt"
	SubSetModel          = "set_model"
	SubSetPermissionMode = "set_permission_mode"
	SubMCPStatus         = "mcp_status"
	SubGetContextUsage   = "get_context_usage"
	SubStopTask          = "stop_task"
	SubMCPReconnect      = "mcp_reconnect"
	SubMCPToggle         = "mcp_toggle"
	SubRewindFiles       = "rewind_files"
	SubCanUseTool        = "can_use_tool"
	SubHookCallback      = "hook_callback"
	SubMCPMessage        = "mcp_message"
	SubElicitation       = "elicitation"
)

// Initialize opens the session: the first line of an SDK, once. All fields are optional; what is unset is not written.
type Initialize struct {
	Hooks map[string][]HookMatcher `json:"hooks,omitempty"` // by event
	// SDKMCPServers names the in-process servers. Servers announced by --mcp-config need not stand here.
	SDKMCPServers []string `json:"sdkMcpServers,omitzero"`
	// SystemPrompt is the custom prompt. Nil leaves the CLI its own; a list with one empty string asks for none.
	SystemPrompt           []string                   `json:"systemPrompt,omitzero"`
	AppendSystemPrompt     string                     `json:"appendSystemPrompt,omitempty"`
	ExcludeDynamicSections *bool                      `json:"excludeDynamicSections,omitempty"`
	SystemPromptSnapshot   *bool                      `json:"systemPromptSnapshot,omitempty"`
	Agents                 map[string]json.RawMessage `json:"agents,omitempty"`
	Skills                 []string                   `json:"skills,omitzero"` // an empty list is written, nil is not
	JSONSchema             json.RawMessage            `json:"jsonSchema,omitempty"`
	Title                  string                     `json:"title,omitempty"`
	ForwardSubagentText    bool                       `json:"forwardSubagentText,omitempty"`
	// Extra are further fields by their wire names; they are written after the others.
	Extra map[string]json.RawMessage `json:"-"`
}

// HookMatcher registers callbacks for the tools that Matcher names.
type HookMatcher struct {
	// Matcher is nil for all tools, which is written as null.
	Matcher     *string  `json:"matcher"`
	CallbackIDs []string `json:"hookCallbackIds"`
	// Timeout is in seconds, as JSON text; empty leaves it to the CLI.
	Timeout json.Number `json:"timeout,omitempty"`
	// OnFailure is continue, block or empty for the CLI's default.
	OnFailure string `json:"onFailure,omitempty"`
}

// Interrupt ends the running turn. It is answered before the turn's result, or after it.
type Interrupt struct {
	CancelQueued bool `json:"cancel_queued,omitempty"`
}

// SetModel changes the model from the next turn on. Nil, written as null, goes back to the default.
type SetModel struct {
	Model *string `json:"model"`
}

// SetPermissionMode changes how permissions are decided.
type SetPermissionMode struct {
	Mode string `json:"mode"`
}

// MCPStatus asks for the state of all MCP servers. The answer's list is named mcpServers.
type MCPStatus struct{}

// GetContextUsage asks how full the context window is. The CLI may take its time and answers other requests meanwhile.
type GetContextUsage struct {
	Detail string `json:"detail,omitempty"`
}

// StopTask stops a background task.
type StopTask struct {
	TaskID string `json:"task_id"`
}

// MCPReconnect connects an MCP server again. Its field is camelCase.
type MCPReconnect struct {
	ServerName string `json:"serverName"`
}

// MCPToggle switches an MCP server on or off. Its field is camelCase.
type MCPToggle struct {
	ServerName string `json:"serverName"`
	Enabled    bool   `json:"enabled"`
}

// RewindFiles puts files back to their state before a user message.
type RewindFiles struct {
	UserMessageID string `json:"user_message_id"`
	DryRun        bool   `json:"dry_run,omitempty"`
}

// RawRequest is any other request.
type RawRequest struct {
	Name string
	// Fields are the members beside the subtype: a JSON object, or nil for none.
	Fields json.RawMessage
}

// Subtype returns initialize.
func (Initialize) Subtype() string { return SubInitialize }

// Subtype returns interrupt.
func (Interrupt) Subtype() string { return SubInterrupt }

// Subtype returns set_model.
func (SetModel) Subtype() string { return SubSetModel }

// Subtype returns set_permission_mode.
func (SetPermissionMode) Subtype() string { return SubSetPermissionMode }

// Subtype returns mcp_status.
func (MCPStatus) Subtype() string { return SubMCPStatus }

// Subtype returns get_context_usage.
func (GetContextUsage) Subtype() string { return SubGetContextUsage }

// Subtype returns stop_task.
func (StopTask) Subtype() string { return SubStopTask }

// Subtype returns mcp_reconnect.
func (MCPReconnect) Subtype() string { return SubMCPReconnect }

// Subtype returns mcp_toggle.
func (MCPToggle) Subtype() string { return SubMCPToggle }

// Subtype returns rewind_files.
func (RewindFiles) Subtype() string { return SubRewindFiles }

// Subtype returns can_use_tool.
func (CanUseTool) Subtype() string { return SubCanUseTool }

// Subtype returns hook_callback.
func (HookCallback) Subtype() string { return SubHookCallback }

// Subtype returns mcp_message.
func (MCPMessage) Subtype() string { return SubMCPMessage }

// Subtype returns elicitation.
func (Elicitation) Subtype() string { return SubElicitation }

// Subtype returns Name.
func (r RawRequest) Subtype() string { return r.Name }

// MarshalJSON writes Fields.
func (r RawRequest) MarshalJSON() ([]byte, error) {
	if r.Fields == nil {
		return []byte("{}"), nil
	}
	return r.Fields, nil
}

// MarshalJSON writes the fields and then Extra.
func (i Initialize) MarshalJSON() ([]byte, error) {
	type plain Initialize
	body, err := encode(plain(i))
	if err != nil || len(i.Extra) == 0 {
		return body, err
	}
	extra, err := encode(i.Extra)
	if err != nil {
		return nil, err
	}
	return joinObjects(body, extra), nil
}
