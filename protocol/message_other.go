package protocol

import "encoding/json"

// ToolProgress says that a tool, hook or MCP call still runs.
type ToolProgress struct {
	Header
	ToolUseID          string         `json:"tool_use_id"`          // the call; of a heartbeat, the call with -heartbeat-N behind it
	ToolName           string         `json:"tool_name"`            // the tool
	ParentToolUseID    string         `json:"parent_tool_use_id"`   // the tool call of the subagent that speaks; empty for the main conversation
	ElapsedTimeSeconds json.Number    `json:"elapsed_time_seconds"` // for how long
	TaskID             string         `json:"task_id"`              // its task
	Heartbeat          bool           `json:"heartbeat"`            // it is sent by the clock, every 30 seconds
	SubagentType       string         `json:"subagent_type"`        // what kind of subagent
	SubagentRetry      *SubagentRetry `json:"subagent_retry"`       // a request of the subagent is made again
}

// SubagentRetry is [ToolProgress.SubagentRetry].
type SubagentRetry struct {
	AgentID       string      `json:"agent_id"`       // the subagent
	Attempt       json.Number `json:"attempt"`        // which attempt failed
	MaxRetries    json.Number `json:"max_retries"`    // how many there will be at most
	RetryDelayMS  json.Number `json:"retry_delay_ms"` // the wait before the next one
	ErrorStatus   json.Number `json:"error_status"`   // the HTTP status; empty if there was no answer
	ErrorCategory string      `json:"error_category"` // what failed
}

// ToolUseSummary sums some tool calls up.
type ToolUseSummary struct {
	Header
	Summary             string   `json:"summary"`                // in one line
	PrecedingToolUseIDs []string `json:"preceding_tool_use_ids"` // the calls
}

// AuthStatus tells how a login goes.
type AuthStatus struct {
	Header
	IsAuthenticating bool     `json:"isAuthenticating"` // it is going on
	Output           []string `json:"output"`           // lines for people
	Error            string   `json:"error"`            // why it failed
}

// RateLimitEvent tells that the limits of a subscription changed.
type RateLimitEvent struct {
	Header
	RateLimitInfo RateLimitInfo `json:"rate_limit_info"` // the limits
}

// RateLimitInfo is how the limits of a subscription stand. Times are in Unix seconds, shares between 0 and 1.
type RateLimitInfo struct {
	Status                          string      `json:"status"`                          // allowed, allowed_warning or rejected
	ResetsAt                        json.Number `json:"resetsAt"`                        // when the window starts anew
	RateLimitType                   string      `json:"rateLimitType"`                   // five_hour, seven_day, ..., overage
	Utilization                     json.Number `json:"utilization"`                     // the share that is used
	OverageStatus                   string      `json:"overageStatus"`                   // the same for what is paid beyond the plan
	OverageResetsAt                 json.Number `json:"overageResetsAt"`                 // when that starts anew
	OverageDisabledReason           string      `json:"overageDisabledReason"`           // why nothing may be paid beyond the plan
	IsUsingOverage                  bool        `json:"isUsingOverage"`                  // the request was paid beyond the plan
	OverageInUse                    bool        `json:"overageInUse"`                    // the session is
	OverageEnabled                  bool        `json:"overageEnabled"`                  // it may be
	SurpassedThreshold              json.Number `json:"surpassedThreshold"`              // the share that was passed
	LimitScope                      string      `json:"limitScope"`                      // whose limit it was: service, channel or group_pool
	ErrorCode                       string      `json:"errorCode"`                       // credits_required
	CanUserPurchaseCredits          bool        `json:"canUserPurchaseCredits"`          // the user may buy more
	HasChargeableSavedPaymentMethod bool        `json:"hasChargeableSavedPaymentMethod"` // and has a card on file
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// PromptSuggestion is a guess at the next prompt. It comes after the result.
type PromptSuggestion struct {
	Header
	Suggestion string `json:"suggestion"` // the guess
}

// ConversationReset says that the conversation was dropped. Later messages carry another session id, and costs start at zero.
type ConversationReset struct {
	Header
	NewConversationID string `json:"new_conversation_id"` // a name for the empty conversation; not the next session id
	Trigger           string `json:"trigger"`             // clear, plan_mode_exit, fresh_session or onboarding
	UserMessageUUID   string `json:"user_message_uuid"`   // clear: the user line that asked for it
	Timestamp         string `json:"timestamp"`           // when it was made by the CLI's clock, for display
}

// ActiveGoal tells the goal that the session works at.
type ActiveGoal struct {
	Header
	Value *Goal `json:"value"` // the goal; nil: there is none
}

// Goal is what a session works at until it is reached.
type Goal struct {
	Condition     string      `json:"condition"`       // when it is
	Iterations    json.Number `json:"iterations"`      // how often that was looked at
	SetAt         json.Number `json:"set_at"`          // since when, in Unix milliseconds
	TokensAtStart json.Number `json:"tokens_at_start"` // tokens used before it
	LastReason    string      `json:"last_reason"`     // why it is not reached yet
}

// AutocompactState tells hosts about automatic compacting (cli:12). No public type names it; look into Raw for its fields.
type AutocompactState struct {
	Header
}

// CommandLifecycle tells what became of a user line that carried a uuid. Completed comes after the result (cli:3).
type CommandLifecycle struct {
	Header
	CommandUUID string `json:"command_uuid"` // the uuid of that line
	State       string `json:"state"`        // queued, started, completed or cancelled
}

// TranscriptMirror is a batch of transcript entries for a session store. It carries no uuid and is never shown to the consumer.
type TranscriptMirror struct {
	FilePath string            `json:"filePath"` // the transcript
	Entries  []json.RawMessage `json:"entries"`  // its new lines, in order
	// Raw is the line as it came.
	Raw json.RawMessage `json:"-"`
}

// KeepAlive is a sign of life, of either side, and means nothing.
type KeepAlive struct {
	// StartupMark is a checkpoint of the start that the CLI has passed. Only who asks for it gets any (cli:15.5).
	StartupMark string `json:"startup_mark"`
	// Raw is the line as it came.
	Raw json.RawMessage `json:"-"`
}

// ControlCancelRequest withdraws a control request, of either side. It is never answered.
type ControlCancelRequest struct {
	ID ID `json:"request_id"`
	// Raw is the line as it came.
	Raw json.RawMessage `json:"-"`
}
