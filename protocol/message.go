package protocol

import (
	"encoding/json"
	"strings"
)

// Header is what nearly every message of the CLI carries.
type Header struct {
	UUID      string `json:"uuid"`
	SessionID string `json:"session_id"`
	// ParentToolUseID is the tool call of the subagent that speaks; empty for the main conversation.
	ParentToolUseID string `json:"parent_tool_use_id"`
}

// Header returns the identity of any message.
func (m Message) Header() Header {
	var h Header
	fill(m.Raw, &h)
	return h
}

// Assistant is a message of the model. The CLI writes one per content block; those of one reply share Message.ID.
type Assistant struct {
	Header
	Message AssistantBody `json:"message"`
	// Error names a failure of the API ("rate_limit", "authentication_failed"); the text then tells it in prose.
	Error string `json:"error"`
	// Aborted says that the message was cut off by an interrupt.
	Aborted bool `json:"aborted"`
}

// AssistantBody is the model's message inside an [Assistant].
type AssistantBody struct {
	ID         string          `json:"id"`
	Model      string          `json:"model"`
	Role       string          `json:"role"`
	Content    Content         `json:"content"`
	StopReason string          `json:"stop_reason"` // empty for null
	Usage      json.RawMessage `json:"usage"`
}

// Assistant returns the typed view of an assistant message.
func (m Message) Assistant() Assistant {
	var a Assistant
	fill(m.Raw, &a)
	return a
}

// User is a user message as the CLI writes it: a tool's result, a replayed prompt or a text that the CLI made up.
type User struct {
	Header
	Message       UserBody        `json:"message"`
	ToolUseResult json.RawMessage `json:"tool_use_result"` // an object or a string
	IsReplay      bool            `json:"isReplay"`
	IsSynthetic   bool            `json:"isSynthetic"`
	Timestamp     string          `json:"timestamp"`
}

// UserBody is the message inside a [User].
type UserBody struct {
	Role    string  `json:"role"`
	Content Content `json:"content"`
}

// User returns the typed view of a user message.
func (m Message) User() User {
	var u User
	fill(m.Raw, &u)
	return u
}

// Result ends a turn. IsError decides whether the turn failed: Subtype may be success all the same.
type Result struct {
	Header
	Subtype        string            `json:"subtype"`
	IsError        bool              `json:"is_error"`
	NumTurns       json.Number       `json:"num_turns"`
	DurationMS     json.Number       `json:"duration_ms"`
	DurationAPIMS  json.Number       `json:"duration_api_ms"`
	StopReason     string            `json:"stop_reason"`
	TerminalReason string            `json:"terminal_reason"`
	Result         string            `json:"result"` // the last text; absent when the turn failed
	Errors         Texts             `json:"errors"`
	APIErrorStatus json.Number       `json:"api_error_status"`
	TotalCostUSD   json.Number       `json:"total_cost_usd"`
	Usage          json.RawMessage   `json:"usage"`
	ModelUsage     json.RawMessage   `json:"modelUsage"`
	Denials        []json.RawMessage `json:"permission_denials"`
	Structured     json.RawMessage   `json:"structured_output"`
	Origin         json.RawMessage   `json:"origin"`
}

// Result returns the typed view of a result message.
func (m Message) Result() Result {
	var r Result
	fill(m.Raw, &r)
	return r
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

// StreamEvent is one event of the model's stream, written when partial messages are asked for.
type StreamEvent struct {
	Header
	Event json.RawMessage `json:"event"`
}

// StreamEvent returns the typed view of a stream_event message.
func (m Message) StreamEvent() StreamEvent {
	var e StreamEvent
	fill(m.Raw, &e)
	return e
}

// TranscriptMirror is a batch of transcript entries for a session store. It carries no uuid and is never shown to the consumer.
type TranscriptMirror struct {
	FilePath string            `json:"filePath"`
	Entries  []json.RawMessage `json:"entries"`
}

// TranscriptMirror returns the typed view of a transcript_mirror line.
func (m Message) TranscriptMirror() TranscriptMirror {
	var t TranscriptMirror
	fill(m.Raw, &t)
	return t
}

// CommandLifecycle tells what became of a user line that carried a uuid.
type CommandLifecycle struct {
	Header
	CommandUUID string `json:"command_uuid"`
	State       string `json:"state"` // queued, started, completed or cancelled
}

// CommandLifecycle returns the typed view of a command_lifecycle message.
func (m Message) CommandLifecycle() CommandLifecycle {
	var c CommandLifecycle
	fill(m.Raw, &c)
	return c
}

// Text returns what a message says: the text blocks of an assistant or user message joined, the result of a result message,
// the delta of a stream event; empty for everything else.
func (m Message) Text() string {
	switch m.Type {
	case TypeAssistant, TypeUser:
		var c Content
		c.fromWire(Member(Member(m.Raw, "message"), "content"))
		return c.Text()
	case TypeResult:
		return stringValue(Member(m.Raw, "result"))
	case TypeStreamEvent:
		return stringValue(Member(Member(Member(m.Raw, "event"), "delta"), "text"))
	}
	return ""
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
