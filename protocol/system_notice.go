package protocol

import "encoding/json"

// Informational is a line for people: feedback of hooks, warnings, output of slash commands.
type Informational struct {
	Header
	Content             string          `json:"content"`               // plain text
	Level               string          `json:"level"`                 // info, notice, suggestion or warning
	ToolUseID           string          `json:"tool_use_id"`           // the tool call that it is about
	PreventContinuation bool            `json:"prevent_continuation"`  // the turn ends here
	Tag                 string          `json:"tag"`                   // a word for hosts that treat it apart
	PromptSubmitOutcome json.RawMessage `json:"prompt_submit_outcome"` // what became of a prompt that a hook looked at
}

// Notification is a short text that pops up and goes.
type Notification struct {
	Header
	Key       string      `json:"key"`        // what it is about; a later one with the same key replaces it
	Text      string      `json:"text"`       // the text
	Priority  string      `json:"priority"`   // low, medium, high or immediate
	Color     string      `json:"color"`      // a color's name
	TimeoutMS json.Number `json:"timeout_ms"` // how long to show it
}

// APIRetry says that a request to the API failed and will be made again.
type APIRetry struct {
	Header
	Attempt      json.Number `json:"attempt"`        // which attempt failed, from 1
	MaxRetries   json.Number `json:"max_retries"`    // how many there will be at most
	RetryDelayMS json.Number `json:"retry_delay_ms"` // the wait before the next one
	ErrorStatus  json.Number `json:"error_status"`   // the HTTP status; empty if there was no answer
	Error        string      `json:"error"`          // what failed: rate_limit, overloaded, server_error, ...
	NoResponse   *NoResponse `json:"no_response"`    // the API sent nothing in time
}

// NoResponse is [APIRetry.NoResponse].
type NoResponse struct {
	WaitedMS    json.Number `json:"waited_ms"`     // how long the attempt waited
	RetryWaitMS json.Number `json:"retry_wait_ms"` // how long the next one will
}

// ControlRequestProgress says that a control request of the SDK, still without an answer, is being worked on.
type ControlRequestProgress struct {
	Header
	RequestID    ID          `json:"request_id"`     // the request
	Status       string      `json:"status"`         // started or api_retry
	Attempt      json.Number `json:"attempt"`        // which attempt failed
	MaxRetries   json.Number `json:"max_retries"`    // how many there will be at most
	RetryDelayMS json.Number `json:"retry_delay_ms"` // the wait before the next one
	ErrorStatus  json.Number `json:"error_status"`   // the HTTP status; empty if there was no answer
}

// ModelRefusalFallback says that the model refused and another one answered.
type ModelRefusalFallback struct {
	Header
	Trigger                string   `json:"trigger"`                   // refusal
	Direction              string   `json:"direction"`                 // retry; revert and sticky by old CLIs
	Scope                  string   `json:"scope"`                     // session: the session goes on with the other model; local: only this reply came from it
	OriginalModel          string   `json:"original_model"`            // who refused
	FallbackModel          string   `json:"fallback_model"`            // who answered
	RequestID              string   `json:"request_id"`                // the API's id of the refused request
	APIRefusalCategory     string   `json:"api_refusal_category"`      // what the refusal was about; an open set
	APIRefusalExplanation  string   `json:"api_refusal_explanation"`   // why, for people
	RefusedUserMessageUUID string   `json:"refused_user_message_uuid"` // the prompt that was refused
	RetractedMessageUUIDs  []string `json:"retracted_message_uuids"`   // messages to be taken back
	Content                string   `json:"content"`                   // the same for people
}

// ModelRefusalNoFallback says that the model refused and nobody else was asked.
type ModelRefusalNoFallback struct {
	Header
	OriginalModel          string `json:"original_model"`            // who refused
	RequestID              string `json:"request_id"`                // the API's id of the refused request
	APIRefusalCategory     string `json:"api_refusal_category"`      // what the refusal was about; an open set
	APIRefusalExplanation  string `json:"api_refusal_explanation"`   // why, for people
	RefusedUserMessageUUID string `json:"refused_user_message_uuid"` // the prompt that was refused
	Content                string `json:"content"`                   // the same for people
}

// LocalCommandOutput is what a slash command printed.
type LocalCommandOutput struct {
	Header
	Content string `json:"content"` // the output
}

// HookStarted says that a hook that is a command runs. It comes if hook events are asked for.
type HookStarted struct {
	Header
	HookID    string `json:"hook_id"`    // one run of a hook
	HookName  string `json:"hook_name"`  // the hook
	HookEvent string `json:"hook_event"` // its event
}

