// Package contract is the adapter contract as Go types: the JSON-RPC messages that the harness and an adapter exchange, one
// object a line. docs/adapters.md is the text for authors of adapters.
//
// It is not an adapter and holds no knowledge of scenarios.
package contract

import (
	"encoding/json"
	"slices"
)

// Version is the protocol version that hello exchanges.
const Version = 1

// Codes of JSON-RPC errors.
const (
	CodeUnknownMethod = -32601 // the SDK has no such operation
	CodeInvalidParams = -32602 // no such option or parameter; data: {unsupported: [names]}
	CodeSDK           = -32000 // the SDK failed; data: Failure
	CodeAdapterFault  = -32002 // the adapter's own fault: verdict error
	CodeCallbackFails = -32050 // harness to adapter: the user's callback raises this message
	CodeCallbackOdd   = -32051 // harness to adapter: the user's callback answers with a value that JSON has not
)

// Message is any line of the channel. A request has Method and ID, a notification Method only, an answer ID and Result or Error. The
// harness's ids are integers, the adapter's strings.
type Message struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *Error          `json:"error,omitempty"`
}

// Error is a JSON-RPC error object.
type Error struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// Error makes the object an error value.
func (e *Error) Error() string { return e.Message }

// Failure is the data of a CodeSDK error: what the SDK told its user, by its type first, never parsed out of prose.
type Failure struct {
	Kind        string   `json:"kind,omitempty"` // one of Kinds
	Type        string   `json:"type,omitempty"` // the SDK's own type name
	ExitCode    *int     `json:"exit_code,omitempty"`
	Signal      string   `json:"signal,omitempty"` // SIGKILL, ...
	Stderr      string   `json:"stderr,omitempty"`
	Unsupported []string `json:"unsupported,omitempty"`
}

// Hello is the answer to hello.
type Hello struct {
	Protocol int      `json:"protocol"`
	Adapter  Product  `json:"adapter"`
	SDK      SDK      `json:"sdk"`
	Features []string `json:"features"`
	Chatter  []string `json:"chatter,omitempty"` // control subtypes that the SDK sends by itself
	Idiom    string   `json:"idiom"`
}

// Product is a name and a version.
type Product struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// SDK names the SDK under test.
type SDK struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Language string `json:"language"`
	Runtime  string `json:"runtime"`
}

// Hook is a hook to register at open.
type Hook struct {
	ID        string `json:"id"`
	Event     string `json:"event"`
	Matcher   string `json:"matcher,omitempty"`
	TimeoutMS int    `json:"timeout_ms,omitempty"`
	OnFailure string `json:"on_failure,omitempty"` // continue or block
}

// Server is an in-process MCP server to build at open. Servers with one Instance are one shared object.
type Server struct {
	Name     string `json:"name"`               // the key under which it is configured
	OwnName  string `json:"own_name,omitempty"` // what it calls itself; empty is Name
	Tools    []Tool `json:"tools"`
	Instance string `json:"instance,omitempty"`
}

// Tool is one tool of a Server.
type Tool struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	InputSchema json.RawMessage `json:"inputSchema"`
}

// Open are the parameters of open. Options is a closed set of neutral names (OptionNames); callbacks, hooks, mcp_servers and stderr are among them.
type Open struct {
	Client  string         `json:"client"`
	CLIPath string         `json:"cli_path,omitempty"`
	Cwd     string         `json:"cwd,omitempty"`
	Options map[string]any `json:"options"`
}

// MessageNote is the notification message: one message that the SDK handed to its user.
type MessageNote struct {
	Client  string          `json:"client"`
	Op      json.RawMessage `json:"op"`
	Message json.RawMessage `json:"message"`
	Native  string          `json:"native,omitempty"`
}

// StderrNote is the notification stderr: text that the SDK handed to its user's stderr callback.
type StderrNote struct {
	Client string `json:"client"`
	Text   string `json:"text"`
}

// FrameErrorNote is the notification frame_error: the SDK reported an error for one frame and can be read on.
type FrameErrorNote struct {
	Client  string          `json:"client"`
	Op      json.RawMessage `json:"op"`
	Kind    string          `json:"kind"`
	Message string          `json:"message"`
}

// HostErrorNote is the notification host_error: an exception escaped from the SDK into its host, where a user's program would have died of it
// (an uncaught exception, an unhandled rejection, an exception in a thread). The adapter reports it and goes on.
type HostErrorNote struct {
	Message string `json:"message"`
	Type    string `json:"type,omitempty"`
}

// CallbackCall are the parameters of the request callback: the SDK asks its user.
type CallbackCall struct {
	Client string          `json:"client"`
	Name   string          `json:"name"` // can_use_tool, hook, mcp_tool, elicitation, user_dialog or session_store
	Args   json.RawMessage `json:"args"`
}

// StoreCall are the args of the callback session_store: the SDK calls its user's store. Which members there are depends on Method.
type StoreCall struct {
	Method     string          `json:"method"` // append, load, list_sessions or list_subkeys
	Key        *StoreKey       `json:"key,omitempty"`
	ProjectKey string          `json:"project_key,omitempty"` // list_sessions
	Entries    json.RawMessage `json:"entries,omitempty"`     // append: the list that the SDK hands over
}

