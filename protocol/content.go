package protocol

import (
	"encoding/json"
	"reflect"
	"strings"
	"unsafe"
)

// The types of content blocks that are met most. [BlockTypes] has all that this package knows by name.
const (
	BlockText       = "text"
	BlockThinking   = "thinking"
	BlockToolUse    = "tool_use"
	BlockToolResult = "tool_result"
	BlockImage      = "image"
	BlockDocument   = "document"
)

// Content is a message's content. On the wire it is a list of blocks or a string; a string is one text block.
type Content []Block

// Text joins the text blocks.
func (c Content) Text() string {
	var b strings.Builder
	for _, block := range c {
		if block.Type == BlockText {
			b.WriteString(block.Text)
		}
	}
	return b.String()
}

// scan reads a list of blocks, or a string as one text block.
func (c *Content) scan(r *reader, i int) int {
	switch r.text[i] {
	case '"':
		end := stringEnd(r.text, i)
		*c = Content{TextBlock(r.string(i, end))}
		return end
	case '[':
		return c.blocks(r, i)
	}
	return valueEnd(r.text, i)
}

func (c *Content) blocks(r *reader, i int) int {
	for i = skipSpace(r.text, i+1); i < len(r.text) && r.text[i] != ']'; {
		*c = append(*c, Block{})
		block := &(*c)[len(*c)-1]
		end := block.scan(r, i)
		if end == i {
			return len(r.text)
		}
		i = next(r.text, end)
	}
	return min(i+1, len(r.text))
}

// scan reads a block. What is no object is kept raw.
func (b *Block) scan(r *reader, i int) int {
	if r.text[i] == '{' {
		return r.object(i, planOf(reflect.TypeFor[Block]()), unsafe.Pointer(b))
	}
	end := valueEnd(r.text, i)
	b.Raw = r.text[i:end:end]
	return end
}

// Block is one block of content, with the fields of the types that are met most. Which fields count depends on Type; [Block.Typed] returns
// the type of each kind, with all its fields. A block of an unknown type has only Type and Raw.
type Block struct {
	Type string `json:"type"`

	Text string `json:"text"` // text

	Thinking  string `json:"thinking"`  // thinking
	Signature string `json:"signature"` // thinking; may be missing

	ID    string          `json:"id"`    // tool_use
	Name  string          `json:"name"`  // tool_use
	Input json.RawMessage `json:"input"` // tool_use, exactly as written

	ToolUseID string          `json:"tool_use_id"` // tool_result
	Content   json.RawMessage `json:"content"`     // tool_result: a string, a list of blocks, or absent
	IsError   bool            `json:"is_error"`    // tool_result

	// Raw is the block as it came. A block with Raw is written as that and its other fields are not looked at.
	Raw json.RawMessage `json:"-"`
}

// TextBlock makes a text block.
func TextBlock(text string) Block { return Block{Type: BlockText, Text: text} }

// UnmarshalJSON reads a block from a copy of the text. It fails on nothing that is JSON.
func (b *Block) UnmarshalJSON(text []byte) error {
	r := reader{text: append([]byte(nil), text...)}
	*b = Block{}
	if i := skipSpace(r.text, 0); i < len(r.text) {
		b.scan(&r, i)
	}
	return nil
}

// UnmarshalJSON reads a list of blocks, or a string as one text block, from a copy of the text. It fails on nothing that is JSON.
func (c *Content) UnmarshalJSON(text []byte) error {
	r := reader{text: append([]byte(nil), text...)}
	*c = nil
	if i := skipSpace(r.text, 0); i < len(r.text) {
		c.scan(&r, i)
	}
	return nil
}

// ToolResultBlock makes the result of a tool call.
func ToolResultBlock(toolUseID, text string, isError bool) Block {
	content, err := encode(text)
	if err != nil { // cannot happen: every string has an encoding
		content = []byte(`""`)
	}
	return Block{Type: BlockToolResult, ToolUseID: toolUseID, Content: content, IsError: isError}
}

// MarshalJSON returns Raw, or the fields that belong to the type.
func (b Block) MarshalJSON() ([]byte, error) {
	if b.Raw != nil {
		return b.Raw, nil
	}
	fields := map[string]any{"type": b.Type}
	switch b.Type {
	case BlockText:
		fields["text"] = b.Text
	case BlockThinking:
		fields["thinking"], fields["signature"] = b.Thinking, b.Signature
	case BlockToolUse:
		fields["id"], fields["name"], fields["input"] = b.ID, b.Name, b.Input
	case BlockToolResult:
		fields["tool_use_id"], fields["is_error"] = b.ToolUseID, b.IsError
		if b.Content != nil {
			fields["content"] = b.Content
		}
	}
	return encode(fields)
}
