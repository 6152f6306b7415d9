package protocol

import "encoding/json"

// Init opens each turn: what the session is now. It comes once per turn, not once per session (cli:3).
type Init struct {
	Header
	Cwd                     string          `json:"cwd"`                       // the working directory
	Model                   string          `json:"model"`                     // the model
	PermissionMode          string          `json:"permissionMode"`            // default, acceptEdits, bypassPermissions, plan, dontAsk or auto
	Tools                   []string        `json:"tools"`                     // the tools by name
	MCPServers              []InitMCPServer `json:"mcp_servers"`               // the MCP servers and how they stand
	SlashCommands           []string        `json:"slash_commands"`            // the slash commands without their slash
	TerminalSlashCommands   []string        `json:"terminal_slash_commands"`   // of these, the ones that need a terminal
	Agents                  []string        `json:"agents"`                    // the subagents by name
	Skills                  []string        `json:"skills"`                    // the skills by name
	Plugins                 []InitPlugin    `json:"plugins"`                   // the plugins that were loaded
	PluginErrors            []PluginError   `json:"plugin_errors"`             // the plugins that were not
	OutputStyle             string          `json:"output_style"`              // the output style
	APIKeySource            string          `json:"apiKeySource"`              // where the credential came from
	Version                 string          `json:"claude_code_version"`       // the version of the CLI
	Capabilities            []string        `json:"capabilities"`              // what this CLI can do beyond the protocol's core; an open set
	Betas                   []string        `json:"betas"`                     // the betas of the API that are on
	Effort                  string          `json:"effort"`                    // low, medium, high, xhigh or max; empty for none
	ViewMode                string          `json:"view_mode"`                 // focus or default
	FastModeState           string          `json:"fast_mode_state"`           // off, cooldown or on
	FastModeDisabledReason  string          `json:"fast_mode_disabled_reason"` // why fast mode is off
	OriginalCwd             string          `json:"original_cwd"`              // the working directory at the start
	AdditionalDirectories   []string        `json:"additional_directories"`    // further directories that tools may use
	MemoryPaths             json.RawMessage `json:"memory_paths"`              // where the session's memories are
	MessagingSocketPath     string          `json:"messaging_socket_path"`     // the socket on which other sessions reach this one
	AnalyticsDisabled       bool            `json:"analytics_disabled"`        // nothing is reported
	ProductFeedbackDisabled bool            `json:"product_feedback_disabled"` // nobody is asked for feedback
	ServedByAnthropic       bool            `json:"served_by_anthropic"`       // the API is the vendor's own
	PerTurnEffortActive     bool            `json:"per_turn_effort_active"`    // the effort holds for this turn only
	UltrathinkAvailable     bool            `json:"ultrathink_available"`      // the prompt may ask for more thinking
	UltrathinkTypedRaises   bool            `json:"ultrathink_typed_raises"`   // and typing it raises the effort
	StartupTiming           json.RawMessage `json:"startup_timing"`            // what the start took
	UserMessageUUID         string          `json:"user_message_uuid"`         // the user line that the turn answers, if that had a uuid
	UserMessageUUIDs        []string        `json:"user_message_uuids"`        // every user line that the turn has taken in so far, at most 64
}

// InitMCPServer is an MCP server as [Init] tells it.
type InitMCPServer struct {
	Name   string `json:"name"`   // the server
	Status string `json:"status"` // connected, failed, pending, needs-auth or disabled
	Source string `json:"source"` // sdk, plugin, or the scope of its configuration
}

// InitPlugin is a plugin that was loaded.
type InitPlugin struct {
	Name    string `json:"name"`    // the plugin
	Path    string `json:"path"`    // its directory
	Source  string `json:"source"`  // where it was installed from
	Version string `json:"version"` // as its manifest says, in its author's words
}

// PluginError is a plugin that did not load, or not whole.
type PluginError struct {
	Plugin      string      `json:"plugin"`       // name@marketplace, or the place in the list of directories
	Type        string      `json:"type"`         // what went wrong; an open set
	Message     string      `json:"message"`      // the same for people
	Path        string      `json:"path"`         // the directory that did not load
	ManagedLock *PluginLock `json:"managed_lock"` // the managed setting that forbids it
}

