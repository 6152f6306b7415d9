"""Drives the official Python SDK for wiretrial: the package claude-agent-sdk, or its older releases named claude-code-sdk.

It calls the SDK as a user of it would, knows no scenario, and looks for what the installed release offers instead of asking
for its version. What the SDK cannot do is refused, never imitated.
"""

import asyncio
import dataclasses
import os
import platform
import signal

import rpc
import wire
from reading import Reader
from rpc import Unsupported

try:
    import claude_agent_sdk as sdk
    from claude_agent_sdk import ClaudeAgentOptions as Options
except ImportError:
    import claude_code_sdk as sdk
    from claude_code_sdk import ClaudeCodeOptions as Options

Client = sdk.ClaudeSDKClient
OPTIONS = {field.name for field in dataclasses.fields(Options)}
HOOK = {field.name for field in dataclasses.fields(sdk.HookMatcher)} if hasattr(sdk, "HookMatcher") else set()
# Neutral option name -> the SDK's, for those whose value is handed over as it is.
PLAIN = {name: name for name in (
    "env", "model", "permission_mode", "system_prompt", "resume", "max_turns", "include_partial_messages", "tools",
    "setting_sources")} | {"max_buffer_bytes": "max_buffer_size"}
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
                 "callback.mcp_tool": hasattr(sdk, "create_sdk_mcp_server")}
    found += [name for name, has in callbacks.items() if has]
    if any(callbacks.values()):
        found += ["callback.throws", "callback.withdrawn", "context.callback"]
    return found + [name for name, option in {"stderr": "stderr", "env.add": "env"}.items() if option in OPTIONS]


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


