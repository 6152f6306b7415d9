package protocol

import "encoding/json"

// The behaviours of a permission answer.
const (
	Allow = "allow"
	Deny  = "deny"
)

// PermissionResult answers a can_use_tool request.
type PermissionResult struct {
	Behavior string `json:"behavior"` // allow or deny
	// UpdatedInput of an allow is the tool's input. Hand the request's own input back if it is unchanged: some CLIs take a missing one
	// for an empty one.
	UpdatedInput json.RawMessage `json:"updatedInput,omitempty"`
	// UpdatedPermissions of an allow, if not nil, are rules to add; suggestions may be handed back as they came.
	UpdatedPermissions []PermissionUpdate `json:"updatedPermissions,omitzero"`
	Message            *string            `json:"message,omitempty"`   // of a deny; required there, may be empty
	Interrupt          bool               `json:"interrupt,omitempty"` // of a deny: end the turn too
}

// AllowTool returns the answer that lets a tool run with an input.
func AllowTool(input json.RawMessage) PermissionResult {
	return PermissionResult{Behavior: Allow, UpdatedInput: input}
}

// DenyTool returns the answer that refuses a tool, with the text that the model gets to read.
func DenyTool(message string) PermissionResult {
	return PermissionResult{Behavior: Deny, Message: &message}
}

// PermissionUpdate is a change of the permission rules. One that came from the wire keeps its exact JSON and is written as that.
type PermissionUpdate struct {
	Type        string           `json:"type"` // addRules, replaceRules, removeRules, setMode, addDirectories, removeDirectories
	Rules       []PermissionRule `json:"rules,omitempty"`
	Behavior    string           `json:"behavior,omitempty"`
	Mode        string           `json:"mode,omitempty"`
	Directories []string         `json:"directories,omitempty"`
	Destination string           `json:"destination,omitempty"` // session, localSettings, projectSettings, userSettings
	Raw         json.RawMessage  `json:"-"`
}

// PermissionRule is one rule of an update. The CLI refuses all updates if a ruleContent is null, so an empty one is left out.
type PermissionRule struct {
	ToolName    string `json:"toolName"`
	RuleContent string `json:"ruleContent,omitempty"`
}

// MarshalJSON returns Raw, or the fields that are set.
func (u PermissionUpdate) MarshalJSON() ([]byte, error) {
	if u.Raw != nil {
		return u.Raw, nil
	}
	type plain PermissionUpdate
	return encode(plain(u))
}

func (u *PermissionUpdate) fromWire(value json.RawMessage) {
	type plain PermissionUpdate
	if value[0] == '{' {
		fill(value, (*plain)(u))
	}
	u.Raw = value
}

// MCPResponse answers an mcp_message request: the JSON-RPC reply stands under mcp_response.
type MCPResponse struct {
	Response json.RawMessage `json:"mcp_response"`
}
