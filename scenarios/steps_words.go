package scenarios

import "slices"

// Operations returns the neutral names of the operations that a step may start as sdk.NAME. They are the adapter contract's; this
// package may not import it, and a test compares the two.
func Operations() []string {
	return []string{
		"connect", "query", "receive", "break", "prompt", "interrupt", "set_model", "set_permission_mode", "server_info", "send",
		"ping", "mcp_status", "get_context_usage", "stop_task", "mcp_reconnect", "mcp_toggle", "rewind_files", "task.end",
		"disconnect", "abort",
	}
}

// operationArgs returns the names of an operation's arguments, as the adapter contract has them; ok is false for no operation.
func operationArgs(op string) (args []string, ok bool) {
	switch op {
	case "connect":
		args = []string{"prompt", "await"}
	case "query":
		args = []string{"prompt", "session_id"}
	case "receive":
		args = []string{"until"}
	case "prompt":
		args = []string{"prompt", "until", "pull"}
	case "set_model":
		args = []string{"model"}
	case "set_permission_mode":
		args = []string{"mode"}
	case "send":
		args = []string{"frame"}
	case "stop_task":
		args = []string{"task_id"}
	case "mcp_reconnect":
		args = []string{"server"}
	case "mcp_toggle":
		args = []string{"server", "enabled"}
	case "rewind_files":
		args = []string{"user_message_id"}
	case "task.end":
		args = []string{"on"}
	default:
		return nil, slices.Contains(Operations(), op)
	}
	return args, true
}

// FeatureNames returns the closed set of features that needs may name and that steps may derive: the operations and the contract's
// traits, and the two entry points' own.
func FeatureNames() []string {
	return append(Operations(),
		"reconnect", "connect.twice",
		"callback.can_use_tool", "callback.hook", "callback.mcp_tool", "callback.throws", "callback.withdrawn", "stderr",
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
		"setting_sources", "cli_path", toolsOf,
	}, append(durationOptions(), sizeOptions()...)...)
}

func durationOptions() []string { return []string{"initialize_timeout"} }

func sizeOptions() []string { return []string{"max_buffer"} }

// toolsOf is the option that is no option of an SDK: it shares another session's server objects.
const toolsOf = "tools_of"

func signalNames() []string {
	return []string{
		"SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV",
		"SIGUSR2", "SIGPIPE", "SIGALRM", "SIGCONT", "SIGSTOP", "SIGTSTP",
	}
}
