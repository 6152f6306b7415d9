package protocol

import (
	"encoding/json"
	"fmt"
)

// The behaviours of a permission answer, and of a rule. Only a rule can have Ask.
const (
	Allow = "allow"
	Deny  = "deny"
	Ask   = "ask"
)

// PermissionResult answers a can_use_tool request. One that came from the wire keeps its exact JSON and is written as that.
type PermissionResult struct {
	Behavior string `json:"behavior"` // allow or deny
	// UpdatedInput of an allow is the tool's input. Hand the request's own input back if it is unchanged: some CLIs take a missing one
	// for an empty one.
	UpdatedInput json.RawMessage `json:"updatedInput,omitempty"`
	// UpdatedPermissions of an allow, if not nil, are rules to add; suggestions may be handed back as they came. The CLI refuses all of
	// them if one is not valid, see [PermissionUpdate.Check], and lets the tool run all the same.
	UpdatedPermissions []PermissionUpdate `json:"updatedPermissions,omitzero"`
	Message            *string            `json:"message,omitempty"`   // of a deny; required there, may be empty
	Interrupt          bool               `json:"interrupt,omitempty"` // of a deny: end the turn too; the model does not get the message then
	ToolUseID          string             `json:"toolUseID,omitempty"` // of the request; not needed
	// DecisionClassification is user_temporary, user_permanent or user_reject: what the user meant by it.
	DecisionClassification string          `json:"decisionClassification,omitempty"`
	Raw                    json.RawMessage `json:"-"`
}

// AllowTool returns the answer that lets a tool run with an input.
func AllowTool(input json.RawMessage) PermissionResult {
	return PermissionResult{Behavior: Allow, UpdatedInput: input}
}

// DenyTool returns the answer that refuses a tool, with the text that the model gets to read.
func DenyTool(message string) PermissionResult {
	return PermissionResult{Behavior: Deny, Message: &message}
}

// MarshalJSON returns Raw, or the fields that are set.
func (r PermissionResult) MarshalJSON() ([]byte, error) {
	type plain PermissionResult
	return rawOr(r.Raw, plain(r))
}

// The types of permission updates.
const (
	UpdateAddRules          = "addRules"
	UpdateReplaceRules      = "replaceRules"
	UpdateRemoveRules       = "removeRules"
	UpdateSetMode           = "setMode"
	UpdateAddDirectories    = "addDirectories"
	UpdateRemoveDirectories = "removeDirectories"
)

// The destinations of permission updates: how long they last and for whom.
const (
	ToSession         = "session" // until the session ends
	ToLocalSettings   = "localSettings"
	ToProjectSettings = "projectSettings"
	ToUserSettings    = "userSettings"
	ToCLIArg          = "cliArg"
)

// PermissionUpdate is a change of the permission rules. One that came from the wire keeps its exact JSON and is written as that.
type PermissionUpdate struct {
	Type        string           `json:"type"`
	Rules       []PermissionRule `json:"rules,omitzero"`
	Behavior    string           `json:"behavior,omitempty"`
	Mode        string           `json:"mode,omitempty"`
	Directories []string         `json:"directories,omitzero"`
	Destination string           `json:"destination,omitempty"` // empty is written as session, because the CLI refuses an update without one
	Raw         json.RawMessage  `json:"-"`
}

// PermissionRule is one rule of an update. The CLI refuses all updates if a ruleContent is null, so an empty one is left out.
type PermissionRule struct {
	ToolName    string `json:"toolName"`
	RuleContent string `json:"ruleContent,omitempty"` // which uses of the tool; empty for all
}

// AddRules returns the update that adds rules of a behavior.
func AddRules(behavior, destination string, rules ...PermissionRule) PermissionUpdate {
	return rulesUpdate(UpdateAddRules, behavior, destination, rules)
}

// ReplaceRules returns the update that puts rules in the place of all of that behavior.
func ReplaceRules(behavior, destination string, rules ...PermissionRule) PermissionUpdate {
	return rulesUpdate(UpdateReplaceRules, behavior, destination, rules)
}

// RemoveRules returns the update that takes rules of a behavior away.
func RemoveRules(behavior, destination string, rules ...PermissionRule) PermissionUpdate {
	return rulesUpdate(UpdateRemoveRules, behavior, destination, rules)
}

func rulesUpdate(kind, behavior, destination string, rules []PermissionRule) PermissionUpdate {
	return PermissionUpdate{Type: kind, Rules: append([]PermissionRule{}, rules...), Behavior: behavior, Destination: destination}
}

// SetMode returns the update that changes the permission mode.
func SetMode(mode, destination string) PermissionUpdate {
	return PermissionUpdate{Type: UpdateSetMode, Mode: mode, Destination: destination}
}

// AddDirectories returns the update that lets tools use directories.
func AddDirectories(destination string, directories ...string) PermissionUpdate {
	return PermissionUpdate{Type: UpdateAddDirectories, Directories: append([]string{}, directories...), Destination: destination}
}

// RemoveDirectories returns the update that takes directories away again.
func RemoveDirectories(destination string, directories ...string) PermissionUpdate {
	return PermissionUpdate{Type: UpdateRemoveDirectories, Directories: append([]string{}, directories...), Destination: destination}
}

// Check says what is wrong with an update, because of which the CLI would refuse it and all that come with it; nil if nothing is. What
// came from the wire is not judged.
func (u PermissionUpdate) Check() error {
	if u.Raw != nil {
		return nil
	}
	missing := ""
	switch u.Type {
	case UpdateAddRules, UpdateReplaceRules, UpdateRemoveRules:
		switch {
		case u.Rules == nil:
			missing = "rules"
		case u.Behavior == "":
			missing = "a behavior"
		}
	case UpdateSetMode:
		if u.Mode == "" {
			missing = "a mode"
		}
	case UpdateAddDirectories, UpdateRemoveDirectories:
		if u.Directories == nil {
			missing = "directories"
		}
	default:
		return fmt.Errorf("permission update: expected one of the six types, got %q", u.Type)
	}
	if missing != "" {
		return fmt.Errorf("permission update %s: expected %s, got none", u.Type, missing)
	}
	return nil
}

// MarshalJSON returns Raw, or the fields that are set.
func (u PermissionUpdate) MarshalJSON() ([]byte, error) {
	type plain PermissionUpdate
	if u.Destination == "" {
		u.Destination = ToSession
	}
	return rawOr(u.Raw, plain(u))
}

func (u *PermissionUpdate) fromWire(value json.RawMessage) {
	type plain PermissionUpdate
	if value[0] == '{' {
		fill(value, (*plain)(u))
	}
	u.Raw = value
}
