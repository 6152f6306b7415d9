package protocol

import "encoding/json"

// PreToolUseOutput is what a hook answers for the event PreToolUse alone.
type PreToolUseOutput struct {
	PermissionDecision       string          `json:"permissionDecision,omitempty"`       // allow, deny, ask or defer; empty decides nothing
	PermissionDecisionReason string          `json:"permissionDecisionReason,omitempty"` // why; of a deny for the model
	UpdatedInput             json.RawMessage `json:"updatedInput,omitempty"`             // the input to run with, an object
	AdditionalContext        string          `json:"additionalContext,omitempty"`        // for the model
}

// PostToolUseOutput is what a hook answers for the event PostToolUse alone.
type PostToolUseOutput struct {
	AdditionalContext    string          `json:"additionalContext,omitempty"`    // for the model
	ClassifierContext    string          `json:"classifierContext,omitempty"`    // for the classifier of permissions
	UpdatedToolOutput    json.RawMessage `json:"updatedToolOutput,omitempty"`    // what the model gets instead
	UpdatedMCPToolOutput json.RawMessage `json:"updatedMCPToolOutput,omitempty"` // the same for MCP tools only
}

// PostToolUseFailureOutput is what a hook answers for the event PostToolUseFailure alone.
type PostToolUseFailureOutput struct {
	AdditionalContext string `json:"additionalContext,omitempty"` // for the model
}

// PostToolBatchOutput is what a hook answers for the event PostToolBatch alone.
type PostToolBatchOutput struct {
	AdditionalContext string `json:"additionalContext,omitempty"` // for the model
}

// NotificationOutput is what a hook answers for the event Notification alone.
type NotificationOutput struct {
	AdditionalContext string `json:"additionalContext,omitempty"` // for the model
}

// UserPromptSubmitOutput is what a hook answers for the event UserPromptSubmit alone.
type UserPromptSubmitOutput struct {
	AdditionalContext      string `json:"additionalContext,omitempty"`      // for the model
	SessionTitle           string `json:"sessionTitle,omitempty"`           // the title of the session
	SuppressOriginalPrompt bool   `json:"suppressOriginalPrompt,omitempty"` // do not repeat a blocked prompt
}

// UserPromptExpansionOutput is what a hook answers for the event UserPromptExpansion alone.
type UserPromptExpansionOutput struct {
	AdditionalContext      string `json:"additionalContext,omitempty"`      // for the model
	SuppressOriginalPrompt bool   `json:"suppressOriginalPrompt,omitempty"` // do not repeat a blocked prompt
}

// SessionStartOutput is what a hook answers for the event SessionStart alone.
type SessionStartOutput struct {
	AdditionalContext  string   `json:"additionalContext,omitempty"`  // for the model
	InitialUserMessage string   `json:"initialUserMessage,omitempty"` // the first prompt
	SessionTitle       string   `json:"sessionTitle,omitempty"`       // the title of the session
	WatchPaths         []string `json:"watchPaths,omitzero"`          // the files whose changes are events
	ReloadSkills       bool     `json:"reloadSkills,omitempty"`       // the hook has installed some
}

// StopOutput is what a hook answers for the event Stop alone.
type StopOutput struct {
	AdditionalContext string `json:"additionalContext,omitempty"` // for the model
}

// SubagentStartOutput is what a hook answers for the event SubagentStart alone.
type SubagentStartOutput struct {
	AdditionalContext string `json:"additionalContext,omitempty"` // for the model
}

// SubagentStopOutput is what a hook answers for the event SubagentStop alone.
type SubagentStopOutput struct {
	AdditionalContext string `json:"additionalContext,omitempty"` // for the model
}

// PreModelSwitchOutput is what a hook answers for the event PreModelSwitch alone.
type PreModelSwitchOutput struct {
	PermissionDecision       string `json:"permissionDecision,omitempty"`       // allow, deny or ask
	PermissionDecisionReason string `json:"permissionDecisionReason,omitempty"` // why
}

// PostModelSwitchOutput is what a hook answers for the event PostModelSwitch alone.
type PostModelSwitchOutput struct {
	AdditionalContext string `json:"additionalContext,omitempty"` // for the model
}

// PermissionRequestOutput is what a hook answers for the event PermissionRequest alone.
type PermissionRequestOutput struct {
	Decision PermissionResult `json:"decision"` // the answer in the user's place
}

// PermissionDeniedOutput is what a hook answers for the event PermissionDenied alone.
type PermissionDeniedOutput struct {
	Retry bool `json:"retry,omitempty"` // the model may try again
}

// SetupOutput is what a hook answers for the event Setup alone.
type SetupOutput struct {
	AdditionalContext string `json:"additionalContext,omitempty"` // for the model
}

// ElicitationOutput is what a hook answers for the event Elicitation alone.
type ElicitationOutput struct {
	Action  string          `json:"action,omitempty"`  // accept, decline or cancel
	Content json.RawMessage `json:"content,omitempty"` // of an accept: an object
}

// ElicitationResultOutput is what a hook answers for the event ElicitationResult alone.
type ElicitationResultOutput struct {
	Action  string          `json:"action,omitempty"`  // accept, decline or cancel
	Content json.RawMessage `json:"content,omitempty"` // of an accept: an object
}

// WorktreeCreateOutput is what a hook answers for the event WorktreeCreate alone.
type WorktreeCreateOutput struct {
	WorktreePath string `json:"worktreePath"` // the directory that the hook made
}

// CwdChangedOutput is what a hook answers for the event CwdChanged alone.
type CwdChangedOutput struct {
	WatchPaths []string `json:"watchPaths,omitzero"` // the files whose changes are events
}

// FileChangedOutput is what a hook answers for the event FileChanged alone.
type FileChangedOutput struct {
	WatchPaths []string `json:"watchPaths,omitzero"` // the files whose changes are events
}

// MessageDisplayOutput is what a hook answers for the event MessageDisplay alone.
type MessageDisplayOutput struct {
	DisplayContent *string `json:"displayContent,omitempty"` // what to show instead; nil shows the text itself
}
