package scenarios

import "slices"

// Operations returns the neutral names of the operations that a step may start as sdk.NAME. They are the adapter contract's; this
// package may not import it, and a test compares the two.
func Operations() []string {
	return []string{
		"connect", "query", "receive", "break", "prompt", "interrupt", "set_model", "set_permission_mode", "server_info", "send",
		"ping", "mcp_status", "get_context_usage", "stop_task", "mcp_reconnect", "mcp_toggle", "rewind_files",
		"set_max_thinking_tokens", "set_mcp_permission_mode_override", "apply_flag_settings", "update_settings", "get_usage", "read_file",
		"seed_read_state", "reload_plugins", "reload_skills", "reload_output_styles", "mcp_read_resource", "mcp_set_servers",
		"background_tasks", "mcp_send", "task.end", "disconnect", "abort",
	}
}

// operationArgs returns the names of an operation's arguments, as the adapter contract has them; ok is false for no operation.
func operationArgs(op string) (args []string, ok bool) {
	if args = requestArgs(op); args != nil {
		return args, true
	}
	switch op {
	case "connect":
		args = []string{"prompt", "await"}
	case "query":
		args = []string{"prompt", "session_id"}
	case "receive":
		args = []string{"until"}
	case "prompt":
		args = []string{"prompt", "until", "pull"}
	case "send":
		args = []string{"frame"}
	case "task.end":
		args = []string{"on"}
	default:
		return nil, slices.Contains(Operations(), op)
	}
	return args, true
}

// requestArgs returns the arguments of an operation that is a control request with fields: those of the wire, but a server is always
// called server.
func requestArgs(op string) []string {
	return map[string][]string{
		"interrupt": {"cancel_queued"}, "set_model": {"model"}, "set_permission_mode": {"mode"},
		"set_max_thinking_tokens":          {"max_thinking_tokens", "thinking_display"},
		"set_mcp_permission_mode_override": {"server", "mode"},
		"get_context_usage":                {"detail"}, "get_usage": {"skip_behaviors"},
		"stop_task": {"task_id"}, "background_tasks": {"tool_use_id"}, "mcp_send": {"method", "params"},
		"mcp_reconnect": {"server"}, "mcp_toggle": {"server", "enabled"}, "mcp_read_resource": {"server", "uri"}, "mcp_set_servers": {"servers"},
		"rewind_files": {"user_message_id", "dry_run"}, "read_file": {"path", "max_bytes", "encoding"}, "seed_read_state": {"path", "mtime"},
		"apply_flag_settings": {"settings"}, "update_settings": {"source", "settings"},
		"reload_plugins": {"hold_on_cache_impact", "add_plugins", "refuse_if_busy"},
	}[op]
}

// FeatureNames returns the closed set of features that needs may name and that steps may derive: the operations and the contract's
// traits, and the two entry points' own.
func FeatureNames() []string {
	return append(Operations(),
		"reconnect", "connect.twice",
		"callback.can_use_tool", "callback.hook", "callback.mcp_tool", "callback.elicitation", "callback.user_dialog",
		"callback.session_store", "callback.throws", "callback.unserializable", "callback.withdrawn", "stderr",
		"prompt.stream", "prompt.pull", "receive.turn", "interrupt.answered",
		"concurrent.any", "concurrent.interrupt", "context.task", "context.loop", "context.callback",
		"cancel.sdk", "env.add", "env.replace", "shape.raw", "yields.control", "yields.unknown",
	)
}

// FailureKinds returns the closed set of kinds that sdk.fails may name.
func FailureKinds() []string {
	return []string{
		"cli_not_found", "spawn", "not_connected", "not_ready", "process_exit", "closed", "timeout", "decode", "control_error",
		"result_error", "no_result", "prompt_error", "invalid_option", "cancelled", "callback", "other",
	}
}

// OptionNames returns the names that options of sdk.start may have. A duration is sent as NAME_ms, a size as NAME_bytes.
func OptionNames() []string {
	return append([]string{
		"env", "model", "permission_mode", "system_prompt", "resume", "max_turns", "include_partial_messages", "tools",
		"setting_sources", "supported_dialog_kinds", "cli_path", "cwd", toolsOf,
		"fallback_model", "effort", "permission_prompt_tool_name", "permission_prompts", "session_id", "resume_session_at",
		"resume_drops_turn", "settings", "agent", "client_app", "debug_file", "title", "plan_mode_instructions",
		"project_config_root", "mcp_servers_delivery", "plugin_delivery", "max_budget_usd",
		"include_hook_events", "strict_mcp_config", "continue_conversation", "fork_session", "persist_session",
		"enable_file_checkpointing", "forward_subagent_text", "verbatim_prompts", "prompt_suggestions",
		"agent_progress_summaries", "per_task_stop_affordance", "allow_dangerously_skip_permissions", "debug", "allowed_tools",
		"disallowed_tools", "betas", "add_dirs", "executable_args", "task_budget", "thinking", "skills", "agents", "sandbox",
		"managed_settings", "external_mcp_servers", "plugins", "output_format", "extra_args", "tool_aliases", "tool_config",
		sessionStore, "session_store_flush",
	}, append(durationOptions(), sizeOptions()...)...)
}

func durationOptions() []string { return []string{"initialize_timeout", "load_timeout"} }

func sizeOptions() []string { return []string{"max_buffer", "max_unread"} }

// sessionStore is the option that gives the SDK a store: a list of the methods that it has.
const sessionStore = "session_store"

// StoreMethods returns the methods that a session store may have; append and load are those that each has.
func StoreMethods() []string { return []string{"append", "load", "list_sessions", "list_subkeys"} }

// toolsOf is the option that is no option of an SDK: it shares another session's server objects.
const toolsOf = "tools_of"

func signalNames() []string {
	return []string{
		"SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV",
		"SIGUSR2", "SIGPIPE", "SIGALRM", "SIGCONT", "SIGSTOP", "SIGTSTP",
	}
}
