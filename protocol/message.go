package protocol

import (
	"encoding/json"
	"errors"
)

// Header is what nearly every message of the CLI carries.
type Header struct {
	UUID      string `json:"uuid"`       // the message
	SessionID string `json:"session_id"` // the session; it changes when the conversation is cleared
	// Raw is the message as it came, with everything that has no field.
	Raw json.RawMessage `json:"-"`
}

// MarshalJSON returns the message as it came. One that was not read from a line has no encoding: views are for reading.
func (h Header) MarshalJSON() ([]byte, error) { return asItCame(h.Raw) }

func asItCame(raw json.RawMessage) ([]byte, error) {
	if raw == nil {
		return nil, errors.New("expected a message that was read from a line, got one that was made by hand, which has no encoding")
	}
	return raw, nil
}

// Assistant is a message of the model. The CLI writes one per content block; those of one reply share Message.ID, and their
// stop reason and usage are not final.
type Assistant struct {
	Header
	Message                       AssistantBody   `json:"message"`                          // what the model said
	ParentToolUseID               string          `json:"parent_tool_use_id"`               // the tool call of the subagent that speaks; empty for the main conversation
	Error                         string          `json:"error"`                            // a failure of the API (rate_limit, authentication_failed, ...); the text then tells it in prose
	RequestID                     string          `json:"request_id"`                       // the API's id of the request
	Aborted                       bool            `json:"aborted"`                          // the message was cut off by an interrupt
	IsAPIErrorMessage             bool            `json:"is_api_error_message"`             // the CLI made this message up from an error of the API
	APIErrorStatus                json.Number     `json:"api_error_status"`                 // the HTTP status of that error
	APIErrorType                  string          `json:"api_error_type"`                   // the API's name for it
	UserMessageUUID               string          `json:"user_message_uuid"`                // the user line that the turn answers, if that had a uuid
	UserMessageUUIDs              []string        `json:"user_message_uuids"`               // every user line that the turn has taken in so far, at most 64
	ResumeReason                  string          `json:"resume_reason"`                    // why the turn continues one that a restart cut off
	ResumedFromIncompleteThinking bool            `json:"resumed_from_incomplete_thinking"` // it goes on within the thinking of the message before it
	Supersedes                    []string        `json:"supersedes"`                       // uuids of earlier messages that this one replaces
	AgentID                       string          `json:"agent_id"`                         // the subagent that speaks: the id of its task
	SubagentType                  string          `json:"subagent_type"`                    // what kind of subagent that is
	TaskDescription               string          `json:"task_description"`                 // what it was started for
	ThinkingDurationMS            json.Number     `json:"thinking_duration_ms"`             // how long the model thought before it
	ThinkingDisplay               string          `json:"thinking_display"`                 // how the thinking is to be shown
	ToolUseMeta                   []ToolUseMeta   `json:"tool_use_meta"`                    // how the tools that it calls are to be shown
	LocalCommandRun               bool            `json:"local_command_run"`                // it is the output of a slash command that the CLI ran itself
	LocalCommandSource            string          `json:"local_command_source"`             // where that command came from
	ContextUsage                  json.RawMessage `json:"context_usage"`                    // the table of /context as data
	UsageReport                   json.RawMessage `json:"usage_report"`                     // the report of /usage as data
	Timestamp                     string          `json:"timestamp"`                        // when it was made by the CLI's clock, for display
}

