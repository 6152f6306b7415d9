package protocol

import "encoding/json"

// Interrupt ends the running turn. It is answered before the turn's result, or after it.
type Interrupt struct {
	CancelQueued bool `json:"cancel_queued,omitempty"` // withdraw the queued prompts too
}

// InterruptResult is the answer to [Interrupt]. Prompts without a uuid are in neither list; they run all the same.
type InterruptResult struct {
	StillQueued []string        `json:"still_queued"` // uuids of prompts that will run next
	Cancelled   []string        `json:"cancelled"`    // uuids of prompts that were withdrawn, if that was asked for
	Raw         json.RawMessage `json:"-"`
}

// SetModel changes the model from the next turn on. Nil, written as null, goes back to the default.
type SetModel struct {
	Model *string `json:"model"`
}

// SetModelResult is the answer to [SetModel].
type SetModelResult struct {
	Model string          `json:"model"` // what the name stands for; a name that is not known comes back as it was
	Raw   json.RawMessage `json:"-"`
}

// SetPermissionMode changes how permissions are decided.
type SetPermissionMode struct {
	Mode string `json:"mode"` // default, acceptEdits, bypassPermissions, plan, dontAsk or auto
	// AnswersBypassSwitchBack is not declared: the TypeScript SDK writes it. As its name has it, the user was asked whether to go back from
	// bypassPermissions.
	AnswersBypassSwitchBack *bool `json:"answers_bypass_switch_back,omitempty"`
}

// SetPermissionModeResult is the answer to [SetPermissionMode].
type SetPermissionModeResult struct {
	Mode string          `json:"mode"` // the mode that holds now: manual comes back as default
	Raw  json.RawMessage `json:"-"`
}

// SetMaxThinkingTokens changes how much the model may think, and how its thinking is shown. Null goes back to what the session began
// with; what is left out stays as it is.
type SetMaxThinkingTokens struct {
	MaxThinkingTokens Optional[int]    `json:"max_thinking_tokens,omitzero"`
	ThinkingDisplay   Optional[string] `json:"thinking_display,omitzero"` // summarized, omitted or highlights
}

// RenameSession gives the session a title.
type RenameSession struct {
	Title     string `json:"title"`
	Source    string `json:"source,omitempty"`     // who chose it: host, or remote, which is the default
	SessionID string `json:"session_id,omitempty"` // refuse if the session is another one by now
}

// GenerateSessionTitle asks for a title that fits a description.
type GenerateSessionTitle struct {
	Description string `json:"description"`
	Persist     *bool  `json:"persist,omitempty"` // and give it to the session
}

// GenerateSessionTitleResult is the answer to [GenerateSessionTitle].
type GenerateSessionTitleResult struct {
	Title string          `json:"title"`
	Raw   json.RawMessage `json:"-"`
}

// SetColor sets the session's colour.
type SetColor struct {
	Color string `json:"color"` // a name, or default
}

// SetHasSubscribers tells the CLI whether anybody looks on. Nil, written as null, says that nobody knows, which counts as true.
type SetHasSubscribers struct {
	HasSubscribers *bool `json:"has_subscribers"`
}

// SetCwd changes the working directory.
type SetCwd struct {
	Path             string  `json:"path"`
	TrustAccepted    *bool   `json:"trust_accepted,omitempty"`    // the user trusts the directory
	TrustedDirectory *string `json:"trusted_directory,omitempty"` // the one that was trusted
}

// SetCwdResult is the answer to [SetCwd].
type SetCwdResult struct {
	Raw json.RawMessage `json:"-"`
}

// ClaimSession makes a CLI that was started ahead into a session of its own. Extra are further fields.
type ClaimSession struct {
	Cwd                   string                     `json:"cwd,omitempty"`
	PermissionMode        string                     `json:"permission_mode,omitempty"`
	Env                   map[string]string          `json:"env,omitempty"`
	AdditionalDirectories []string                   `json:"additional_directories,omitempty"`
	AppendSystemPrompt    string                     `json:"append_system_prompt,omitempty"`
	Title                 string                     `json:"title,omitempty"`
	Agents                map[string]json.RawMessage `json:"agents,omitempty"`
	SDKMCPServers         []string                   `json:"sdk_mcp_servers,omitempty"`
	IncludeInitialize     bool                       `json:"include_initialize"` // answer as to initialize, too
	Extra                 map[string]json.RawMessage `json:"-"`
}

// MarshalJSON writes the fields and then Extra.
func (c ClaimSession) MarshalJSON() ([]byte, error) {
	type plain ClaimSession
	return withExtra(plain(c), c.Extra)
}

// ClaimSessionResult is the answer to [ClaimSession].
type ClaimSessionResult struct {
	Initialize *InitializeResult `json:"initialize"` // if it was asked for
	Raw        json.RawMessage   `json:"-"`
}

// EndSession ends the CLI, which answers and exits on its own.
type EndSession struct {
	Reason string `json:"reason,omitempty"`
}

// CancelAsyncMessage withdraws a queued prompt.
type CancelAsyncMessage struct {
	MessageUUID string `json:"message_uuid"`
}

// CancelAsyncMessageResult is the answer to [CancelAsyncMessage].
type CancelAsyncMessageResult struct {
	Cancelled   bool            `json:"cancelled"` // false if it was not queued any more
	MessageUUID string          `json:"message_uuid"`
	Raw         json.RawMessage `json:"-"`
}

// SideQuestion asks the model something beside the conversation. Progress comes as control_request_progress messages.
type SideQuestion struct {
	Question string             `json:"question"`
	History  []SideQuestionTurn `json:"history,omitempty"` // what was asked and answered before
}

// SideQuestionTurn is one question of [SideQuestion.History].
type SideQuestionTurn struct {
	Question string `json:"question"`
	Response string `json:"response"`
}

// SideQuestionResult is the answer to [SideQuestion].
type SideQuestionResult struct {
	Response        *string          `json:"response"`  // nil if the model said nothing
	Synthetic       bool             `json:"synthetic"` // the CLI said it, not the model
	RefusalFallback *RefusalFallback `json:"refusal_fallback"`
	Raw             json.RawMessage  `json:"-"`
}

// RefusalFallback says that another model answered, because the first one refused.
type RefusalFallback struct {
	OriginalModel string `json:"original_model"`
	FallbackModel string `json:"fallback_model"`
	Content       string `json:"content"`
}

// SetPromptSuggestionsPaused stops the suggestions of prompts, or lets them go on.
type SetPromptSuggestionsPaused struct {
	Paused bool `json:"paused"`
}

// RemoteControl lets another device steer the session, or ends that.
type RemoteControl struct {
	Enabled           bool            `json:"enabled"`
	Name              string          `json:"name,omitempty"`
	ReattachSessionID string          `json:"reattach_session_id,omitempty"`
	KeepSessionOnExit *bool           `json:"keep_session_on_exit,omitempty"`
	WorkSecret        json.RawMessage `json:"work_secret,omitempty"`
}

// RemoteControlResult is the answer to [RemoteControl].
type RemoteControlResult struct {
	BridgeSessionID string          `json:"bridge_session_id"`
	Raw             json.RawMessage `json:"-"`
}
