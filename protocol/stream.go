package protocol

import "encoding/json"

// The types of events in the API's stream that this package knows by name. The CLI passes no ping on (cli:3).
const (
	EventMessageStart      = "message_start"
	EventMessageDelta      = "message_delta"
	EventMessageStop       = "message_stop"
	EventContentBlockStart = "content_block_start"
	EventContentBlockDelta = "content_block_delta"
	EventContentBlockStop  = "content_block_stop"
	EventPing              = "ping"
	EventFailure           = "error"
)

// The types of deltas that this package knows by name.
const (
	DeltaText       = "text_delta"
	DeltaInputJSON  = "input_json_delta"
	DeltaThinking   = "thinking_delta"
	DeltaSignature  = "signature_delta"
	DeltaCitations  = "citations_delta"
	DeltaCompaction = "compaction_delta"
)

// StreamEvent is one event of the model's stream, written when partial messages are asked for. The whole message still follows.
type StreamEvent struct {
	Header
	Event            Event           `json:"event"`              // the event as the API sent it
	ParentToolUseID  string          `json:"parent_tool_use_id"` // the tool call of the subagent that speaks; empty for the main conversation
	APIMessageID     string          `json:"api_message_id"`     // the reply that it belongs to
	TTFTMS           json.Number     `json:"ttft_ms"`            // message_start: from the prompt to the first token
	ThinkingDisplay  string          `json:"thinking_display"`   // how the thinking is to be shown
	AbandonedBlocks  json.RawMessage `json:"abandoned_blocks"`   // message_stop of an interrupted reply: the blocks that never ended
	UserMessageUUID  string          `json:"user_message_uuid"`  // the user line that the turn answers, if that had a uuid
	UserMessageUUIDs []string        `json:"user_message_uuids"` // every user line that the turn has taken in so far, at most 64
	ResumeReason     string          `json:"resume_reason"`      // why the turn continues one that a restart cut off
}

// Event is an event of the API's stream. Which fields count depends on Type; of an unknown type only Type and Raw do.
type Event struct {
	Type                 string          `json:"type"`                  // one of the Event constants
	Index                json.Number     `json:"index"`                 // content_block_*: the block's place in the message
	Message              *AssistantBody  `json:"message"`               // message_start: the message, still empty
	ContentBlock         *Block          `json:"content_block"`         // content_block_start: the block, still empty
	Delta                *Delta          `json:"delta"`                 // content_block_delta, message_delta: what is new
	Usage                *Usage          `json:"usage"`                 // message_delta: what was counted so far
	ContextManagement    json.RawMessage `json:"context_management"`    // message_delta: what the API dropped from the context
	InputTransformations json.RawMessage `json:"input_transformations"` // message_delta: what the API changed in the request
	Error                *EventError     `json:"error"`                 // error: what failed
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// Delta is what is new in an [Event]. Which fields count depends on Type; that of a message_delta has none.
type Delta struct {
	Type             string          `json:"type"`              // one of the Delta constants; empty in a message_delta
	Text             string          `json:"text"`              // text_delta: the next piece
	PartialJSON      string          `json:"partial_json"`      // input_json_delta: the next piece of the tool's input, which is no JSON by itself
	Thinking         string          `json:"thinking"`          // thinking_delta: the next piece
	EstimatedTokens  json.Number     `json:"estimated_tokens"`  // thinking_delta: how much was thought
	Signature        string          `json:"signature"`         // signature_delta: the signature of the thinking
	Citation         json.RawMessage `json:"citation"`          // citations_delta: the next source
	Content          string          `json:"content"`           // compaction_delta: the summary
	EncryptedContent string          `json:"encrypted_content"` // compaction_delta: the summary for the API only
	StopReason       string          `json:"stop_reason"`       // message_delta: why the model stopped
	StopSequence     string          `json:"stop_sequence"`     // message_delta: the text that stopped it
	StopDetails      json.RawMessage `json:"stop_details"`      // message_delta: more about a refusal
	Container        json.RawMessage `json:"container"`         // message_delta: the sandbox of tools that the API runs
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// EventError is [Event.Error].
type EventError struct {
	Type    string `json:"type"`    // the API's name for it
	Message string `json:"message"` // the same for people
}
