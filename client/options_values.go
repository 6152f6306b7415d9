package client

import (
	"encoding/json"
	"time"
)

// SystemPrompt is one of PromptText, PromptBlocks, PromptFile and PromptPreset.
type SystemPrompt interface{ systemPrompt() }

// PromptText is a system prompt of one's own; an empty one asks for none.
type PromptText struct {
	Text string
	// Snapshot false renders the prompt anew for each request, true records it with the conversation; nil is the CLI's default
	// (initialize systemPromptSnapshot).
	Snapshot *bool
}

// PromptBlocks is a system prompt of one's own in blocks, which travel in initialize. The block PromptDynamicBoundary stands between
// those that all sessions share, which the API may cache, and the session's own (ts: systemPrompt as a list).
type PromptBlocks struct {
	Blocks []string
	// Snapshot is as in PromptText.
	Snapshot *bool
}

// PromptDynamicBoundary is the block that divides PromptBlocks (ts: SYSTEM_PROMPT_DYNAMIC_BOUNDARY).
const PromptDynamicBoundary = "__SYSTEM_PROMPT_DYNAMIC_BOUNDARY__"

// PromptFile is the path of a file with the system prompt: --system-prompt-file (py: system_prompt of type file).
type PromptFile string

// PromptPreset is the CLI's own system prompt, with changes.
type PromptPreset struct {
	// Append is added at the end: --append-system-prompt, or initialize appendSystemPrompt.
	Append string
	// ExcludeDynamicSections moves what depends on the user and the directory out of the prompt, so that sessions share its cache; nil is
	// the CLI's default (initialize excludeDynamicSections).
	ExcludeDynamicSections *bool
	// Snapshot is as in PromptText.
	Snapshot *bool
}

func (PromptText) systemPrompt()   {}
func (PromptBlocks) systemPrompt() {}
func (PromptFile) systemPrompt()   {}
func (PromptPreset) systemPrompt() {}

// Thinking is one of ThinkingAdaptive, ThinkingEnabled and ThinkingDisabled.
type Thinking interface{ thinking() }

// ThinkingAdaptive lets the model decide when and how much it thinks: --thinking=adaptive.
type ThinkingAdaptive struct {
	// Display is how thinking is shown, summarized or omitted; empty is the CLI's default: --thinking-display.
	Display string
}

// ThinkingEnabled gives the model a budget for thinking: --max-thinking-tokens.
type ThinkingEnabled struct {
	// BudgetTokens is the budget; nil lets the model decide, as ThinkingAdaptive does. Zero is passed on.
	BudgetTokens *int
	// Display is as in ThinkingAdaptive.
	Display string
}

// ThinkingDisabled asks for no thinking: --thinking=disabled.
type ThinkingDisabled struct{}

func (ThinkingAdaptive) thinking() {}
func (ThinkingEnabled) thinking()  {}
func (ThinkingDisabled) thinking() {}

// Delivery is how an option reaches the CLI.
type Delivery string

// The deliveries.
const (
	// OnCommandLine is as a flag, which every CLI reads. It is the default.
	OnCommandLine Delivery = ""
	// InInitialize is in the initialize request, out of sight of other users. The CLI is started with --await-initialize; one before
	// 2.1.261 does not know it and exits.
	InInitialize Delivery = "initialize"
)

// OnFailure is what becomes of an action whose hook fails or is not answered.
type OnFailure string

// What may become of it.
const (
	// ContinueOnFailure lets the action go on.
	ContinueOnFailure OnFailure = "continue"
	// BlockOnFailure stops it. A session whose CLI does not promise that is not opened (py:0.2, ts:INIT-17).
	BlockOnFailure OnFailure = "block"
)

// Plugin is a local plugin.
type Plugin struct {
	// Path is its directory.
	Path string
	// SkipMCPDiscovery leaves its MCP servers alone: --plugin-dir-no-mcp.
	SkipMCPDiscovery bool
}

// MarshalJSON writes the plugin as initialize has it.
func (p Plugin) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Type string `json:"type"`
		Path string `json:"path"`
		Skip bool   `json:"skipMcpDiscovery,omitempty"`
	}{"local", p.Path, p.SkipMCPDiscovery})
}

