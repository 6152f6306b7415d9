package protocol

import (
	"encoding/json"
	"slices"
)

// The subtypes of the requests that the CLI writes and that this package knows by name. An SDK writes mcp_message, too.
const (
	SubCanUseTool              = "can_use_tool"
	SubHookCallback            = "hook_callback"
	SubMCPMessage              = "mcp_message"
	SubElicitation             = "elicitation"
	SubRequestUserDialog       = "request_user_dialog"
	SubOAuthTokenRefresh       = "oauth_token_refresh"
	SubHostAuthTokenRefresh    = "host_auth_token_refresh"
	SubRemoteControlWorkSecret = "remote_control_work_secret"
	SubRemoteToolCall          = "remote_tool_call"
	SubRemotePlumbingCall      = "remote_plumbing_call"
	SubRemoteToolsProbe        = "remote_tools_probe"
	SubRemoteToolsReannounce   = "remote_tools_reannounce"
	SubUICopy                  = "ui_copy"
	SubUIPromptRead            = "ui_prompt_read"
	SubUIPromptFill            = "ui_prompt_fill"
	SubUIPromptPaint           = "ui_prompt_paint"
	SubUIPromptSuggest         = "ui_prompt_suggest"
	SubUIReadSelection         = "ui_read_selection"
)

// UnsupportedRequest is the error code of a refusal because the subtype is not known.
const UnsupportedRequest = "unsupported_request"

// IsForAnother reports whether a request of the CLI is meant for the machine that serves a remote session's tools. Who is not that
// machine must leave it unanswered; every other request of the CLI waits for an answer.
func IsForAnother(subtype string) bool {
	return slices.Contains([]string{SubRemoteToolCall, SubRemotePlumbingCall, SubRemoteToolsProbe, SubRemoteToolsReannounce}, subtype)
}

// CanUseTool asks whether a tool may run. The answer is a [PermissionResult].
type CanUseTool struct {
	ToolName  string          `json:"tool_name"`
	Input     json.RawMessage `json:"input"` // exactly as the CLI wrote it
	ToolUseID string          `json:"tool_use_id,omitempty"`

	Suggestions []PermissionUpdate `json:"permission_suggestions,omitempty"` // what to answer to be asked no more
	BlockedPath string             `json:"blocked_path,omitempty"`           // the path outside of what is allowed

	// Why it asks. The reason may hold escape sequences of a terminal.

	DecisionReason           string `json:"decision_reason,omitempty"`
	DecisionReasonType       string `json:"decision_reason_type,omitempty"` // rule, mode, hook, safetyCheck, classifier, ...
	DecisionReasonCode       string `json:"decision_reason_code,omitempty"`
	DecisionReasonHookEvent  string `json:"decision_reason_hook_event,omitempty"`
	DecisionReasonHookSource string `json:"decision_reason_hook_source,omitempty"`

	MatchedAskRule          *MatchedAskRule `json:"matched_ask_rule,omitempty"`           // the rule that wants the question
	ClassifierApprovable    *bool           `json:"classifier_approvable,omitempty"`      // a classifier may say yes; nil: not told
	SuppressAlwaysAllowRule bool            `json:"suppress_always_allow_rule,omitempty"` // offer no rule that allows it for good
	DefaultToNo             bool            `json:"default_to_no,omitempty"`              // the refusal is what should be chosen first
	RequiresUserInteraction bool            `json:"requires_user_interaction,omitempty"`  // the tool itself asks the user something
	ServerPolicyAskOnly     bool            `json:"server_policy_ask_only,omitempty"`     // the policy of the MCP server wants the question
	Title                   string          `json:"title,omitempty"`                      // the question, to show
	DisplayName             string          `json:"display_name,omitempty"`               // the tool, to show
	Description             string          `json:"description,omitempty"`                // what the call does, to show
	AgentID                 string          `json:"agent_id,omitempty"`                   // the subagent that asks; empty for the main one
	MCPServer               *MCPServerRef   `json:"mcp_server,omitempty"`                 // whose tool it is

	// These are not declared: the TypeScript SDK reads them, and hands them on under names that say as much.

	ServerPrompt   string          `json:"server_prompt,omitempty"`
	Plugin         string          `json:"plugin,omitempty"`
	ComputerFolder *ComputerFolder `json:"computer_folder,omitempty"`

	// Raw is the request's body with everything that has no field here.
	Raw json.RawMessage `json:"-"`
}

