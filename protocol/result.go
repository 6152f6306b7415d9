package protocol

import (
	"encoding/json"
	"strings"
)

// Result ends a turn. IsError decides whether the turn failed: Subtype may be success all the same.
type Result struct {
	Header
	Subtype                     string                `json:"subtype"`                         // success, error_during_execution, error_max_turns, error_max_budget_usd or error_max_structured_output_retries
	IsError                     bool                  `json:"is_error"`                        // the turn failed
	NumTurns                    json.Number           `json:"num_turns"`                       // rounds of the model; 0 if none ran
	DurationMS                  json.Number           `json:"duration_ms"`                     // how long the turn took
	DurationAPIMS               json.Number           `json:"duration_api_ms"`                 // of that, waiting for the API
	StopReason                  string                `json:"stop_reason"`                     // why the model stopped last; empty for null
	TerminalReason              string                `json:"terminal_reason"`                 // why the turn ended: completed, max_turns, aborted_streaming, aborted_tools, api_error, ...
	Result                      string                `json:"result"`                          // the last text; absent when the turn failed
	Errors                      Texts                 `json:"errors"`                          // why it failed; absent from a success
	APIErrorStatus              json.Number           `json:"api_error_status"`                // the HTTP status if the API failed
	TotalCostUSD                json.Number           `json:"total_cost_usd"`                  // the estimated cost of the session so far, in US dollars
	Usage                       Usage                 `json:"usage"`                           // what the main conversation used in this turn, without subagents
	ModelUsage                  map[string]ModelUsage `json:"modelUsage"`                      // what each model cost in the session so far
	ModelUsageSinceLastResult   map[string]ModelUsage `json:"model_usage_since_last_result"`   // the same since the result before
	Denials                     []PermissionDenial    `json:"permission_denials"`              // the tool calls that were denied
	Structured                  json.RawMessage       `json:"structured_output"`               // the answer that fits the schema that was asked for
	DeferredToolUse             *DeferredToolUse      `json:"deferred_tool_use"`               // the call that a hook put off
	Origin                      *Origin               `json:"origin"`                          // who sent what started the turn; nil for a prompt of the SDK
	QueuedTurnCount             json.Number           `json:"queued_turn_count"`               // prompts that still wait when the turn ends
	ResultIndex                 json.Number           `json:"result_index"`                    // the number of this result in the run, from 0; a gap means that one was lost
	UserMessageUUID             string                `json:"user_message_uuid"`               // the user line that the turn answers, if that had a uuid
	UserMessageUUIDs            []string              `json:"user_message_uuids"`              // every user line that the turn has taken in so far, at most 64
	ResumeReason                string                `json:"resume_reason"`                   // why the turn continues one that a restart cut off
	LocalCommand                string                `json:"local_command"`                   // the slash command that was the whole turn
	StartupFailureReason        string                `json:"startup_failure_reason"`          // why the CLI refused to start
	InvalidConfigFile           *InvalidConfigFile    `json:"invalid_config_file"`             // which file made it refuse
	CredentialExpiresAt         string                `json:"credential_expires_at"`           // when the login ends
	FastModeState               string                `json:"fast_mode_state"`                 // off, cooldown or on
	FastModeDisabledReason      string                `json:"fast_mode_disabled_reason"`       // why fast mode is off
	SubagentStats               json.RawMessage       `json:"subagent_stats"`                  // not declared; known by its name (cli:12)
	SafetyStops                 json.RawMessage       `json:"safety_stops"`                    // not declared; known by its name (cli:12)
	TTFTMS                      json.Number           `json:"ttft_ms"`                         // from the prompt to the first token
	TTFTStreamMS                json.Number           `json:"ttft_stream_ms"`                  // from the prompt to the first event
	TimeToRequestMS             json.Number           `json:"time_to_request_ms"`              // from the prompt to the request to the API
	RequestSentWallMS           json.Number           `json:"request_sent_wall_ms"`            // when that was, in Unix milliseconds
	FirstContentFrameMS         json.Number           `json:"first_content_frame_ms"`          // from the prompt to the first line with content
	FirstStreamPostMS           json.Number           `json:"first_stream_post_ms"`            // hosted sessions: to the first event posted
	FirstStreamPostAckMS        json.Number           `json:"first_stream_post_ack_ms"`        // hosted sessions: until that was taken
	FirstStreamPostQueueWaitMS  json.Number           `json:"first_stream_post_queue_wait_ms"` // hosted sessions: its wait in the queue
	FirstStreamPostQueuedBehind string                `json:"first_stream_post_queued_behind"` // hosted sessions: what it waited for
	FirstStreamPostWallMS       json.Number           `json:"first_stream_post_wall_ms"`       // hosted sessions: when that was, in Unix milliseconds
	FirstTextPostMS             json.Number           `json:"first_text_post_ms"`              // hosted sessions: to the first text posted
	FirstTextPostQueueWaitMS    json.Number           `json:"first_text_post_queue_wait_ms"`   // hosted sessions: its wait in the queue
	FirstTextPostQueuedBehind   string                `json:"first_text_post_queued_behind"`   // hosted sessions: what it waited for
	FirstTextPostWallMS         json.Number           `json:"first_text_post_wall_ms"`         // hosted sessions: when that was, in Unix milliseconds
	TimeToRequestFromSpawnMS    json.Number           `json:"time_to_request_from_spawn_ms"`   // from the start of the process to the request to the API
	WarmSpareClaimed            bool                  `json:"warm_spare_claimed"`              // the process was started ahead of its session
	TimeOriginMS                json.Number           `json:"time_origin_ms"`                  // the zero of these times, in Unix milliseconds
}

// PermissionDenial is a tool call that was denied.
type PermissionDenial struct {
	ToolName  string          `json:"tool_name"`   // the tool
	ToolUseID string          `json:"tool_use_id"` // the call
	ToolInput json.RawMessage `json:"tool_input"`  // its input, exactly as written
}

// DeferredToolUse is a tool call that a hook put off; the run stops there.
type DeferredToolUse struct {
	ID    string          `json:"id"`    // the call
	Name  string          `json:"name"`  // the tool
	Input json.RawMessage `json:"input"` // its input, exactly as written
}

// InvalidConfigFile names a configuration file that is no JSON.
type InvalidConfigFile struct {
	Path           string `json:"path"`            // the file
	IsGlobal       bool   `json:"is_global"`       // it is the global one, which has backups
	BackupSearched bool   `json:"backup_searched"` // a backup was looked for
	BackupPath     string `json:"backup_path"`     // the backup
}

// ErrorText returns why a turn failed, as well as the message tells: its errors, else its text, else its subtype.
func (r Result) ErrorText() string {
	var texts []string
	for _, text := range r.Errors {
		if text = strings.TrimSpace(text); text != "" {
			texts = append(texts, text)
		}
	}
	switch {
	case len(texts) > 0:
		return strings.Join(texts, "; ")
	case r.Result != "":
		return r.Result
	case r.Subtype != "" && r.Subtype != Success:
		return r.Subtype
	case r.APIErrorStatus != "":
		return "API error (HTTP " + string(r.APIErrorStatus) + ")"
	}
	return "unknown error"
}
