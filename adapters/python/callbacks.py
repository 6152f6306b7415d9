"""The user's callbacks, which ask the harness for what they answer, in the spelling that the SDK documents."""

import dataclasses

import wire
from offers import HOOK, OPTIONS, sdk, types
from rpc import Unserializable, Unsupported


class Callbacks:
    """One client's callbacks, as values of the SDK's options. servers are the in-process servers that clients share, by instance."""

    def __init__(self, client, channel, servers):
        self.client, self.channel, self.servers = client, channel, servers

    def callbacks(self, names):
        unknown = [f"callbacks.{name}" for name in names if name != "can_use_tool" or name not in OPTIONS]
        if unknown:
            raise Unsupported(*unknown)
        return {name: self.can_use_tool for name in names}

    def hooks(self, hooks):
        matchers = {}
        for hook in hooks:
            extra = {"timeout": hook["timeout_ms"] / 1000} if "timeout_ms" in hook else {}
            extra |= {"on_failure": hook["on_failure"]} if "on_failure" in hook else {}
            if not HOOK or not extra.keys() <= HOOK:
                raise Unsupported(*[f"hooks.{name}" for name in extra.keys() - HOOK] if HOOK else ["hooks"])
            matcher = types.HookMatcher(matcher=hook.get("matcher"), hooks=[self.hook(hook["id"])], **extra)
            matchers.setdefault(hook["event"], []).append(matcher)
        return {"hooks": matchers}

    def mcp_servers(self, servers):
        if not hasattr(sdk, "create_sdk_mcp_server"):
            raise Unsupported("mcp_servers")
        return {server["name"]: self.server(server) for server in servers}

    def external_mcp_servers(self, servers):
        if "mcp_servers" not in OPTIONS:
            raise Unsupported("external_mcp_servers")
        return servers

    def agents(self, agents):
        if "agents" not in OPTIONS:
            raise Unsupported("agents")
        fields = {field.name for field in dataclasses.fields(types.AgentDefinition)}
        lacking = {name for agent in agents.values() for name in agent} - fields
        if lacking:
            raise Unsupported(*[f"agents.{name}" for name in sorted(lacking)])
        return {"agents": {name: types.AgentDefinition(**agent) for name, agent in agents.items()}}

    def stderr(self, wish):
        if "stderr" not in OPTIONS:
            raise Unsupported("stderr")

        raises = [] if wish is True else [wish["raise"]]

        def stderr(line):
            self.channel.notify("stderr", client=self.client, text=line)
            if raises:  # on the first line only
                raise Exception(raises.pop())
        return {"stderr": stderr}

    def session_store(self, methods):
        """A store with these methods and no other, as the SDK asks a store what it has."""
        if "session_store" not in OPTIONS:
            raise Unsupported("session_store")

        async def append(_, key, entries):
            await self.ask("session_store", {"method": "append", "key": key, "entries": entries})

        async def load(_, key):
            return (await self.ask("session_store", {"method": "load", "key": key}))["entries"]

        async def list_sessions(_, project_key):
            return (await self.ask("session_store", {"method": "list_sessions", "project_key": project_key}))["sessions"]

        async def list_subkeys(_, key):
            return (await self.ask("session_store", {"method": "list_subkeys", "key": key}))["subkeys"]

        has = {call.__name__: call for call in (append, load, list_sessions, list_subkeys) if call.__name__ in methods}
        return {"session_store": type("Store", (), has)()}

    def server(self, server):
        shared = server.get("instance")
        if shared not in self.servers or shared is None:
            tools = [self.tool(server["name"], tool) for tool in server["tools"]]
            self.servers[shared] = sdk.create_sdk_mcp_server(server.get("own_name", server["name"]), tools=tools)
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
            try:
                answer = await self.ask("hook", args)
            except Unserializable:
                return {"systemMessage": object()}
            return answer and {{"continue": "continue_", "async": "async_"}.get(key, key): value for key, value in answer.items()}
        return hook

    async def can_use_tool(self, tool_name, data, context):
        args = {"suggestions": "permission_suggestions", "signal": None}
        extra = {args.get(key, key): wire.plain(value) for key, value in wire.fields(context).items() if value is not None}
        extra.pop(None, None)
        try:
            answer = await self.ask("can_use_tool", {"tool_name": tool_name, "input": data, **extra})
        except Unserializable:
            return types.PermissionResultAllow(updated_input={"n": object()})
        if answer["behavior"] == "deny":
            return types.PermissionResultDeny(**{key: answer[key] for key in ("message", "interrupt") if key in answer})
        given = {"updated_input": answer["updatedInput"]} if "updatedInput" in answer else {}
        if "updatedPermissions" in answer:
            given["updated_permissions"] = [wire.permission_update(types, item) for item in answer["updatedPermissions"]]
        return types.PermissionResultAllow(**given)

    async def ask(self, name, args):
        return await self.channel.ask("callback", client=self.client, name=name, args=args)