class Session:
    """What the harness calls a client: the options, and the SDK's client or iterator made with them."""

    def __init__(self, name, channel, servers):
        self.name, self.channel, self.servers = name, channel, servers
        self.client = self.pulled = self.path = None
        self.left, self.reading, self.home = [], [], rpc.Context()
        self.home.task = channel.spawn(self.home.serve())

    def open(self, params):
        options, given = params.get("options") or {}, {}
        for name, value in options.items():
            if name in PLAIN and PLAIN[name] in OPTIONS:
                given[PLAIN[name]] = value
            elif hasattr(self, f"with_{name}"):
                given |= getattr(self, f"with_{name}")(value)
            else:
                raise Unsupported(name)
        if "cwd" in params:
            given["cwd"] = params["cwd"]
        cli_path = options.get("cli_path", params.get("cli_path"))
        if cli_path and "cli_path" in OPTIONS:
            given["cli_path"] = cli_path
        elif cli_path:  # early releases find the CLI on PATH only
            self.path = os.path.dirname(cli_path) + os.pathsep + os.environ.get("PATH", "")
        self.options = Options(**given)

    def with_cli_path(self, _):
        return {}

    def with_callbacks(self, names):
        unknown = [f"callbacks.{name}" for name in names if name != "can_use_tool" or name not in OPTIONS]
        if unknown:
            raise Unsupported(*unknown)
        return {name: self.can_use_tool for name in names}

    def with_hooks(self, hooks):
        matchers = {}
        for hook in hooks:
            timeout = {"timeout": hook["timeout_ms"] / 1000} if "timeout_ms" in hook else {}
            if not HOOK or timeout and "timeout" not in HOOK:
                raise Unsupported("hooks.timeout_ms" if HOOK else "hooks")
            matcher = sdk.HookMatcher(matcher=hook.get("matcher"), hooks=[self.hook(hook["id"])], **timeout)
            matchers.setdefault(hook["event"], []).append(matcher)
        return {"hooks": matchers}

    def with_mcp_servers(self, servers):
        if not hasattr(sdk, "create_sdk_mcp_server"):
            raise Unsupported("mcp_servers")
        return {"mcp_servers": {server["name"]: self.server(server) for server in servers}}

    def with_stderr(self, wish):
        if "stderr" not in OPTIONS:
            raise Unsupported("stderr")

        def stderr(line):
            if wish is not True:
                raise Exception(wish["raise"])
            self.channel.notify("stderr", client=self.name, text=line)
        return {"stderr": stderr}

    def server(self, server):
        shared = server.get("instance")
        if shared not in self.servers or shared is None:
            tools = [self.tool(server["name"], tool) for tool in server["tools"]]
            self.servers[shared] = sdk.create_sdk_mcp_server(server["name"], tools=tools)
        return self.servers[shared]

    def tool(self, server, tool):
        @sdk.tool(tool["name"], tool["description"], tool["inputSchema"])
        async def handler(arguments):
            answer = await self.ask("mcp_tool", {"server": server, "tool": tool["name"], "arguments": arguments})
            return {{"isError": "is_error"}.get(key, key): value for key, value in answer.items()}
        return handler

    def hook(self, name):
        async def hook(data, tool_use_id, context):
            args = {"hook": name, "input": data} | ({} if tool_use_id is None else {"tool_use_id": tool_use_id})
            answer = await self.ask("hook", args)
            return {{"continue": "continue_", "async": "async_"}.get(key, key): value for key, value in answer.items()}
        return hook

    async def can_use_tool(self, tool_name, data, context):
        args = {"suggestions": "permission_suggestions", "signal": None}
        extra = {args.get(key, key): wire.plain(value) for key, value in wire.fields(context).items() if value is not None}
        extra.pop(None, None)
        answer = await self.ask("can_use_tool", {"tool_name": tool_name, "input": data, **extra})
        if answer["behavior"] == "deny":
            return sdk.PermissionResultDeny(**{key: answer[key] for key in ("message", "interrupt") if key in answer})
        given = {"updated_input": answer["updatedInput"]} if "updatedInput" in answer else {}
        if "updatedPermissions" in answer:
            given["updated_permissions"] = [wire.permission_update(sdk.types, item) for item in answer["updatedPermissions"]]
        return sdk.PermissionResultAllow(**given)

    async def ask(self, name, args):
        return await self.channel.ask("callback", client=self.name, name=name, args=args)

    def prompt_of(self, prompt):
        async def stream():
            while "item" in (answer := await self.channel.ask("prompt.next", client=self.name, stream=prompt["stream"])):
                yield answer["item"]
        return stream() if isinstance(prompt, dict) else prompt

    def start(self):
        if self.path:
            os.environ["PATH"] = self.path
        self.client = self.client or Client(self.options)
        return self.client

    def forward(self, operation, message):
        value, native = wire.message(message)
        note = {"client": self.name, "op": operation.id, "message": value} | ({"native": native} if native else {})
        try:
            self.channel.notify("message", **note)
        except (ValueError, TypeError, RecursionError) as error:  # such as NaN, which JSON has not
            self.channel.notify("message", **{**note, "message": {"type": "x-unmapped"}, "native": f"{type(message).__name__}: {error}"})

    async def connect(self, operation, params):
        await self.start().connect(*([self.prompt_of(params["prompt"])] if "prompt" in params else []))
        return {}

    async def query(self, operation, params):
        await self.start().query(self.prompt_of(params["prompt"]), *([params["session_id"]] if "session_id" in params else []))
        return {}

    async def prompt(self, operation, params):
        if self.path:
            os.environ["PATH"] = self.path
        messages, count = sdk.query(prompt=self.prompt_of(params["prompt"]), options=self.options), 0
        if params.get("pull"):
            self.pulled = Reader(messages)
            return {}
        async for message in messages:
            self.forward(operation, message)
            count += 1
            if count == params.get("until"):
                break
        else:
            return {"count": count, "end": "eof"}
        return {"count": count, "end": "count"}

    def fresh(self, turn):
        return Reader(self.start().receive_response() if turn else self.start().receive_messages(), turn)

    async def receive(self, operation, params):
        until, count, last = params["until"], 0, None
        turn = until == "result" and not self.pulled
        left = next((reader for reader in self.left if reader.loop is asyncio.get_running_loop()), None)
        if left:
            self.left.remove(left)
        reader = self.pulled or left or self.fresh(turn)
        self.reading.append(reader)
        try:
            while count != until:
                try:
                    message = await reader.next()
                except StopAsyncIteration:
                    return {"count": count, "end": "result" if turn and last == "ResultMessage" else "eof"}
                self.forward(operation, message)
                count, last = count + 1, type(message).__name__
                if until == "result" and last == "ResultMessage" and not (reader.turn and reader is not left):
                    return {"count": count, "end": "result"}
                if reader is left:  # its one begun read is done: read on as a new loop does
                    self.reading[self.reading.index(left)] = reader = self.fresh(turn)
                    await left.leave()
            return {"count": count, "end": "count"}
        finally:
            self.reading.remove(reader)
            if reader.asked:
                self.left.append(reader)
            elif reader is not self.pulled:
                reader.task.cancel()

    async def leave(self, operation, params):
        """Leaves the loop: in the task that reads, or from the one that `on` names, as `aclose` of a hand-read iterator."""
        if self.pulled and params.get("on"):
            await self.pulled.iterator.aclose()
        for reader in {*self.reading, *self.left, *([self.pulled] if self.pulled else [])}:
            await reader.leave()
        self.left = []
        return {}

    async def call(self, operation, params):
        method, names = CALLS[operation.method]
        value = await getattr(self.start(), method)(*[params[name] for name in names if name in params])
        return {"value": value} if operation.method != "disconnect" else {}

    async def close(self):
        """Lets go of everything; the SDK is not told."""
        self.home.put(None)
        for reader in {*self.left, *([self.pulled] if self.pulled else [])}:
            reader.task.cancel()


