package protocol

import "encoding/json"

// GetContextUsage asks how full the context window is. The CLI may take its time and answers other requests meanwhile.
type GetContextUsage struct {
	Detail string `json:"detail,omitempty"` // full counts, summary estimates; empty is full
}

// GetContextUsageResult is the answer to [GetContextUsage].
type GetContextUsageResult struct {
	Categories           []ContextCategory `json:"categories"`
	TotalTokens          json.Number       `json:"totalTokens"`
	MaxTokens            json.Number       `json:"maxTokens"`
	RawMaxTokens         json.Number       `json:"rawMaxTokens"`
	Percentage           json.Number       `json:"percentage"`
	GridRows             [][]ContextSquare `json:"gridRows"` // a picture of it
	Model                string            `json:"model"`
	MemoryFiles          []ContextFile     `json:"memoryFiles"`
	MCPTools             []ContextMCPTool  `json:"mcpTools"`
	MCPInstructions      []ContextMCPTool  `json:"mcpInstructions"` // by server; no name
	DeferredBuiltinTools []ContextTool     `json:"deferredBuiltinTools"`
	SystemTools          []ContextTool     `json:"systemTools"`
	SystemPromptSections []ContextTool     `json:"systemPromptSections"`
	Agents               []ContextAgent    `json:"agents"`
	SlashCommands        *ContextCommands  `json:"slashCommands"`
	Skills               *ContextSkills    `json:"skills"`
	AutoCompactThreshold json.Number       `json:"autoCompactThreshold"`
	IsAutoCompactEnabled bool              `json:"isAutoCompactEnabled"`
	AutoCompactSource    string            `json:"autocompactSource"`
	MessageBreakdown     *ContextMessages  `json:"messageBreakdown"`
	APIUsage             *Usage            `json:"apiUsage"` // of the last reply; nil before the first
	Raw                  json.RawMessage   `json:"-"`
}

// ContextCategory is one row of what fills the context window.
type ContextCategory struct {
	ID         string      `json:"id"` // stable, unlike the name; empty in older CLIs
	Name       string      `json:"name"`
	Tokens     json.Number `json:"tokens"`
	Color      string      `json:"color"`
	Kind       string      `json:"kind"` // used, free, buffer or deferred
	IsDeferred bool        `json:"isDeferred"`
}

// ContextSquare is one square of the picture.
type ContextSquare struct {
	Color          string      `json:"color"`
	IsFilled       bool        `json:"isFilled"`
	CategoryName   string      `json:"categoryName"`
	Tokens         json.Number `json:"tokens"`
	Percentage     json.Number `json:"percentage"`
	SquareFullness json.Number `json:"squareFullness"`
}

// ContextFile is a memory file in the context.
type ContextFile struct {
	Path   string      `json:"path"`
	Type   string      `json:"type"`
	Tokens json.Number `json:"tokens"`
}

// ContextMCPTool is a tool of an MCP server in the context.
type ContextMCPTool struct {
	Name       string      `json:"name"`
	ServerName string      `json:"serverName"`
	Tokens     json.Number `json:"tokens"`
	IsLoaded   bool        `json:"isLoaded"`
}

// ContextTool is a tool, or a section of the prompt, in the context.
type ContextTool struct {
	Name     string      `json:"name"`
	Tokens   json.Number `json:"tokens"`
	IsLoaded bool        `json:"isLoaded"`
}

// ContextAgent is a subagent in the context.
type ContextAgent struct {
	AgentType string      `json:"agentType"`
	Source    string      `json:"source"`
	PluginID  string      `json:"pluginId"`
	Path      string      `json:"path"`
	Tokens    json.Number `json:"tokens"`
}

// ContextCommands is what the slash commands take.
type ContextCommands struct {
	TotalCommands    int         `json:"totalCommands"`
	IncludedCommands int         `json:"includedCommands"`
	Tokens           json.Number `json:"tokens"`
}

// ContextSkills is what the skills take.
type ContextSkills struct {
	TotalSkills      int            `json:"totalSkills"`
	IncludedSkills   int            `json:"includedSkills"`
	Tokens           json.Number    `json:"tokens"`
	SkillFrontmatter []ContextSkill `json:"skillFrontmatter"`
}

// ContextSkill is a skill in the context.
type ContextSkill struct {
	Name       string      `json:"name"`
	Source     string      `json:"source"`
	PluginName string      `json:"pluginName"`
	PluginID   string      `json:"pluginId"`
	Path       string      `json:"path"`
	Tokens     json.Number `json:"tokens"`
}

// ContextMessages is what the messages take, by kind.
type ContextMessages struct {
	ToolCallTokens          json.Number        `json:"toolCallTokens"`
	ToolResultTokens        json.Number        `json:"toolResultTokens"`
	AttachmentTokens        json.Number        `json:"attachmentTokens"`
	AssistantMessageTokens  json.Number        `json:"assistantMessageTokens"`
	UserMessageTokens       json.Number        `json:"userMessageTokens"`
	RedirectedContextTokens json.Number        `json:"redirectedContextTokens"`
	UnattributedTokens      json.Number        `json:"unattributedTokens"`
	ToolCallsByType         []ContextToolCalls `json:"toolCallsByType"`
	AttachmentsByType       []ContextTool      `json:"attachmentsByType"`
}

// ContextToolCalls is what the calls of one tool take.
type ContextToolCalls struct {
	Name         string      `json:"name"`
	CallTokens   json.Number `json:"callTokens"`
	ResultTokens json.Number `json:"resultTokens"`
}
