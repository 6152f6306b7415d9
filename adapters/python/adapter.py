"""Drives the official Python SDK for wiretrial.

It calls the SDK as a user of it would, knows no scenario, and looks for what the installed release offers instead of asking
for its version. What the SDK cannot do is refused, never imitated.
"""

import asyncio
import os
import platform

import anyio

import rpc
import wire
from callbacks import Callbacks
from offers import CALLS, OPTIONS, PLAIN, Client, Options, failure, features, lacks, sdk
from reading import Reader
from rpc import Unsupported


def path_to(folder):
    """PATH with this folder's claude and no other: early releases look for the CLI there and nowhere else."""
    others = [each for each in os.environ.get("PATH", "").split(os.pathsep) if not os.path.exists(os.path.join(each, "claude"))]
    return os.pathsep.join([folder, *others])


async def cancelled(call):
    """Makes a call in a scope that was cancelled before."""
    with anyio.CancelScope() as scope:
        scope.cancel()
        return await call
    raise asyncio.CancelledError("the scope was cancelled")


class Session:
    """What the harness calls a client: the options, and the SDK's client or iterator made with them."""

    def __init__(self, name, channel, servers):
        self.name, self.channel, self.callbacks = name, channel, Callbacks(name, channel, servers)
        self.client = self.pulled = self.path = None
        self.left, self.reading = [], []

    def open(self, params):
        options, given = params.get("options") or {}, {}
        for name, value in options.items():
            if name in PLAIN and PLAIN[name] in OPTIONS and not lacks(name, value):
                given[PLAIN[name]] = value
            elif name in ("callbacks", "hooks", "stderr", "agents", "session_store"):
                given |= getattr(self.callbacks, name)(value)
            elif name in ("mcp_servers", "external_mcp_servers"):
                given["mcp_servers"] = given.get("mcp_servers", {}) | getattr(self.callbacks, name)(value)
            elif name != "cli_path":
                raise Unsupported(name)
        if "cwd" in params:
            given["cwd"] = params["cwd"]
        cli_path = options.get("cli_path", params.get("cli_path"))
        if cli_path and "cli_path" in OPTIONS:
            given["cli_path"] = cli_path
        elif cli_path:
            self.path = path_to(os.path.dirname(cli_path))
        self.options = Options(**given)
        self.home = rpc.Context()
        self.channel.spawn(self.home.serve())

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
        lacking = [name for name in params if name not in (*names, "client", "on")]
        if lacking:
            raise Unsupported(*lacking)
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
            await self.channel.end(*params["on"].split(":", 1))
            return {}
        session = self.sessions[params["client"]]
        handler = session.leave if method == "break" else session.call if method in CALLS else getattr(session, method)
        if params.get("cancelled"):
            return await cancelled(handler(operation, params))
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
