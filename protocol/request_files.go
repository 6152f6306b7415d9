package protocol

import "encoding/json"

// RewindFiles puts files back to their state before a user message. The CLI must have been started with checkpoints of files.
type RewindFiles struct {
	UserMessageID string `json:"user_message_id"`
	DryRun        bool   `json:"dry_run,omitempty"` // only tell what would change
}

// RewindFilesResult is the answer to [RewindFiles].
type RewindFilesResult struct {
	CanRewind    bool            `json:"canRewind"`
	Error        string          `json:"error"` // why not
	FilesChanged []string        `json:"filesChanged"`
	Insertions   int             `json:"insertions"`
	Deletions    int             `json:"deletions"`
	SkippedLinks int             `json:"skippedLinks"`
	Raw          json.RawMessage `json:"-"`
}

// ReadFile reads a file where the CLI runs.
type ReadFile struct {
	Path     string `json:"path"`
	MaxBytes int    `json:"max_bytes,omitempty"`
	Encoding string `json:"encoding,omitempty"` // utf-8 or base64
}

// ReadFileResult is the answer to [ReadFile].
type ReadFileResult struct {
	Contents  string          `json:"contents"`
	AbsPath   string          `json:"absPath"`
	Truncated bool            `json:"truncated"`
	Encoding  string          `json:"encoding"` // base64, or empty for text
	Lossy     bool            `json:"lossy"`    // bytes that are no UTF-8 were replaced
	Raw       json.RawMessage `json:"-"`
}

// SeedReadState says that a file counts as read.
type SeedReadState struct {
	Path  string `json:"path"`
	MTime int64  `json:"mtime"` // of the file when it was read, in milliseconds since 1970
}

// FileSuggestions asks for files that fit what a user typed behind an @.
type FileSuggestions struct {
	Query string `json:"query"`
}

// FileSuggestionsResult is the answer to [FileSuggestions].
type FileSuggestionsResult struct {
	Suggestions json.RawMessage `json:"suggestions"`
	Raw         json.RawMessage `json:"-"`
}

// RegisterRepoRoot adds a repository to the session.
type RegisterRepoRoot struct {
	Directory      string `json:"directory"`
	ReloadClaudeMD *bool  `json:"reload_claude_md,omitempty"`
	ReloadPlugins  *bool  `json:"reload_plugins,omitempty"`
	ReloadSkills   *bool  `json:"reload_skills,omitempty"`
}

// RegisterRepoRootResult is the answer to [RegisterRepoRoot].
type RegisterRepoRootResult struct {
	Raw json.RawMessage `json:"-"`
}

// StopTask stops a background task. The CLI also answers for one that it does not know.
type StopTask struct {
	TaskID string `json:"task_id"`
}

// BackgroundTasks puts running tools and subagents into the background: one, or all.
type BackgroundTasks struct {
	ToolUseID string `json:"tool_use_id,omitempty"`
}

// BackgroundTasksResult is the answer to [BackgroundTasks].
type BackgroundTasksResult struct {
	Backgrounded *bool           `json:"backgrounded"` // nil where the CLI does not say, and then it was done
	Raw          json.RawMessage `json:"-"`
}

// GetTaskOutput asks for the end of what a background command printed.
type GetTaskOutput struct {
	TaskID string `json:"task_id"`
}

// GetTaskOutputResult is the answer to [GetTaskOutput].
type GetTaskOutputResult struct {
	Output     string          `json:"output"`
	TotalBytes int64           `json:"total_bytes"` // of all output
	Truncated  bool            `json:"truncated"`   // Output is its end only
	Raw        json.RawMessage `json:"-"`
}

// ReloadPlugins loads the plugins again.
type ReloadPlugins struct {
	HoldOnCacheImpact bool           `json:"hold_on_cache_impact,omitempty"` // only tell if it would empty the prompt cache
	AddPlugins        []PluginConfig `json:"add_plugins,omitempty"`
	RefuseIfBusy      bool           `json:"refuse_if_busy,omitempty"` // error code reload_plugins_busy while a turn runs
}

// ReloadPluginsResult is the answer to [ReloadPlugins].
type ReloadPluginsResult struct {
	Commands    []CommandInfo     `json:"commands"`
	Agents      []AgentInfo       `json:"agents"`
	Plugins     []InitPlugin      `json:"plugins"`
	MCPServers  []MCPServerStatus `json:"mcpServers"`
	ErrorCount  int               `json:"error_count"`
	Held        *bool             `json:"held"` // nil where nobody asked, or the CLI cannot
	CacheImpact *CacheImpact      `json:"cache_impact"`
	Raw         json.RawMessage   `json:"-"`
}

// CacheImpact is what a reload that was held would change in the list of tools.
type CacheImpact struct {
	MCPServersAdded   []string `json:"mcp_servers_added"`
	MCPServersRemoved []string `json:"mcp_servers_removed"`
	LSPToolChange     string   `json:"lsp_tool_change"` // adds, may-add, removes, may-remove or empty
}

// ReloadSkills loads the skills again.
type ReloadSkills struct{}

// ReloadSkillsResult is the answer to [ReloadSkills].
type ReloadSkillsResult struct {
	Skills []CommandInfo   `json:"skills"`
	Raw    json.RawMessage `json:"-"`
}

// ReloadOutputStyles loads the output styles again.
type ReloadOutputStyles struct{}

// ReloadOutputStylesResult is the answer to [ReloadOutputStyles].
type ReloadOutputStylesResult struct {
	AvailableOutputStyles []string        `json:"available_output_styles"`
	Raw                   json.RawMessage `json:"-"`
}
