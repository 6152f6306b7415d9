"""What the installed release of the SDK offers, and how its errors are reported.

The SDK is the package claude-agent-sdk, or one of its older releases named claude-code-sdk.
"""

import dataclasses
import importlib
import signal

import rpc

try:
    import claude_agent_sdk as sdk
except ImportError:
    import claude_code_sdk as sdk

types = importlib.import_module(sdk.__name__ + ".types")
Client = sdk.ClaudeSDKClient
Options = getattr(sdk, "ClaudeAgentOptions", None) or sdk.ClaudeCodeOptions
OPTIONS = {field.name for field in dataclasses.fields(Options)}
HOOK = {field.name for field in dataclasses.fields(types.HookMatcher)} if hasattr(types, "HookMatcher") else set()
# Neutral option name -> the SDK's, for those whose value is handed over as it is.
PLAIN = {name: name for name in (
    "env", "model", "permission_mode", "system_prompt", "resume", "max_turns", "include_partial_messages", "tools", "setting_sources",
    "fallback_model", "effort", "permission_prompt_tool_name", "session_id", "resume_session_at", "resume_drops_turn", "settings",
    "client_app", "max_budget_usd", "include_hook_events", "strict_mcp_config", "continue_conversation", "fork_session",
    "enable_file_checkpointing", "forward_subagent_text", "verbatim_prompts", "allowed_tools", "disallowed_tools", "betas", "add_dirs",
    "task_budget", "thinking", "skills", "sandbox", "plugins", "output_format", "extra_args",
    "session_store_flush", "load_timeout_ms")} | {"max_buffer_bytes": "max_buffer_size"}
# Option -> the SDK's type for each type of an object that it may be.
FORMS = {
    "system_prompt": {"preset": "SystemPromptPreset", "custom": "SystemPromptCustom", "file": "SystemPromptFile"},
    "tools": {"preset": "ToolsPreset"},
    "thinking": {"adaptive": "ThinkingConfigAdaptive", "enabled": "ThinkingConfigEnabled", "disabled": "ThinkingConfigDisabled"},
}
# Operation -> (the client's method, its arguments by neutral name).
CALLS = {
    "interrupt": ("interrupt", ()), "set_model": ("set_model", ("model",)), "server_info": ("get_server_info", ()),
    "set_permission_mode": ("set_permission_mode", ("mode",)), "mcp_status": ("get_mcp_status", ()),
    "get_context_usage": ("get_context_usage", ()), "stop_task": ("stop_task", ("task_id",)),
    "mcp_reconnect": ("reconnect_mcp_server", ("server",)), "mcp_toggle": ("toggle_mcp_server", ("server", "enabled")),
    "rewind_files": ("rewind_files", ("user_message_id",)), "disconnect": ("disconnect", ()),
}


def features():
    found = ["connect", "query", "receive", "prompt", "break", "task.end", "reconnect", "connect.twice", "prompt.stream", "prompt.pull",
             "receive.turn", "interrupt.answered", "concurrent.any", "context.task", "context.loop", "cancel.sdk"]
    found += [name for name, (method, _) in CALLS.items() if hasattr(Client, method)]
    callbacks = {"callback.can_use_tool": "can_use_tool" in OPTIONS, "callback.hook": bool(HOOK),
                 "callback.mcp_tool": hasattr(sdk, "create_sdk_mcp_server"), "callback.session_store": "session_store" in OPTIONS}
    found += [name for name, has in callbacks.items() if has]
    if any(callbacks.values()):
        found += ["callback.throws", "callback.unserializable", "callback.withdrawn", "context.callback"]
    return found + [name for name, option in {"stderr": "stderr", "env.add": "env"}.items() if option in OPTIONS]


def lacks(name, value):
    """Whether the SDK's type of an option has no such form of a value."""
    if name in FORMS and isinstance(value, dict):
        form = getattr(types, FORMS[name].get(value.get("type"), ""), None)
        return form is None or not set(value) <= set(form.__annotations__)
    if name == "plugins":
        form = getattr(types, "SdkPluginConfig", None)
        return form is not None and any(set(plugin) - set(form.__annotations__) for plugin in value)
    return name == "system_prompt" and isinstance(value, list)


def failure(error, method):
    """How an exception is reported: by the SDK's type first, documented text next."""
    names = [base.__name__ for base in type(error).__mro__]
    data = {"kind": kind_of(error, names, str(error), method), "type": names[0]}
    code = getattr(error, "exit_code", None)
    if isinstance(code, int):
        data |= {"exit_code": code} if code >= 0 else {"signal": signal.Signals(-code).name}
    if isinstance(getattr(error, "stderr", None), str):
        data["stderr"] = error.stderr
    return rpc.SDK_FAILED, str(error), data


def kind_of(error, names, text, method):
    by_type = {"CLINotFoundError": "cli_not_found", "CLIJSONDecodeError": "decode", "MessageParseError": "decode",
               "UnicodeDecodeError": "decode", "JSONDecodeError": "decode", "ResultError": "result_error",
               "ProcessError": "process_exit", "CancelledError": "cancelled", "Left": "cancelled", "UserError": "prompt_error", "TimeoutError": "timeout"}
    by_text = {"Control request timeout": "timeout", "Not connected": "not_connected", "Failed to start Claude Code": "spawn",
               "Working directory does not exist": "spawn", "ProcessTransport is not ready": "not_ready", "Failed to write": "not_ready",
               "Cannot write": "not_ready", "Refusing to execute": "invalid_option", "Failed to load settings": "invalid_option"}
    for name in names:
        if name in by_type:
            return by_type[name]
    for start, kind in by_text.items():
        if text.startswith(start):
            return kind
    if isinstance(error, (ValueError, TypeError)) and method in ("open", "connect", "prompt"):
        return "invalid_option"
    # The SDK raises the CLI's refusal of a control request as a bare Exception with the CLI's text.
    return "control_error" if type(error) is Exception and method not in ("receive", "query") else "other"