// HookProgress is what a hook printed so far.
type HookProgress struct {
	Header
	HookID    string `json:"hook_id"`    // one run of a hook
	HookName  string `json:"hook_name"`  // the hook
	HookEvent string `json:"hook_event"` // its event
	Stdout    string `json:"stdout"`     // its stdout
	Stderr    string `json:"stderr"`     // its stderr
	Output    string `json:"output"`     // both
}

// HookResponse says how a hook ended.
type HookResponse struct {
	Header
	HookID    string      `json:"hook_id"`    // one run of a hook
	HookName  string      `json:"hook_name"`  // the hook
	HookEvent string      `json:"hook_event"` // its event
	Output    string      `json:"output"`     // stdout and stderr
	Stdout    string      `json:"stdout"`     // its stdout
	Stderr    string      `json:"stderr"`     // its stderr
	ExitCode  json.Number `json:"exit_code"`  // its exit code
	Outcome   string      `json:"outcome"`    // success, error or cancelled
}

// PluginInstall tells how the installing of a plugin goes.
type PluginInstall struct {
	Header
	Status string `json:"status"` // started, installed, failed or completed
	Name   string `json:"name"`   // the plugin
	Error  string `json:"error"`  // why it failed
}

// ThinkingTokens estimates how much the model has thought so far.
type ThinkingTokens struct {
	Header
	EstimatedTokens      json.Number `json:"estimated_tokens"`       // in this block
	EstimatedTokensDelta json.Number `json:"estimated_tokens_delta"` // since the message before
	UserMessageUUID      string      `json:"user_message_uuid"`      // the user line that the turn answers
}

// FilesPersisted says which files of a remote session were stored.
type FilesPersisted struct {
	Header
	Files       []PersistedFile `json:"files"`        // those that were
	Failed      []FailedFile    `json:"failed"`       // those that were not
	ProcessedAt string          `json:"processed_at"` // when
}

// PersistedFile is a file that was stored.
type PersistedFile struct {
	Filename string `json:"filename"` // its name
	FileID   string `json:"file_id"`  // the API's id of it
}

// FailedFile is a file that was not stored.
type FailedFile struct {
	Filename string `json:"filename"` // its name
	Error    string `json:"error"`    // why
}

// MemoryRecall says which memories were brought into the turn.
type MemoryRecall struct {
	Header
	Mode     string   `json:"mode"`     // select: whole files; synthesize: a paragraph from many
	Memories []Memory `json:"memories"` // them
}

// Memory is a memory that was brought into a turn.
type Memory struct {
	Path    string `json:"path"`    // its file, an address, or a mark that it was synthesized
	Scope   string `json:"scope"`   // personal, team or organization
	Content string `json:"content"` // its text; absent where the file has it
}

// ElicitationComplete says that an MCP server has what it asked for by an address.
type ElicitationComplete struct {
	Header
	MCPServerName string `json:"mcp_server_name"` // the server
	ElicitationID string `json:"elicitation_id"`  // its question
}

// PermissionDenied says that a tool call was denied without asking anybody. The list in the [Result] decides.
type PermissionDenied struct {
	Header
	ToolName           string `json:"tool_name"`            // the tool
	ToolUseID          string `json:"tool_use_id"`          // the call
	AgentID            string `json:"agent_id"`             // the subagent that called
	DecisionReasonType string `json:"decision_reason_type"` // what decided: mode, rule, classifier, asyncAgent, ...
	DecisionReason     string `json:"decision_reason"`      // why, for people
	Message            string `json:"message"`              // what the model was told
}

// MirrorError says that a session store failed to take a batch. SDKs make this message; the CLI never writes it.
type MirrorError struct {
	Header
	Error string    `json:"error"` // why
	Key   MirrorKey `json:"key"`   // whose batch
}

// MirrorKey is a session in a session store.
type MirrorKey struct {
	ProjectKey string `json:"projectKey"` // the project
	SessionID  string `json:"sessionId"`  // the session
	Subpath    string `json:"subpath"`    // the subagent's part
}

// PostTurnSummary is known by its name alone, which the TypeScript SDK lets through (ts:MSG-02). Look into Raw for its fields.
type PostTurnSummary struct {
	Header
}

// SessionMetadata is known by its name alone, which the TypeScript SDK lets through (ts:MSG-02). Look into Raw for its fields.
type SessionMetadata struct {
	Header
}

// UIInvalidate was seen from a CLI in bare mode (cli:12), to tell a user interface to read its state again as its name has it. No public
// type names it; look into Raw for its fields.
type UIInvalidate struct {
	Header
}