// StoreKey names a transcript of a session store.
type StoreKey struct {
	ProjectKey string `json:"project_key"`
	SessionID  string `json:"session_id"`
	Subpath    string `json:"subpath,omitempty"` // empty for the main transcript
}

// StoreAppended is the answer to append.
type StoreAppended struct{}

// StoreSession is one session in the answer to list_sessions.
type StoreSession struct {
	SessionID string `json:"session_id"`
	MTime     int64  `json:"mtime"` // milliseconds since 1970
}

// StreamPull are the parameters of the request prompt.next: the SDK pulls the next item of a streamed prompt.
type StreamPull struct {
	Client string `json:"client"`
	Stream string `json:"stream"`
}

// CancelNote are the parameters of $/cancelRequest in both directions.
type CancelNote struct {
	ID json.RawMessage `json:"id"`
}

// The methods and notifications of the channel that are no plain operations.
const (
	MethodHello      = "hello"
	MethodAlive      = "alive"
	MethodOpen       = "open"
	MethodClose      = "close"
	MethodCallback   = "callback"
	MethodPromptNext = "prompt.next"
	NoteMessage      = "message"
	NoteStderr       = "stderr"
	NoteFrameError   = "frame_error"
	NoteHostError    = "host_error"
	NoteCancel       = "$/cancelRequest"
)

// MaxLine is the longest line that either side may write, in bytes.
const MaxLine = 64 << 20

// Kinds returns the closed set of failure kinds.
func Kinds() []string {
	return []string{
		"cli_not_found", "spawn", "not_connected", "not_ready", "process_exit", "closed", "timeout", "decode",
		"control_error", "result_error", "no_result", "prompt_error", "invalid_option", "cancelled", "callback", "other",
	}
}

// Operations returns the names of all operations, each of which is also the name of its feature.
func Operations() []string {
	return []string{
		"connect", "query", "receive", "break", "prompt", "interrupt", "set_model", "set_permission_mode", "server_info", "send", "ping",
		"mcp_status", "get_context_usage", "stop_task", "mcp_reconnect", "mcp_toggle", "rewind_files", "set_max_thinking_tokens",
		"set_mcp_permission_mode_override", "apply_flag_settings", "update_settings", "get_usage", "read_file", "seed_read_state",
		"reload_plugins", "reload_skills", "reload_output_styles", "mcp_read_resource", "mcp_set_servers", "background_tasks", "mcp_send",
		"task.end", "disconnect", "abort",
	}
}

// GivesValue tells whether an operation answers {value}: what the SDK returned, null if nothing. All others but receive and prompt
// answer {}.
func GivesValue(operation string) bool {
	return slices.Contains([]string{
		"interrupt", "server_info", "ping", "mcp_status", "get_context_usage", "rewind_files", "set_max_thinking_tokens",
		"set_mcp_permission_mode_override", "apply_flag_settings", "update_settings", "get_usage", "read_file", "seed_read_state",
		"reload_plugins", "reload_skills", "reload_output_styles", "mcp_read_resource", "mcp_set_servers", "background_tasks", "mcp_send",
	}, operation)
}

// Features returns the closed set of features that hello may declare; undeclared is unsupported, which is never a pass.
func Features() []string {
	traits := []string{
		"reconnect", "connect.twice",
		"callback.can_use_tool", "callback.hook", "callback.mcp_tool", "callback.elicitation", "callback.user_dialog",
		"callback.session_store", "callback.throws", "callback.unserializable", "callback.withdrawn", "stderr",
		"prompt.stream", "prompt.pull", "receive.turn", "interrupt.answered",
		"concurrent.any", "concurrent.interrupt", "context.task", "context.loop", "context.callback",
		"cancel.sdk", "env.add", "env.replace", "shape.raw", "yields.control", "yields.unknown",
	}
	return append(Operations(), traits...)
}

// OptionNames returns the closed set of option names of open.
func OptionNames() []string {
	return []string{
		"callbacks", "hooks", "mcp_servers", "stderr", "env", "model", "permission_mode", "system_prompt", "resume", "max_turns",
		"include_partial_messages", "max_buffer_bytes", "max_unread_bytes", "initialize_timeout_ms", "tools", "setting_sources",
		"supported_dialog_kinds", "cli_path", "fallback_model", "effort", "permission_prompt_tool_name", "permission_prompts",
		"session_id", "resume_session_at", "resume_drops_turn", "settings", "agent", "client_app", "debug_file", "title",
		"plan_mode_instructions", "project_config_root", "mcp_servers_delivery", "plugin_delivery", "max_budget_usd",
		"include_hook_events", "strict_mcp_config", "continue_conversation", "fork_session",
		"persist_session", "enable_file_checkpointing", "forward_subagent_text", "verbatim_prompts", "prompt_suggestions",
		"agent_progress_summaries", "per_task_stop_affordance", "allow_dangerously_skip_permissions", "debug", "allowed_tools",
		"disallowed_tools", "betas", "add_dirs", "executable_args", "task_budget", "thinking", "skills", "agents", "sandbox",
		"managed_settings", "external_mcp_servers", "plugins", "output_format", "extra_args", "tool_aliases", "tool_config",
		"session_store", "session_store_flush", "load_timeout_ms",
	}
}
