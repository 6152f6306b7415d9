package protocol

import (
	"encoding/json"
	"sync"
)

// The events at which hooks run. The list grows with the CLI's releases; an event that is not in it is legal.
const (
	HookPreToolUse          = "PreToolUse"
	HookPostToolUse         = "PostToolUse"
	HookPostToolUseFailure  = "PostToolUseFailure"
	HookPostToolBatch       = "PostToolBatch"
	HookNotification        = "Notification"
	HookUserPromptSubmit    = "UserPromptSubmit"
	HookUserPromptExpansion = "UserPromptExpansion"
	HookSessionStart        = "SessionStart"
	HookSessionEnd          = "SessionEnd"
	HookStop                = "Stop"
	HookStopFailure         = "StopFailure"
	HookSubagentStart       = "SubagentStart"
	HookSubagentStop        = "SubagentStop"
	HookPreCompact          = "PreCompact"
	HookPostCompact         = "PostCompact"
	HookPreModelSwitch      = "PreModelSwitch"
	HookPostModelSwitch     = "PostModelSwitch"
	HookPermissionRequest   = "PermissionRequest"
	HookPermissionDenied    = "PermissionDenied"
	HookSetup               = "Setup"
	HookTeammateIdle        = "TeammateIdle"
	HookTaskCreated         = "TaskCreated"
	HookTaskCompleted       = "TaskCompleted"
	HookElicitation         = "Elicitation"
	HookElicitationResult   = "ElicitationResult"
	HookConfigChange        = "ConfigChange"
	HookWorktreeCreate      = "WorktreeCreate"
	HookWorktreeRemove      = "WorktreeRemove"
	HookInstructionsLoaded  = "InstructionsLoaded"
	HookCwdChanged          = "CwdChanged"
	HookFileChanged         = "FileChanged"
	HookDirectoryAdded      = "DirectoryAdded"
	HookMessageDisplay      = "MessageDisplay"
)

// HookEvents returns the names of the events that this package knows, in the order in which the TypeScript SDK declares them. The CLI of
// today runs callbacks of an SDK at some of them only: SessionStart, SessionEnd and Setup were not seen (cli:5).
func HookEvents() []string {
	rows := hookRows()
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.event
	}
	return names
}

// HookInput is the input of a hook in the Go type of its event, for a type switch. It is always a pointer: *[PreToolUseInput] and so on,
// or *[HookBase] for an event that is not known.
type HookInput interface {
	// Base returns what the inputs of all events have.
	Base() *HookBase
}

// HookSpecificOutput is what a hook answers for its event alone: [PreToolUseOutput] and so on. Its encoding names the event.
type HookSpecificOutput interface{ HookEvent() string }

// hookRow is an event with its types; output is nil for one that has none.
type hookRow struct {
	event  string
	input  func(json.RawMessage) HookInput
	output func(json.RawMessage) HookSpecificOutput
}

var hooksByName = sync.OnceValue(func() map[string]hookRow {
	byName := map[string]hookRow{}
	for _, r := range hookRows() {
		byName[r.event] = r
	}
	return byName
})

// HookInput returns the input of a hook in the Go type of its event. It never fails and never returns nil: a member of a wrong type
// leaves its field alone, and what is not known is a *HookBase with Raw.
func (h HookCallback) HookInput() HookInput {
	if read := hooksByName()[h.Event()].input; read != nil {
		return read(h.Input)
	}
	return hookInputAs[HookBase](h.Input)
}

func hookInputAs[T any, P interface {
	*T
	HookInput
}](raw json.RawMessage) HookInput {
	return P(read[T](raw))
}

func hookOutputAs[T HookSpecificOutput](raw json.RawMessage) HookSpecificOutput { return View[T](raw) }

// HookOutput answers a hook_callback: what is unset is not written, and nothing at all lets things go on. An answer that came from the
// wire keeps its exact JSON and is written as that.
type HookOutput struct {
	Continue         *bool  `json:"continue,omitempty"`         // false ends the turn after this tool
	StopReason       string `json:"stopReason,omitempty"`       // why, for the user
	SuppressOutput   *bool  `json:"suppressOutput,omitempty"`   // do not show what the hook printed
	Decision         string `json:"decision,omitempty"`         // block, or approve
	Reason           string `json:"reason,omitempty"`           // why, for the model
	SystemMessage    string `json:"systemMessage,omitempty"`    // for the user
	TerminalSequence string `json:"terminalSequence,omitempty"` // an escape sequence to write to the terminal: a notification, a title
	// Async lets things go on at once; then only AsyncTimeout counts beside it.
	Async        bool `json:"async,omitempty"`
	AsyncTimeout int  `json:"asyncTimeout,omitempty"` // how long the hook may still run, in milliseconds
	// Specific is the event's own output object: a [HookSpecificOutput], or anything that encodes to an object with a hookEventName. One
	// that came from the wire is a HookSpecificOutput, or a json.RawMessage if its event is not known.
	Specific any             `json:"hookSpecificOutput,omitempty"`
	Raw      json.RawMessage `json:"-"`
}

// MarshalJSON returns Raw, or the fields that are set.
func (o HookOutput) MarshalJSON() ([]byte, error) {
	type plain HookOutput
	return rawOr(o.Raw, plain(o))
}

func (o *HookOutput) fromWire(value json.RawMessage) {
	type plain HookOutput
	if value[0] != '{' {
		return
	}
	fill(value, (*plain)(o))
	own := Member(value, "hookSpecificOutput")
	if len(own) == 0 || own[0] != '{' {
		return
	}
	o.Specific = own
	if read := hooksByName()[stringValue(Member(own, "hookEventName"))].output; read != nil {
		o.Specific = read(own)
	}
}

// specific encodes the output of an event with the event's name first.
func specific(event string, fields any) ([]byte, error) {
	name, err := encode(map[string]string{"hookEventName": event})
	if err != nil {
		return nil, err
	}
	body, err := encode(fields)
	if err != nil {
		return nil, err
	}
	return joinObjects(name, body), nil
}