// MatchedAskRule is the permission rule that led to a question. Its names are in snake case, unlike those of a [PermissionRule].
type MatchedAskRule struct {
	Source      string  `json:"source"`
	ToolName    string  `json:"tool_name"`
	RuleContent *string `json:"rule_content,omitempty"` // nil for a rule for all uses of the tool
}

// MCPServerRef names an MCP server and where its configuration came from.
type MCPServerRef struct {
	Name   string `json:"name"`
	Source string `json:"source"` // sdk for an in-process server
}

// ComputerFolder is a folder on another computer.
type ComputerFolder struct {
	Path         string `json:"path"`
	ComputerName string `json:"computer_name"`
}

// HookCallback runs a registered hook. The answer is the hook's output: a [HookOutput], or any object.
type HookCallback struct {
	CallbackID string          `json:"callback_id"`
	Input      json.RawMessage `json:"input"`                 // see [HookCallback.HookInput]
	ToolUseID  string          `json:"tool_use_id,omitempty"` // always there; a made-up one where no tool is in play
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

// MCPResponse answers an mcp_message request: the JSON-RPC reply stands under mcp_response.
type MCPResponse struct {
	Response json.RawMessage `json:"mcp_response"`
}

// Elicitation asks the user for input on behalf of an MCP server. The answer is an [ElicitationResult].
type Elicitation struct {
	ServerName    string          `json:"mcp_server_name"`
	Message       string          `json:"message"`
	Mode          string          `json:"mode,omitempty"`             // form or url; empty is form
	URL           string          `json:"url,omitempty"`              // of mode url: where the user is to go
	ElicitationID string          `json:"elicitation_id,omitempty"`   // of mode url: what elicitation_complete will name
	Schema        json.RawMessage `json:"requested_schema,omitempty"` // of mode form: a JSON Schema of an object
	PropertyOrder []string        `json:"property_order,omitempty"`   // the names in Schema in the order in which to ask
	Title         string          `json:"title,omitempty"`
	DisplayName   string          `json:"display_name,omitempty"`
	Description   string          `json:"description,omitempty"`
	Raw           json.RawMessage `json:"-"`
}

// The actions of an [ElicitationResult].
const (
	ElicitationAccept  = "accept"
	ElicitationDecline = "decline"
	ElicitationCancel  = "cancel"
)

// ElicitationResult answers an [Elicitation]. An SDK that cannot ask anybody declines.
type ElicitationResult struct {
	Action  string          `json:"action"`
	Content json.RawMessage `json:"content,omitempty"` // of an accept: an object that fits the schema
	Raw     json.RawMessage `json:"-"`
}

// AcceptElicitation returns the answer that gives what was asked for; nil content for a mode url.
func AcceptElicitation(content json.RawMessage) ElicitationResult {
	return ElicitationResult{Action: ElicitationAccept, Content: content}
}

// DeclineElicitation returns the answer that the user does not want to.
func DeclineElicitation() ElicitationResult { return ElicitationResult{Action: ElicitationDecline} }

// CancelElicitation returns the answer that the user went away without one.
func CancelElicitation() ElicitationResult { return ElicitationResult{Action: ElicitationCancel} }

// MarshalJSON returns Raw, or the fields that are set.
func (r ElicitationResult) MarshalJSON() ([]byte, error) {
	type plain ElicitationResult
	return rawOr(r.Raw, plain(r))
}

// rawOr writes what came from the wire as it came, and anything else by its fields.
func rawOr(raw json.RawMessage, fields any) ([]byte, error) {
	if raw != nil {
		return raw, nil
	}
	return encode(fields)
}

// CanUseTool returns the typed view of a can_use_tool request.
func (m Message) CanUseTool() CanUseTool { return request[CanUseTool](m) }

// HookCallback returns the typed view of a hook_callback request.
func (m Message) HookCallback() HookCallback { return request[HookCallback](m) }

// MCPMessage returns the typed view of an mcp_message request.
func (m Message) MCPMessage() MCPMessage { return request[MCPMessage](m) }

// Elicitation returns the typed view of an elicitation request.
func (m Message) Elicitation() Elicitation { return request[Elicitation](m) }

// request returns the typed view of a control request's body.
func request[T any](m Message) T { return View[T](m.member("request")) }
