package client

import (
	"context"
	"encoding/json"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/transport"
)

// The defaults of Options.
const (
	// DefaultInitializeTimeout is how long the CLI may take to answer initialize.
	DefaultInitializeTimeout = 60 * time.Second
	// DefaultMaxUnread is how many bytes of messages may wait for their reader: 256 MiB.
	DefaultMaxUnread = 256 << 20
	// DefaultStdinCeiling is how long stdin is held open in silence after a result.
	DefaultStdinCeiling = parts.Ceiling
)

// Options say how a session is started and who answers the CLI's questions. The zero value is a session with the CLI's own
// defaults, whose tools need no permission. A session takes a copy; maps, slices and servers are shared and must not be
// changed while a session lives.
//
// Unless a field says otherwise its zero value leaves the matter to the CLI: nothing is sent. Where empty and unset differ, a field is a
// pointer, or a list of which nil is unset and empty is an empty list. A value goes to the CLI as it is, and never as a flag of
// its own, whatever it looks like. What cannot be an argument, because it is longer than 16 KiB, travels in initialize or in a file of
// the session where the CLI has a way for that, and is refused else. docs/options.md has the table: flag, initialize field, and the
// names in the Python and TypeScript SDKs. A field of type any takes whatever encodes to a JSON object: a map, a struct, a
// json.RawMessage.
type Options struct {
	// CLIPath is the executable; empty finds one: by $CLAUDE_CLI_PATH, in PATH, or in the usual places, see transport.Discovery
	// (py: cli_path, ts: pathToClaudeCodeExecutable).
	CLIPath string
	// Runtime is the JavaScript runtime for a CLIPath that ends in .js, .mjs, .ts, .tsx or .jsx; empty is node. Any other CLIPath is
	// started itself, and Runtime is not used (ts: executable, ts:1.3).
	Runtime string
	// ExecutableArgs are arguments before all others: of the runtime if there is one (ts: executableArgs).
	ExecutableArgs []string
	// Cwd is the CLI's working directory, also as its variable PWD, whatever Env says; empty is this process's (py, ts: cwd).
	Cwd string
	// User is the name or number of the user that the CLI runs as; empty is this process's. It needs the right to change users, and a
	// Unix (py: user).
	User string
	// Env is added to the environment that the CLI inherits, and wins over it. The marks of an outer claude are never inherited (py: env).
	Env map[string]string
	// ClientApp names the program in the CLI's requests to the API, as "my-app/1.0"; it sets CLAUDE_AGENT_SDK_CLIENT_APP and wins over
	// Env. An empty one asks for no name (py: client_app).
	ClientApp *string
	// ExtraArgs are further flags of the CLI: names without dashes, and values; nil is a flag without a value. They come last, in the
	// order of their names (py: extra_args, ts: extraArgs).
	ExtraArgs map[string]*string
	// ExtraInitialize are further fields of the initialize request, by their names on the wire.
	ExtraInitialize map[string]json.RawMessage
	// Debug asks the CLI to log for debugging, to DebugFile or its stderr: --debug (ts: debug).
	Debug bool
	// DebugFile is where it logs; it implies Debug: --debug-file (ts: debugFile).
	DebugFile string

	// Model is --model (py, ts: model).
	Model string
	// FallbackModel takes over while Model is overloaded; a list with commas is tried in order. It must differ from Model:
	// --fallback-model (py: fallback_model, ts: fallbackModel).
	FallbackModel string
	// Effort is how much the model thinks and works: low, medium, high, xhigh, max: --effort (py, ts: effort).
	Effort string
	// Thinking is ThinkingAdaptive, ThinkingEnabled or ThinkingDisabled: --thinking, --max-thinking-tokens, --thinking-display
	// (py, ts: thinking; it stands for their max_thinking_tokens too).
	Thinking Thinking
	// MaxTurns bounds the model's turns for one prompt. Zero is passed on: --max-turns (py: max_turns, ts: maxTurns).
	MaxTurns *int
	// MaxBudgetUSD ends a session that costs more, in US dollars. Zero is passed on: --max-budget-usd (py: max_budget_usd,
	// ts: maxBudgetUsd).
	MaxBudgetUSD *float64
	// TaskBudget tells the model how many tokens it has: --task-budget (py: task_budget.total, ts: taskBudget.total).
	TaskBudget *int
	// Betas are beta features of the API: --betas (py, ts: betas).
	Betas []string

	// SystemPrompt is PromptText, PromptBlocks, PromptFile or PromptPreset. Nil keeps the CLI's own, which the official SDKs replace by an
	// empty one; PromptText{} is that: --system-prompt, or initialize (py: system_prompt, ts: systemPrompt).
	SystemPrompt SystemPrompt
	// PlanModeInstructions replace the workflow that plan mode tells the model: initialize planModeInstructions (ts: planModeInstructions).
	PlanModeInstructions string
	// OutputSchema is a JSON Schema that the result's structured output has to match: --json-schema, and initialize jsonSchema
	// (py: output_format.schema, ts: outputFormat.schema).
	OutputSchema any
	// PromptSuggestions asks for a prompt_suggestion message after each turn: initialize promptSuggestions (ts: promptSuggestions).
	PromptSuggestions bool
	// VerbatimPrompts has every user message delivered as written: no files for @path, no slash commands. It marks each line that
	// is sent with client_composed, whatever the line said (py: verbatim_prompts, ts: verbatimPrompts; CLI 2.1.248 or later).
	VerbatimPrompts bool

	// Tools are the built-in tools that exist; nil is all, empty is none, and "default" is the CLI's own choice: --tools (py, ts: tools;
	// "default" is their preset claude_code).
	Tools []string
	// AllowedTools run without a question; entries are permission rules, as "Read" or "Bash(git log:*)": --allowedTools
	// (py: allowed_tools, ts: allowedTools).
	AllowedTools []string
	// DisallowedTools are taken away: --disallowedTools (py: disallowed_tools, ts: disallowedTools).
	DisallowedTools []string
	// Skills are the skills that the session has, by exact name; nil leaves it to the CLI, empty hides all. Each is allowed as
	// Skill(NAME): --allowedTools, and initialize skills (py, ts: skills).
	Skills []string
	// AllSkills allows every skill there is; not together with Skills: --allowedTools Skill (py, ts: skills "all").
	AllSkills bool
	// ToolAliases run another tool than the model named: initialize toolAliases (ts: toolAliases).
	ToolAliases map[string]string
	// QuestionPreviewFormat is how AskUserQuestion shows previews, markdown or html: the variable CLAUDE_CODE_QUESTION_PREVIEW_FORMAT
	// (ts: toolConfig.askUserQuestion.previewFormat).
	QuestionPreviewFormat string

	// Agents are subagents by their names: initialize agents (py, ts: agents).
	Agents map[string]AgentDefinition
	// Agent is the one whose prompt, tools and model the session itself takes: --agent (ts: agent).
	Agent string
	// ForwardSubagentText asks for the texts and thinking of subagents too: initialize forwardSubagentText
	// (py: forward_subagent_text, ts: forwardSubagentText).
	ForwardSubagentText bool
	// AgentProgressSummaries asks for a summary of running subagents every half minute: initialize agentProgressSummaries
	// (ts: agentProgressSummaries).
	AgentProgressSummaries bool
	// PerTaskStopAffordance says that the user can stop single tasks, so that an interrupt leaves background tasks alone: initialize
	// perTaskStopAffordance (ts: perTaskStopAffordance).
	PerTaskStopAffordance bool

	// PermissionMode is default, acceptEdits, plan, dontAsk, auto or bypassPermissions: --permission-mode (py: permission_mode,
	// ts: permissionMode).
	PermissionMode string
	// AllowDangerouslySkipPermissions makes bypassPermissions possible: --allow-dangerously-skip-permissions
	// (ts: allowDangerouslySkipPermissions).
	AllowDangerouslySkipPermissions bool
	// PermissionPromptToolName is an MCP tool that is asked instead of CanUseTool, which must then be nil; "stdio" has the CLI ask on
	// its stdout, for the tool approval of a [Session]: --permission-prompt-tool (py: permission_prompt_tool_name, ts: permissionPromptToolName).
	PermissionPromptToolName string
	// PermissionPrompts is who answers, host or none; none denies what would be asked: --permission-prompts (ts: permissionPrompts).
	PermissionPrompts string
	// CanUseTool is asked before a tool runs; nil leaves permissions to the CLI: --permission-prompt-tool stdio (py: can_use_tool,
	// ts: canUseTool).
	CanUseTool CanUseTool
	// OnElicitation is asked what an MCP server wants to know of the user; nil declines (ts: onElicitation).
	OnElicitation OnElicitation
	// OnUserDialog shows the dialogs of SupportedDialogKinds; those of other kinds are left to other clients (ts: onUserDialog).
	OnUserDialog OnUserDialog
	// OnRequest answers what no other callback is for, with a value that encodes to JSON: today oauth_token_refresh,
	// host_auth_token_refresh, remote_control_work_secret, and what later CLIs may ask. It is called as CanUseTool is. Nil, and the error
	// errors.ErrUnsupported, leave the answer to this package, which refuses (ts: getOAuthToken, getHostAuthToken).
	OnRequest func(ctx context.Context, request Message) (any, error)
	// Hooks are run by the CLI at its events: initialize hooks (py, ts: hooks).
	Hooks []Hook
	// SupportedDialogKinds are the dialogs that the CLI may ask for: initialize supportedDialogKinds (ts: supportedDialogKinds).
	SupportedDialogKinds []string

	// Continue goes on with the latest conversation in the working directory; not together with Resume: --continue
	// (py: continue_conversation, ts: continue).
	Continue bool
	// Resume is the id of a session to go on with: --resume (py, ts: resume).
	Resume string
	// ForkSession gives a continued or resumed session a new id: --fork-session (py: fork_session, ts: forkSession).
	ForkSession bool
	// SessionID is the id of the session, a UUID; with Continue or Resume only if ForkSession is set: --session-id (py: session_id,
	// ts: sessionId).
	SessionID string
	// ResumeSessionAt is the UUID of the last message of the resumed session to keep: --resume-session-at (py: resume_session_at,
	// ts: resumeSessionAt).
	ResumeSessionAt string
	// ResumeDropsTurn is the UUID of the prompt whose turn that drops; the CLI refuses to drop more. An empty one is passed on and
	// refused by the CLI, since leaving it out would drop the guard: --resume-drops-turn (py: resume_drops_turn, ts: resumeDropsTurn).
	ResumeDropsTurn *string
	// NoSessionPersistence keeps the session off the disk: --no-session-persistence (ts: persistSession false).
	NoSessionPersistence bool
	// SessionStore is where the session is kept beside the CLI's own disk: what the CLI writes into its transcripts is mirrored to it before
	// the result of a turn is handed out, and Continue and Resume load from it. A store that fails three times loses those entries, which a
	// message system/mirror_error tells, and the session goes on. A session that is loaded is written into a private directory of its own, with a
	// copy of the user's credentials and settings, and the CLI runs with that as its CLAUDE_CONFIG_DIR; it is removed when the CLI is gone. A
	// store that does not have the session is no error: Resume is then the CLI's to find, and Continue begins a new one. Not together
	// with FileCheckpointing or NoSessionPersistence: --session-mirror (py: session_store, ts: sessionStore).
	SessionStore SessionStore
	// EagerStore gives the store each batch at once instead of at the end of a turn, or when 500 entries or 1 MiB wait
	// (py: session_store_flush, ts: sessionStoreFlush).
	EagerStore bool
	// LoadTimeout bounds each call of the store while a session is loaded; 0 is DefaultLoadTimeout, negative is none. A store that takes longer
	// fails the start with kind Timeout, one that fails with kind Other (py: load_timeout_ms, ts: loadTimeoutMs).
	LoadTimeout time.Duration
	// Title is the title of a new session: initialize title (ts: title).
	Title string
	// FileCheckpointing keeps copies of changed files, for RewindFiles: the variable CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING
	// (py: enable_file_checkpointing, ts: enableFileCheckpointing).
	FileCheckpointing bool

	// Settings are additional settings: a string is the path of a JSON file or a JSON object, anything else encodes to one. With Sandbox a
	// file is read here, relative to Cwd: --settings (py, ts: settings).
	Settings any
	// Sandbox confines the commands that tools run. It is merged into the settings: --settings (py, ts: sandbox).
	Sandbox *Sandbox
	// ManagedSettings are settings of the policy tier, a JSON object: --managed-settings (ts: managedSettings).
	ManagedSettings any
	// SettingSources are the settings files to load: user, project, local; nil is the CLI's default, empty is none: --setting-sources
	// (py: setting_sources, ts: settingSources).
	SettingSources []string
	// AddDirs are further directories that tools may use: --add-dir, one each (py: add_dirs, ts: additionalDirectories).
	AddDirs []string
	// ProjectConfigRoot is the checkout whose project settings count, if Cwd is a work tree of it: --project-config-root
	// (ts: projectConfigRoot).
	ProjectConfigRoot string

	// MCPServers are in-process servers by the names under which the CLI knows them. One server may serve many sessions: initialize
	// sdkMcpServers (py, ts: mcp_servers of type sdk).
	MCPServers map[string]*mcp.Server
	// MCPServerSettings are what the CLI should know of those: initialize sdkMcpServerConfigs (ts: mcpServers of type sdk).
	MCPServerSettings map[string]MCPServerSettings
	// ExternalMCPServers are servers that the CLI starts or connects to: --mcp-config (py: mcp_servers, ts: mcpServers).
	ExternalMCPServers map[string]MCPServerConfig
	// MCPConfig is the path of an MCP configuration file, or its JSON text, instead of ExternalMCPServers: --mcp-config
	// (py: mcp_servers as text).
	MCPConfig string
	// MCPDelivery is how ExternalMCPServers reach the CLI. On the command line, the default, their secrets can be seen by others of the
	// machine (ts: mcpServersDelivery).
	MCPDelivery Delivery
	// StrictMCPConfig ignores all MCP servers that are not in these options: --strict-mcp-config (py: strict_mcp_config,
	// ts: strictMcpConfig).
	StrictMCPConfig bool
	// Plugins are directories of local plugins: --plugin-dir, one each (py, ts: plugins).
	Plugins []Plugin
	// PluginDelivery is how Plugins reach the CLI (ts: pluginDelivery).
	PluginDelivery Delivery

	// PartialMessages asks for stream_event messages: --include-partial-messages (py: include_partial_messages,
	// ts: includePartialMessages).
	PartialMessages bool
	// HookEvents asks for messages about the hooks that run: --include-hook-events (py: include_hook_events, ts: includeHookEvents).
	HookEvents bool

	// OnStderr is called with each line of the CLI's stderr, one call at a time, in a goroutine of its own. A panic in it is caught, and
	// the later lines come all the same (B142). Up to 4 MiB of lines wait for a slow one; then lines are left out, for the CLI must not wait
	// (B041) (py, ts: stderr).
	OnStderr func(line string)
	// OnSkip is called with the reason when a line of the CLI that is no message is passed over, one call at a time, in a goroutine of its
	// own. A panic in it is caught. While it does not return, a thousand more are kept for it and the rest is not told.
	OnSkip func(error)

	// InitializeTimeout bounds the CLI's answer to initialize; 0 is DefaultInitializeTimeout, negative is none.
	InitializeTimeout time.Duration
	// MaxFrame is the longest line accepted from the CLI, in bytes; 0 is transport.DefaultMaxFrame. A longer one ends the
	// session with an error of kind Decode (py: max_buffer_size).
	MaxFrame int64
	// MaxUnread bounds the messages that wait for their reader, in bytes; 0 is DefaultMaxUnread, negative is none. Passing
	// it ends the session with a [BacklogError]: dropping or waiting would break it silently. Everything before it can be read.
	MaxUnread int64
	// StdinCeiling bounds how long the stdin of a [Query] is held open for a CLI that is silent after a result and yet may need an
	// answer: an agent at work, a session that is not idle. 0 is the CLI's own variable CLAUDE_CODE_PRINT_BG_WAIT_CEILING_MS in Env or the
	// environment, whose 0 is none, and without that DefaultStdinCeiling; negative is none. No bound holds while a turn is seen to run or
	// a callback is at work. The stdin of a [Client] stays open until Disconnect (py:0.3).
	StdinCeiling time.Duration
	// Escalation are the graces with which the CLI is ended. The zero value is transport's defaults.
	Escalation transport.Escalation

	// Spawn starts the CLI elsewhere, in a container or on another machine: it is given what would be started here. Files that the
	// arguments name are on this machine (ts: spawnClaudeCodeProcess).
	Spawn func(ctx context.Context, c transport.Command) (transport.Transport, error)
	// Open brings a transport of one's own instead of a subprocess; ctx is for the opening only. Options that are flags or variables
	// of the CLI then have no effect (py: transport).
	Open func(ctx context.Context) (transport.Transport, error)
}

func (o *Options) initializeTimeout() time.Duration {
	if o.InitializeTimeout == 0 {
		return DefaultInitializeTimeout
	}
	return o.InitializeTimeout
}

func (o *Options) maxUnread() int64 {
	if o.MaxUnread == 0 {
		return DefaultMaxUnread
	}
	return o.MaxUnread
}

// transportOptions are those of a process. A line that is no frame is passed over there already, and skipped is told as of any other.
func (o *Options) transportOptions(skipped *notifier) transport.Options {
	return transport.Options{
		Framing:    transport.FramerOptions{MaxFrame: o.MaxFrame, OnSkip: func(e *transport.FrameError) { skipped.tell(e) }},
		Escalation: o.Escalation,
		OnStderr:   o.OnStderr,
	}
}
