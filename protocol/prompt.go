package protocol

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// The priorities of a prompt that comes while a turn runs (cli:3).
const (
	PriorityNow   = "now"   // ends the running turn
	PriorityNext  = "next"  // is next
	PriorityLater = "later" // waits for those that are next
)

// Prompt is a user line as an SDK writes it. Fields that are left zero are not written, but for the text, the parent and the session.
type Prompt struct {
	// Text is the prompt; it is written as a string. Blocks, if not nil, is written instead.
	Text   string
	Blocks []Block
	// SessionID may be empty or any text: the CLI takes no notice (cli:3).
	SessionID string
	// UUID has the CLI report the line's fate as command_lifecycle, and name the line in what answers it. One that it has seen before makes
	// it drop the line (cli:3).
	UUID string
	// ParentToolUseID is empty but for what a subagent is to read.
	ParentToolUseID string
	// Priority is one of the Priority constants; empty leaves it to the CLI.
	Priority string
	// Origin says who typed the prompt. Of an SDK the CLI believes the kind human only.
	Origin *Origin
	// NoQuery has the prompt wait for the next one instead of starting a turn: shouldQuery false.
	NoQuery bool
	// ClientComposed says that nobody typed this: the CLI expands no file mentions and runs no slash commands.
	ClientComposed bool
	// Synthetic says that the SDK made the prompt up.
	Synthetic bool
	// Timestamp is when the prompt was made, in RFC 3339.
	Timestamp string
	// PastedContent is what was pasted and does not stand in the prompt; a string each, or a list of blocks.
	PastedContent []json.RawMessage
	// InlinePastes is what was pasted and stands in the prompt.
	InlinePastes []string
	// ToolUseResult is the output of a tool whose result the prompt carries, as the tool made it.
	ToolUseResult json.RawMessage
	// Extra are further members by name. They win over the ones above.
	Extra map[string]json.RawMessage
}

type promptBody struct {
	Role    string `json:"role"`
	Content any    `json:"content"`
}

// EncodeUser returns the line of a prompt, without a line feed. It fails if one of its JSON texts is none.
func EncodeUser(p Prompt) ([]byte, error) {
	body := promptBody{Role: TypeUser, Content: p.Text}
	if p.Blocks != nil {
		body.Content = p.Blocks
	}
	var query, parent any
	if p.NoQuery {
		query = false
	}
	if p.ParentToolUseID != "" {
		parent = p.ParentToolUseID
	}
	line, err := withExtra(struct {
		Type      string            `json:"type"`
		Message   promptBody        `json:"message"`
		Parent    any               `json:"parent_tool_use_id"`
		SessionID string            `json:"session_id"`
		UUID      string            `json:"uuid,omitempty"`
		Priority  string            `json:"priority,omitempty"`
		Origin    *Origin           `json:"origin,omitempty"`
		Query     any               `json:"shouldQuery,omitempty"`
		Composed  bool              `json:"client_composed,omitempty"`
		Synthetic bool              `json:"isSynthetic,omitempty"`
		Timestamp string            `json:"timestamp,omitempty"`
		Pasted    []json.RawMessage `json:"pasted_content,omitempty"`
		Inline    []string          `json:"inline_pastes,omitempty"`
		Tool      json.RawMessage   `json:"tool_use_result,omitempty"`
	}{
		TypeUser, body, parent, p.SessionID, p.UUID, p.Priority, p.Origin, query, p.ClientComposed, p.Synthetic, p.Timestamp,
		p.PastedContent, p.InlinePastes, p.ToolUseResult,
	}, p.Extra)
	if err != nil {
		return nil, fmt.Errorf("user message: %w", err)
	}
	return line, nil
}

// NewBlock makes a block from its fields, to be written: its Raw is not looked at. A type that is left empty is filled in if the Go type
// has only one. It fails if one of its JSON texts is none.
func NewBlock(content TypedContent) (Block, error) {
	text, err := encode(content)
	if err != nil {
		return Block{}, fmt.Errorf("content block: %w", err)
	}
	if rest, untyped := bytes.CutPrefix(text, []byte(`{"type":""`)); untyped {
		text = append([]byte(`{"type":"`+content.blockType()+`"`), rest...)
	}
	return View[Block](text), nil
}

// ImageBlock makes an image from its bytes. The media type is image/png, image/jpeg, image/gif or image/webp.
func ImageBlock(mediaType string, data []byte) Block { return sourceBlock(BlockImage, mediaType, data) }

// DocumentBlock makes a document from its bytes. The media type is application/pdf.
func DocumentBlock(mediaType string, data []byte) Block {
	return sourceBlock(BlockDocument, mediaType, data)
}

func sourceBlock(typ, mediaType string, data []byte) Block {
	text, err := encode(struct {
		Type   string `json:"type"`
		Source Source `json:"source"`
	}{typ, Source{Type: "base64", MediaType: mediaType, Data: base64.StdEncoding.EncodeToString(data)}})
	if err != nil { // cannot happen: they are strings
		return Block{Type: typ}
	}
	return View[Block](text)
}