// PluginLock is [PluginError.ManagedLock].
type PluginLock struct {
	PluginEnabled bool   `json:"plugin_enabled"` // whether the setting turns the plugin on
	Name          string `json:"name"`           // the plugin as the setting spells it
	Marketplace   string `json:"marketplace"`    // where it may come from
}

// Status tells what the session is busy with, and changes of the permission mode.
type Status struct {
	Header
	Status             string      `json:"status"`               // compacting, requesting, or empty for neither
	PermissionMode     string      `json:"permissionMode"`       // the new permission mode
	CompactResult      string      `json:"compact_result"`       // success or failed
	CompactError       string      `json:"compact_error"`        // why compacting failed
	CompactOutputChars json.Number `json:"compact_output_chars"` // the length of the summary
	UserMessageUUID    string      `json:"user_message_uuid"`    // the user line that the turn answers, if that had a uuid
	UserMessageUUIDs   []string    `json:"user_message_uuids"`   // every user line that the turn has taken in so far, at most 64
}

// SessionStateChanged tells whether the session is at work. The CLI writes it only if the environment asks for it (cli:15.1).
type SessionStateChanged struct {
	Header
	State       string `json:"state"`         // idle, running or requires_action
	SDKHostOnly bool   `json:"sdk_host_only"` // it is meant for the SDK and not for its user; only the value true counts
}

// CompactBoundary stands where the conversation was replaced by a summary.
type CompactBoundary struct {
	Header
	CompactMetadata CompactMetadata `json:"compact_metadata"` // how that went
}

// CompactMetadata is [CompactBoundary.CompactMetadata].
type CompactMetadata struct {
	Trigger           string             `json:"trigger"`            // manual or auto
	PreTokens         json.Number        `json:"pre_tokens"`         // tokens before
	PostTokens        json.Number        `json:"post_tokens"`        // tokens after
	DurationMS        json.Number        `json:"duration_ms"`        // how long it took
	PreservedSegment  *PreservedSegment  `json:"preserved_segment"`  // the messages that were kept, as a range
	PreservedMessages *PreservedMessages `json:"preserved_messages"` // the same as a list, which counts if both are there
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// PreservedSegment is a range of messages that a summary left as they were.
type PreservedSegment struct {
	HeadUUID   string `json:"head_uuid"`   // the first
	AnchorUUID string `json:"anchor_uuid"` // what the range follows
	TailUUID   string `json:"tail_uuid"`   // the last
}

// PreservedMessages is a list of messages that a summary left as they were.
type PreservedMessages struct {
	AnchorUUID string   `json:"anchor_uuid"` // what the list follows
	UUIDs      []string `json:"uuids"`       // the messages, in order
}

// CommandsChanged is the whole list of slash commands after a change.
type CommandsChanged struct {
	Header
	Commands []CommandInfo `json:"commands"` // all of them; replace what you have
}

// CommandInfo is a slash command.
type CommandInfo struct {
	Name         string   `json:"name"`         // without its slash
	Description  string   `json:"description"`  // what it does
	ArgumentHint string   `json:"argumentHint"` // what may follow
	Aliases      []string `json:"aliases"`      // other names
	Builtin      bool     `json:"builtin"`      // the CLI brought it
}

// SessionTitleChanged tells a new title of the session. It may come before the answer to initialize (cli:2).
type SessionTitleChanged struct {
	Header
	Title  string `json:"title"`  // the title
	Source string `json:"source"` // who gave it
}

// WorkerShuttingDown says that the host of a remote session goes away. It counts only if nothing follows.
type WorkerShuttingDown struct {
	Header
	Reason string `json:"reason"` // a word for why
}

// SessionWritesLost says that the disk was full and something was not saved. The results already received stand.
type SessionWritesLost struct {
	Header
	ErrorCode            string   `json:"error_code"`             // ENOSPC or EDQUOT
	Lost                 []string `json:"lost"`                   // transcript, global_config
	TranscriptSessionIDs []string `json:"transcript_session_ids"` // whose transcripts
}

// BridgeState tells how the link to a remote session stands (cli:12). No public type names it; look into Raw for its fields.
type BridgeState struct {
	Header
}
