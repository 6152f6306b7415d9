package protocol

import (
	"encoding/json"
	"sync"
)

// TextContent is text.
type TextContent struct {
	Type         string          `json:"type"`                    // text
	Text         string          `json:"text"`                    // the text
	Citations    json.RawMessage `json:"citations,omitempty"`     // the sources
	CacheControl json.RawMessage `json:"cache_control,omitempty"` // what the API may cache
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// ThinkingContent is what the model thought.
type ThinkingContent struct {
	Type      string `json:"type"`                // thinking
	Thinking  string `json:"thinking"`            // the text; empty if it is not shown
	Signature string `json:"signature,omitempty"` // the API's seal on it
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// RedactedThinkingContent is thinking that only the API can read.
type RedactedThinkingContent struct {
	Type string `json:"type"` // redacted_thinking
	Data string `json:"data"` // the sealed text
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// ToolUseContent is a call of a tool.
type ToolUseContent struct {
	Type         string          `json:"type"`                    // tool_use
	ID           string          `json:"id"`                      // the call
	Name         string          `json:"name"`                    // the tool
	Input        json.RawMessage `json:"input"`                   // its input, exactly as written
	Caller       json.RawMessage `json:"caller,omitempty"`        // who called: the model, or code that the API ran for it
	ToolsetName  string          `json:"toolset_name,omitempty"`  // the set that the tool belongs to
	CacheControl json.RawMessage `json:"cache_control,omitempty"` // what the API may cache
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// ToolResultContent is the result of a call.
type ToolResultContent struct {
	Type         string          `json:"type"`                    // tool_result
	ToolUseID    string          `json:"tool_use_id"`             // the call
	Content      json.RawMessage `json:"content,omitempty"`       // a string, a list of blocks, or absent
	IsError      bool            `json:"is_error,omitempty"`      // the call failed
	ToolsetName  string          `json:"toolset_name,omitempty"`  // the set that the tool belongs to
	CacheControl json.RawMessage `json:"cache_control,omitempty"` // what the API may cache
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// ServerToolUseContent is a call of a tool that the API runs itself.
type ServerToolUseContent struct {
	Type         string          `json:"type"`                    // server_tool_use
	ID           string          `json:"id"`                      // the call
	Name         string          `json:"name"`                    // web_search, web_fetch, code_execution, ...
	Input        json.RawMessage `json:"input"`                   // its input, exactly as written
	Caller       json.RawMessage `json:"caller,omitempty"`        // who called: the model, or code that the API ran for it
	CacheControl json.RawMessage `json:"cache_control,omitempty"` // what the API may cache
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// ServerToolResultContent is the result of a tool that the API ran itself. Each such tool has a type of block; all have these
// fields.
type ServerToolResultContent struct {
	Type         string          `json:"type"`                    // the kind of result
	ToolUseID    string          `json:"tool_use_id"`             // the call
	Content      json.RawMessage `json:"content"`                 // the result or an error, which tells by its own type
	Caller       json.RawMessage `json:"caller,omitempty"`        // who called: the model, or code that the API ran for it
	CacheControl json.RawMessage `json:"cache_control,omitempty"` // what the API may cache
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// MCPToolUseContent is a call of a tool of an MCP server that the API calls itself.
type MCPToolUseContent struct {
	Type         string          `json:"type"`                    // mcp_tool_use
	ID           string          `json:"id"`                      // the call
	Name         string          `json:"name"`                    // the tool
	ServerName   string          `json:"server_name"`             // its server
	Input        json.RawMessage `json:"input"`                   // its input, exactly as written
	CacheControl json.RawMessage `json:"cache_control,omitempty"` // what the API may cache
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// MCPToolResultContent is the result of such a call.
type MCPToolResultContent struct {
	Type         string          `json:"type"`                    // mcp_tool_result
	ToolUseID    string          `json:"tool_use_id"`             // the call
	Content      json.RawMessage `json:"content,omitempty"`       // a string or a list of text blocks
	IsError      bool            `json:"is_error,omitempty"`      // the call failed
	CacheControl json.RawMessage `json:"cache_control,omitempty"` // what the API may cache
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// MCPToolListingContent lists the tools of such a server.
type MCPToolListingContent struct {
	Type          string          `json:"type"`            // mcp_tool_listing
	MCPServerName string          `json:"mcp_server_name"` // the server
	Tools         []MCPListedTool `json:"tools"`           // its tools
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// MCPListedTool is a tool in an [MCPToolListingContent].
type MCPListedTool struct {
	Name        string          `json:"name"`                  // the tool
	Description string          `json:"description,omitempty"` // what it does
	InputSchema json.RawMessage `json:"input_schema"`          // the JSON Schema of its input
}

// ContainerUploadContent is a file that goes into the sandbox of code execution.
type ContainerUploadContent struct {
	Type         string          `json:"type"`                    // container_upload
	FileID       string          `json:"file_id"`                 // the API's id of it
	CacheControl json.RawMessage `json:"cache_control,omitempty"` // what the API may cache
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// CompactionContent is a summary that stands for what was before it.
type CompactionContent struct {
	Type             string          `json:"type"`                        // compaction
	Content          string          `json:"content,omitempty"`           // the summary; empty for null
	EncryptedContent string          `json:"encrypted_content,omitempty"` // the summary for the API only
	Signature        string          `json:"signature,omitempty"`         // the API's seal on it
	ToolChanges      json.RawMessage `json:"tool_changes,omitempty"`      // tools that came and went meanwhile
	CacheControl     json.RawMessage `json:"cache_control,omitempty"`     // what the API may cache
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// FallbackContent says that another model goes on from here.
type FallbackContent struct {
	Type    string          `json:"type"`              // fallback
	From    FallbackModel   `json:"from"`              // who stopped
	To      FallbackModel   `json:"to"`                // who goes on
	Trigger json.RawMessage `json:"trigger,omitempty"` // why
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// FallbackModel is a model in a [FallbackContent].
type FallbackModel struct {
	Model string `json:"model"` // the model
}

// ImageContent is an image.
type ImageContent struct {
	Type            string          `json:"type"`                      // image
	Source          Source          `json:"source"`                    // where it is
	Transformations json.RawMessage `json:"transformations,omitempty"` // what the API does to it
	CacheControl    json.RawMessage `json:"cache_control,omitempty"`   // what the API may cache
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// DocumentContent is a document.
type DocumentContent struct {
	Type         string          `json:"type"`                    // document
	Source       Source          `json:"source"`                  // where it is
	Title        string          `json:"title,omitempty"`         // its title
	Context      string          `json:"context,omitempty"`       // what it is, for the model
	Citations    json.RawMessage `json:"citations,omitempty"`     // whether the model may cite it
	CacheControl json.RawMessage `json:"cache_control,omitempty"` // what the API may cache
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// Source is where an image or a document is. Which fields count depends on Type.
type Source struct {
	Type      string          `json:"type"`                 // base64, text, url, file or content
	MediaType string          `json:"media_type,omitempty"` // base64, text: image/png, application/pdf, text/plain, ...
	Data      string          `json:"data,omitempty"`       // base64: the bytes in that code; text: the text
	URL       string          `json:"url,omitempty"`        // url: where to fetch it
	FileID    string          `json:"file_id,omitempty"`    // file: the API's id of it
	Content   json.RawMessage `json:"content,omitempty"`    // content: a string or a list of blocks
}

// SearchResultContent is something that a search found.
type SearchResultContent struct {
	Type         string          `json:"type"`                    // search_result
	Source       string          `json:"source"`                  // where it was
	Title        string          `json:"title"`                   // its title
	Content      json.RawMessage `json:"content"`                 // its text blocks
	Citations    json.RawMessage `json:"citations,omitempty"`     // whether the model may cite it
	CacheControl json.RawMessage `json:"cache_control,omitempty"` // what the API may cache
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// ToolReferenceContent names a tool that a search for tools found.
type ToolReferenceContent struct {
	Type         string          `json:"type"`                    // tool_reference
	ToolName     string          `json:"tool_name"`               // the tool
	CacheControl json.RawMessage `json:"cache_control,omitempty"` // what the API may cache
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// ToolChangeContent says that a tool came or went.
type ToolChangeContent struct {
	Type         string          `json:"type"`                    // tool_addition or tool_removal
	Tool         json.RawMessage `json:"tool"`                    // the tool, by name or by definition
	CacheControl json.RawMessage `json:"cache_control,omitempty"` // what the API may cache
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// BrowserStateContent is what a browser shows, as part of a tool's result.
type BrowserStateContent struct {
	Type         string          `json:"type"`                    // browser_state
	Tabs         json.RawMessage `json:"tabs"`                    // its tabs
	StateChanges json.RawMessage `json:"state_changes,omitempty"` // what happened since
	CacheControl json.RawMessage `json:"cache_control,omitempty"` // what the API may cache
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// TypedContent is a block in the Go type of its kind, for a type switch. It is always a pointer.
type TypedContent interface {
	// blockType is the type of block that has the Go type; empty if there are several.
	blockType() string
}

func (b *Block) blockType() string                 { return b.Type }
func (*TextContent) blockType() string             { return "text" }
func (*ThinkingContent) blockType() string         { return "thinking" }
func (*RedactedThinkingContent) blockType() string { return "redacted_thinking" }
func (*ToolUseContent) blockType() string          { return "tool_use" }
func (*ToolResultContent) blockType() string       { return "tool_result" }
func (*ServerToolUseContent) blockType() string    { return "server_tool_use" }
func (*ServerToolResultContent) blockType() string { return "" }
func (*MCPToolUseContent) blockType() string       { return "mcp_tool_use" }
func (*MCPToolResultContent) blockType() string    { return "mcp_tool_result" }
func (*MCPToolListingContent) blockType() string   { return "mcp_tool_listing" }
func (*ContainerUploadContent) blockType() string  { return "container_upload" }
func (*CompactionContent) blockType() string       { return "compaction" }
func (*FallbackContent) blockType() string         { return "fallback" }
func (*ImageContent) blockType() string            { return "image" }
func (*DocumentContent) blockType() string         { return "document" }
func (*SearchResultContent) blockType() string     { return "search_result" }
func (*ToolReferenceContent) blockType() string    { return "tool_reference" }
func (*ToolChangeContent) blockType() string       { return "" }
func (*BrowserStateContent) blockType() string     { return "browser_state" }

// blockRow is a type of block with what makes its view.
type blockRow struct {
	typ  string
	read func(json.RawMessage) TypedContent
}

func blockRows() []blockRow {
	return []blockRow{
		{"text", contentAs[TextContent]},
		{"thinking", contentAs[ThinkingContent]},
		{"redacted_thinking", contentAs[RedactedThinkingContent]},
		{"tool_use", contentAs[ToolUseContent]},
		{"tool_result", contentAs[ToolResultContent]},
		{"server_tool_use", contentAs[ServerToolUseContent]},
		{"web_search_tool_result", contentAs[ServerToolResultContent]},
		{"web_fetch_tool_result", contentAs[ServerToolResultContent]},
		{"code_execution_tool_result", contentAs[ServerToolResultContent]},
		{"bash_code_execution_tool_result", contentAs[ServerToolResultContent]},
		{"text_editor_code_execution_tool_result", contentAs[ServerToolResultContent]},
		{"tool_search_tool_result", contentAs[ServerToolResultContent]},
		{"advisor_tool_result", contentAs[ServerToolResultContent]},
		{"mcp_tool_use", contentAs[MCPToolUseContent]},
		{"mcp_tool_result", contentAs[MCPToolResultContent]},
		{"mcp_tool_listing", contentAs[MCPToolListingContent]},
		{"container_upload", contentAs[ContainerUploadContent]},
		{"compaction", contentAs[CompactionContent]},
		{"fallback", contentAs[FallbackContent]},
		{"image", contentAs[ImageContent]},
		{"document", contentAs[DocumentContent]},
		{"search_result", contentAs[SearchResultContent]},
		{"tool_reference", contentAs[ToolReferenceContent]},
		{"tool_addition", contentAs[ToolChangeContent]},
		{"tool_removal", contentAs[ToolChangeContent]},
		{"browser_state", contentAs[BrowserStateContent]},
	}
}

func contentAs[T any, P interface {
	*T
	TypedContent
}](raw json.RawMessage) TypedContent {
	return P(read[T](raw))
}

var blocksByType = sync.OnceValue(func() map[string]blockRow {
	byType := map[string]blockRow{}
	for _, r := range blockRows() {
		byType[r.typ] = r
	}
	return byType
})

// Typed returns the block in the Go type of its kind; a block of an unknown type is itself. It never fails: a block that was made by hand
// and holds what is no JSON has an empty view.
func (b Block) Typed() TypedContent {
	row, known := blocksByType()[b.Type]
	if !known {
		return &b
	}
	text, err := b.MarshalJSON()
	if err != nil {
		text = nil
	}
	return row.read(text)
}

// BlockTypes returns the types of content blocks that this package knows by name.
func BlockTypes() []string {
	rows := blockRows()
	types := make([]string, len(rows))
	for i, r := range rows {
		types[i] = r.typ
	}
	return types
}