// AssistantBody is the model's message inside an [Assistant], as the API has it.
type AssistantBody struct {
	ID                   string          `json:"id"`                    // one id for all messages of a reply
	Type                 string          `json:"type"`                  // message
	Role                 string          `json:"role"`                  // assistant
	Model                string          `json:"model"`                 // the model, "<synthetic>" if the CLI wrote the text itself
	Content              Content         `json:"content"`               // the blocks
	StopReason           string          `json:"stop_reason"`           // why the model stopped; empty for null
	StopSequence         string          `json:"stop_sequence"`         // the text that stopped it
	StopDetails          json.RawMessage `json:"stop_details"`          // more about a refusal
	Usage                Usage           `json:"usage"`                 // what was counted when the message was made
	ContextManagement    json.RawMessage `json:"context_management"`    // what the API dropped from the context
	Container            json.RawMessage `json:"container"`             // the sandbox of tools that the API runs
	Diagnostics          json.RawMessage `json:"diagnostics"`           // why the cache did not serve
	InputTransformations json.RawMessage `json:"input_transformations"` // what the API changed in the request
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// ToolUseMeta says how to show a tool call.
type ToolUseMeta struct {
	ID                string `json:"id"`                  // the tool call
	DisplayName       string `json:"display_name"`        // the tool's name for people
	ServerDisplayName string `json:"server_display_name"` // its MCP server's name for people
	ToolName          string `json:"tool_name"`           // the tool
}

// User is a user message as the CLI writes it: a tool's result, a replayed prompt, or a text that the CLI made up.
type User struct {
	Header
	Message          UserBody         `json:"message"`            // what was said
	ParentToolUseID  string           `json:"parent_tool_use_id"` // the tool call of the subagent that speaks; empty for the main conversation
	ToolUseResult    json.RawMessage  `json:"tool_use_result"`    // the tool's output as the tool made it: an object or a string
	ToolResultMeta   []ToolResultMeta `json:"tool_result_meta"`   // how the calls were decided
	IsReplay         bool             `json:"isReplay"`           // an SDK wrote it and the CLI echoes it
	IsSynthetic      bool             `json:"isSynthetic"`        // the CLI made it up
	IsMeta           bool             `json:"isMeta"`             // not declared; of transcripts, where it marks what is for the model and not for people
	Priority         string           `json:"priority"`           // now, next or later
	Origin           *Origin          `json:"origin"`             // who sent it
	ShouldQuery      *bool            `json:"shouldQuery"`        // false: it starts no turn; nil: it was not said
	ClientComposed   bool             `json:"client_composed"`    // the SDK composed it: no file mentions, no slash commands
	PastedContent    json.RawMessage  `json:"pasted_content"`     // what was pasted and stands outside of message
	InlinePastes     []string         `json:"inline_pastes"`      // what was pasted and stands in message
	FileAttachments  json.RawMessage  `json:"file_attachments"`   // files that came with a replayed prompt
	UserMessageUUID  string           `json:"user_message_uuid"`  // the user line that the turn answers, if that had a uuid
	UserMessageUUIDs []string         `json:"user_message_uuids"` // every user line that the turn has taken in so far, at most 64
	AgentID          string           `json:"agent_id"`           // the subagent that speaks: the id of its task
	SubagentType     string           `json:"subagent_type"`      // what kind of subagent that is
	TaskDescription  string           `json:"task_description"`   // what it was started for
	Timestamp        string           `json:"timestamp"`          // when it was made by the CLI's clock, for display
}

// UserBody is the message inside a [User].
type UserBody struct {
	Role    string  `json:"role"`    // user
	Content Content `json:"content"` // the blocks
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// ToolResultMeta says how a tool call was decided.
type ToolResultMeta struct {
	ID                 string              `json:"id"`                  // the tool call
	PermissionDecision *PermissionDecision `json:"permission_decision"` // who allowed or denied it
	NonExecutionKind   string              `json:"non_execution_kind"`  // why it did not run
}

// PermissionDecision is [ToolResultMeta.PermissionDecision].
type PermissionDecision struct {
	Decision string `json:"decision"` // accept or reject
	Source   string `json:"source"`   // who decided
}

// Origin says who sent a user message. Only Kind is always there; which of the rest are depends on it. What a sender says about
// itself (From, Name, FromSession) proves nothing.
type Origin struct {
	Kind            string      `json:"kind"`                      // human, channel, peer, task-notification, coordinator, unclassified, observer, auto-continuation or observer-activity
	Server          string      `json:"server,omitempty"`          // channel: the MCP server
	From            string      `json:"from,omitempty"`            // peer, observer: the sender's address
	FromMode        string      `json:"fromMode,omitempty"`        // peer: bypass or prompting
	Name            string      `json:"name,omitempty"`            // peer: the sender's name for people
	FromSession     string      `json:"fromSession,omitempty"`     // peer: the sender's session
	SenderTaskID    string      `json:"senderTaskId,omitempty"`    // peer, observer: the subagent that sent it
	Body            string      `json:"body,omitempty"`            // peer: the text without its envelope
	VerifiedPeerPID json.Number `json:"verifiedPeerPid,omitempty"` // peer: the process at the other end of the socket, as the kernel knows it
	Subkind         string      `json:"subkind,omitempty"`         // task-notification: scheduled-trigger, external-event, ...
	FireReason      string      `json:"fireReason,omitempty"`      // task-notification: why the schedule fired
	RunID           string      `json:"runId,omitempty"`           // task-notification: the task's run
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// MarshalJSON returns Raw, or the fields that are set.
func (o Origin) MarshalJSON() ([]byte, error) {
	if o.Raw != nil {
		return o.Raw, nil
	}
	type plain Origin
	return encode(plain(o))
}

// Texts is a list of strings; a bare string on the wire is a list of one, elements of other types are left out.
type Texts []string

func (t *Texts) fromWire(value json.RawMessage) {
	if value[0] == '"' {
		*t = Texts{stringValue(value)}
		return
	}
	for element := range Elements(value) {
		if element[0] == '"' {
			*t = append(*t, stringValue(element))
		}
	}
}