class Adapter:
    """Answers the harness's requests."""

    def __init__(self):
        self.channel, self.sessions, self.servers = rpc.Channel(failure), {}, {}
        self.features = set(features())

    async def serve(self):
        await self.channel.serve(self.dispatch)

    def dispatch(self, message):
        operation = rpc.Operation(self.channel, message, self.handle)
        session = self.sessions.get(operation.params.get("client"))
        # connect and disconnect belong in one task, as `async with` has them, unless it is busy.
        own = session and operation.method in ("connect", "disconnect") and session.home.idle
        self.channel.start(operation, session.home if own else None)

    async def handle(self, operation, params):
        method = operation.method
        if method in ("hello", "alive", "open", "close"):
            return await getattr(self, method)(params)
        if method not in self.features:
            raise rpc.UnknownMethod(f"the SDK has no {method}")
        if params["client"] not in self.sessions:
            raise rpc.Fault(f"client {params['client']!r} is not open")
        if method == "task.end":
            return await self.channel.end(*params["on"].split(":", 1))
        session = self.sessions[params["client"]]
        handler = session.leave if method == "break" else session.call if method in CALLS else getattr(session, method)
        return await handler(operation, params)

    async def hello(self, params):
        return {"protocol": 1, "adapter": {"name": "python", "version": "1"}, "features": sorted(self.features), "chatter": [],
                "sdk": {"name": sdk.__name__.replace("_", "-"), "version": sdk.__version__, "language": "python",
                        "runtime": f"{platform.python_implementation()} {platform.python_version()}"},
                "idiom": "async for over receive_messages(), receive_response() or query(); control calls from other tasks of the loop"}

    async def alive(self, params):
        return {}

    async def open(self, params):
        session = Session(params["client"], self.channel, self.servers)
        session.open(params)
        self.sessions[params["client"]] = session
        return {}

    async def close(self, params):
        session = self.sessions.pop(params["client"], None)
        await self.channel.abandon(params["client"])
        if session:
            await session.close()
        if not self.sessions:
            self.servers.clear()
            await self.channel.end_all()
        return {}


if __name__ == "__main__":
    rpc.run(Adapter().serve)
