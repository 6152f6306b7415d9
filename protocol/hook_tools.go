package protocol

import "encoding/json"

// HookBase is what the inputs of all events have.
type HookBase struct {
	Event          string      `json:"hook_event_name"` // the event
	SessionID      string      `json:"session_id"`      // the session
	TranscriptPath string      `json:"transcript_path"` // its transcript
	Cwd            string      `json:"cwd"`             // the working directory
	PromptID       string      `json:"prompt_id"`       // the prompt that is at work; empty before the first
	PermissionMode string      `json:"permission_mode"` // the mode; empty where it plays no part
	AgentID        string      `json:"agent_id"`        // the subagent; empty in the main conversation
	AgentType      string      `json:"agent_type"`      // its kind; also the main conversation's, if that was started as one
	Effort         *HookEffort `json:"effort"`          // nil where it plays no part
	// Raw is the input as it came, with everything that has no field.
	Raw json.RawMessage `json:"-"`
}

// HookEffort is how much the model thinks.
type HookEffort struct {
	Level string `json:"level"` // low, medium, high, xhigh or max
}

// Base returns the base itself.
func (b *HookBase) Base() *HookBase { return b }

// MarshalJSON returns the input as it came. One that was not read from a line has no encoding: views are for reading.
func (b HookBase) MarshalJSON() ([]byte, error) { return asItCame(b.Raw) }

// PreToolUseInput is the input of the event PreToolUse: a tool is to run.
type PreToolUseInput struct {
	HookBase
	ToolName  string          `json:"tool_name"`   // the tool
	ToolInput json.RawMessage `json:"tool_input"`  // its input, exactly as written
	ToolUseID string          `json:"tool_use_id"` // the call
	MCPServer *MCPServerRef   `json:"mcp_server"`  // whose tool it is; nil for a built-in one
}

// PostToolUseInput is the input of the event PostToolUse: a tool has run.
type PostToolUseInput struct {
	HookBase
	ToolName     string          `json:"tool_name"`     // the tool
	ToolInput    json.RawMessage `json:"tool_input"`    // its input, exactly as written
	ToolResponse json.RawMessage `json:"tool_response"` // what it gave
	ToolUseID    string          `json:"tool_use_id"`   // the call
	DurationMS   json.Number     `json:"duration_ms"`   // how long the tool ran, without the time for permission and hooks
	MCPServer    *MCPServerRef   `json:"mcp_server"`    // whose tool it is; nil for a built-in one
}

// PostToolUseFailureInput is the input of the event PostToolUseFailure: a tool has failed.
type PostToolUseFailureInput struct {
	HookBase
	ToolName    string          `json:"tool_name"`    // the tool
	ToolInput   json.RawMessage `json:"tool_input"`   // its input, exactly as written
	ToolUseID   string          `json:"tool_use_id"`  // the call
	Error       string          `json:"error"`        // how
	IsInterrupt bool            `json:"is_interrupt"` // the user stopped it
	DurationMS  json.Number     `json:"duration_ms"`  // how long the tool ran, without the time for permission and hooks
	MCPServer   *MCPServerRef   `json:"mcp_server"`   // whose tool it is; nil for a built-in one
}

// PostToolBatchInput is the input of the event PostToolBatch: all tools of a reply have run.
type PostToolBatchInput struct {
	HookBase
	ToolCalls []HookToolCall `json:"tool_calls"` // in order
}

// PermissionRequestInput is the input of the event PermissionRequest: the user is to be asked whether a tool may run.
type PermissionRequestInput struct {
	HookBase
	ToolName    string             `json:"tool_name"`              // the tool
	ToolInput   json.RawMessage    `json:"tool_input"`             // its input, exactly as written
	Suggestions []PermissionUpdate `json:"permission_suggestions"` // what to answer to be asked no more
	MCPServer   *MCPServerRef      `json:"mcp_server"`             // whose tool it is; nil for a built-in one
}

// PermissionDeniedInput is the input of the event PermissionDenied: a tool was refused without asking.
type PermissionDeniedInput struct {
	HookBase
	ToolName  string          `json:"tool_name"`   // the tool
	ToolInput json.RawMessage `json:"tool_input"`  // its input, exactly as written
	ToolUseID string          `json:"tool_use_id"` // the call
	Reason    string          `json:"reason"`      // why
	MCPServer *MCPServerRef   `json:"mcp_server"`  // whose tool it is; nil for a built-in one
}

// HookToolCall is one call of [PostToolBatchInput].
type HookToolCall struct {
	ToolName     string          `json:"tool_name"`     // the tool
	ToolInput    json.RawMessage `json:"tool_input"`    // its input
	ToolUseID    string          `json:"tool_use_id"`   // the call
	ToolResponse json.RawMessage `json:"tool_response"` // what it gave; nil if there was nothing
}