// AgentDefinition is a subagent. Description and Prompt are needed; of the others what is unset is not sent.
type AgentDefinition struct {
	Description     string   `json:"description"`
	Prompt          string   `json:"prompt"`
	Tools           []string `json:"tools,omitzero"` // nil is all that the session has, empty is none
	DisallowedTools []string `json:"disallowedTools,omitzero"`
	Model           string   `json:"model,omitempty"`  // an alias, an id, or inherit
	Skills          []string `json:"skills,omitzero"`  // to load at its start
	Memory          string   `json:"memory,omitempty"` // user, project or local
	// MCPServers are names of servers, or objects {name: MCPServerConfig}.
	MCPServers    []any  `json:"mcpServers,omitzero"`
	InitialPrompt string `json:"initialPrompt,omitempty"` // its first user turn, if it is the session's own agent
	MaxTurns      *int   `json:"maxTurns,omitempty"`
	Background    *bool  `json:"background,omitempty"` // run it beside the turn
	// Effort is low, medium, high, xhigh, max, or an integer.
	Effort         any    `json:"effort,omitempty"`
	PermissionMode string `json:"permissionMode,omitempty"`
	// AutoCompactWindow is how many tokens it holds before it compacts; it can only lower what it inherits.
	AutoCompactWindow *int  `json:"autoCompactWindow,omitempty"`
	OmitClaudeMD      *bool `json:"omitClaudeMd,omitempty"` // no CLAUDE.md of user and project
	// Observer is an agent that watches it, ObserverMessage what that one is told beside.
	Observer        string `json:"observer,omitempty"`
	ObserverMessage string `json:"observerMessage,omitempty"`
	// CriticalSystemReminder is added to its system prompt. Experimental.
	CriticalSystemReminder string `json:"criticalSystemReminder_EXPERIMENTAL,omitempty"`
}

// MCPServerConfig is a server that the CLI runs (Command) or connects to (URL).
type MCPServerConfig struct {
	// Type is stdio, sse or http; empty is stdio, or http if there is a URL.
	Type    string
	Command string
	Args    []string
	Env     map[string]string
	URL     string
	Headers map[string]string
	// Tools are policies for single tools of an sse or http server.
	Tools []MCPToolPolicy
	// Timeout is of one call; 0 is the CLI's default. It is sent in milliseconds.
	Timeout time.Duration
	// AlwaysLoad has its tools in the prompt from the start.
	AlwaysLoad bool
}

// kind is the type of the server; empty is stdio.
func (c MCPServerConfig) kind() string {
	if c.Type == "" && c.URL != "" {
		return "http"
	}
	return c.Type
}

// MarshalJSON writes the server as the CLI's configuration has it; what is unset is not written.
func (c MCPServerConfig) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Type       string            `json:"type,omitempty"`
		Command    string            `json:"command,omitempty"`
		Args       []string          `json:"args,omitzero"`
		Env        map[string]string `json:"env,omitempty"`
		URL        string            `json:"url,omitempty"`
		Headers    map[string]string `json:"headers,omitempty"`
		Tools      []MCPToolPolicy   `json:"tools,omitzero"`
		Timeout    int64             `json:"timeout,omitempty"`
		AlwaysLoad bool              `json:"alwaysLoad,omitempty"`
	}{c.kind(), c.Command, c.Args, c.Env, c.URL, c.Headers, c.Tools, c.Timeout.Milliseconds(), c.AlwaysLoad})
}

// MCPToolPolicy is what may be done with one tool of a server.
type MCPToolPolicy struct {
	Name string `json:"name"`
	// PermissionPolicy is always_allow, always_ask or always_deny; empty is none.
	PermissionPolicy string `json:"permission_policy,omitempty"`
	// OrgMaxPermission is the most that an administrator lets: allow, ask or blocked; empty is no bound.
	OrgMaxPermission string `json:"org_max_permission,omitempty"`
}

// MCPServerSettings are what the CLI should know of an in-process server.
type MCPServerSettings struct {
	// Timeout is of one call; 0 is the CLI's default. It is sent in milliseconds.
	Timeout time.Duration
	// Tools are policies for single tools.
	Tools []MCPToolPolicy
}

// MarshalJSON writes what is set.
func (s MCPServerSettings) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Timeout int64           `json:"timeout,omitempty"`
		Tools   []MCPToolPolicy `json:"tools,omitzero"`
	}{s.Timeout.Milliseconds(), s.Tools})
}
