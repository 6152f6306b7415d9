package protocol

import "encoding/json"

// UserPromptSubmitInput is the input of the event UserPromptSubmit: a prompt was written.
type UserPromptSubmitInput struct {
	HookBase
	Prompt       string `json:"prompt"`        // the prompt
	Source       string `json:"source"`        // user, sdk, system, loop_wakeup, schedule_wakeup or poll_event
	SessionTitle string `json:"session_title"` // the title so far
}

// UserPromptExpansionInput is the input of the event UserPromptExpansion: a slash command becomes a prompt.
type UserPromptExpansionInput struct {
	HookBase
	ExpansionType string `json:"expansion_type"` // slash_command or mcp_prompt
	CommandName   string `json:"command_name"`   // the command
	CommandArgs   string `json:"command_args"`   // what followed it
	CommandSource string `json:"command_source"` // where it comes from
	Prompt        string `json:"prompt"`         // what it became
}

// SessionStartInput is the input of the event SessionStart: a session begins.
type SessionStartInput struct {
	HookBase
	Source                   string      `json:"source"`                      // startup, resume, clear, compact or fork
	Model                    string      `json:"model"`                       // the model
	SessionTitle             string      `json:"session_title"`               // the title
	SecondsSinceLastResponse json.Number `json:"seconds_since_last_response"` // of a resumed session
	ContextTokens            json.Number `json:"context_tokens"`              // what it sends again
	PromptCacheLikelyExpired bool        `json:"prompt_cache_likely_expired"` // and pays for
	EstimatedCacheWriteUSD   json.Number `json:"estimated_cache_write_usd"`   // how much
}

// SessionEndInput is the input of the event SessionEnd: a session ends.
type SessionEndInput struct {
	HookBase
	Reason string `json:"reason"` // clear, resume, logout, prompt_input_exit or other
}

// StopInput is the input of the event Stop: the model has finished.
type StopInput struct {
	HookBase
	StopHookActive       bool       `json:"stop_hook_active"`       // a hook has kept it going before
	LastAssistantMessage string     `json:"last_assistant_message"` // the last text
	BackgroundTasks      []HookTask `json:"background_tasks"`       // what still runs
	SessionCrons         []HookCron `json:"session_crons"`          // what will wake the session up later
}

// StopFailureInput is the input of the event StopFailure: the API failed.
type StopFailureInput struct {
	HookBase
	Error                string `json:"error"`                  // which failure, as in an assistant message
	ErrorDetails         string `json:"error_details"`          // more about it
	LastAssistantMessage string `json:"last_assistant_message"` // the last text
}

// SubagentStartInput is the input of the event SubagentStart: a subagent begins.
type SubagentStartInput struct {
	HookBase
}

// SubagentStopInput is the input of the event SubagentStop: a subagent has finished.
type SubagentStopInput struct {
	HookBase
	StopHookActive       bool       `json:"stop_hook_active"`       // a hook has kept it going before
	AgentTranscriptPath  string     `json:"agent_transcript_path"`  // its transcript
	LastAssistantMessage string     `json:"last_assistant_message"` // the last text
	BackgroundTasks      []HookTask `json:"background_tasks"`       // what still runs
	SessionCrons         []HookCron `json:"session_crons"`          // what will wake the session up later
}

// PreCompactInput is the input of the event PreCompact: the conversation will be summed up.
type PreCompactInput struct {
	HookBase
	Trigger            string `json:"trigger"`             // manual or auto
	CustomInstructions string `json:"custom_instructions"` // what the user asked for; empty for nothing
}

// PostCompactInput is the input of the event PostCompact: the conversation was summed up.
type PostCompactInput struct {
	HookBase
	Trigger        string `json:"trigger"`         // manual or auto
	CompactSummary string `json:"compact_summary"` // the summary
}

// PreModelSwitchInput is the input of the event PreModelSwitch: the model is to change.
type PreModelSwitchInput struct {
	HookBase
	ModelSwitch
}

// PostModelSwitchInput is the input of the event PostModelSwitch: the model has changed.
type PostModelSwitchInput struct {
	HookBase
	ModelSwitch
}

// ModelSwitch is what the inputs of PreModelSwitch and PostModelSwitch have in common: all but the base.
type ModelSwitch struct {
	FromModel              string      `json:"from_model"`                // the model before
	ToModel                string      `json:"to_model"`                  // the model after
	RequestedModel         string      `json:"requested_model"`           // what was asked for; empty for the default
	Source                 string      `json:"source"`                    // command, picker, sdk; afterwards also auto and resume
	ContextTokens          json.Number `json:"context_tokens"`            // what the next request sends again
	PromptCacheWarm        bool        `json:"prompt_cache_warm"`         // the old cache is lost by it
	CacheTTL               string      `json:"cache_ttl"`                 // 5m or 1h
	EstimatedCacheWriteUSD json.Number `json:"estimated_cache_write_usd"` // what filling the new one costs
	Pricing                string      `json:"pricing"`                   // configured, catalog or default
}

// SetupInput is the input of the event Setup: a project is set up.
type SetupInput struct {
	HookBase
	Trigger string `json:"trigger"` // init or maintenance
}

// HookTask is a task that still runs when the model stops. Long texts are cut.
type HookTask struct {
	ID          string `json:"id"`          // the task
	Type        string `json:"type"`        // shell, subagent, monitor, workflow or another
	Status      string `json:"status"`      // how it stands
	Description string `json:"description"` // what it is about
	Command     string `json:"command"`     // of a shell
	AgentType   string `json:"agent_type"`  // of a subagent
	Server      string `json:"server"`      // of a monitor
	Tool        string `json:"tool"`        // of a monitor
	Name        string `json:"name"`        // of a workflow
}

// HookCron is what will wake a session up.
type HookCron struct {
	ID        string `json:"id"`        // the entry
	Schedule  string `json:"schedule"`  // as a cron expression
	Recurring bool   `json:"recurring"` // more than once
	Prompt    string `json:"prompt"`    // what it will say
}
