"""The harness's side of a Python adapter: JSON-RPC 2.0, one object a line, and where operations run.

It knows the adapter contract and no SDK. Everything about an SDK is in adapter.py.
"""

import asyncio
import contextlib
import itertools
import json
import os
import sys
import threading

import anyio

UNKNOWN_METHOD, INVALID_PARAMS, SDK_FAILED, ADAPTER_FAULT, CALLBACK_FAILS, CALLBACK_ODD = -32601, -32602, -32000, -32002, -32050, -32051


class Unsupported(Exception):
    """The SDK has no such option or parameter; args are their names."""


class UnknownMethod(Exception):
    """The SDK has no such operation."""


class UserError(Exception):
    """What the harness wants the user's callback or prompt stream to raise."""


class Unserializable(Exception):
    """The harness wants the user's callback to answer with a value that JSON has not."""


class Fault(Exception):
    """The adapter or the harness is at fault, not the SDK."""


class Context:
    """Runs operations one after another in the task that serves it."""

    def __init__(self):
        self.loop, self.queue, self.task = asyncio.get_running_loop(), asyncio.Queue(), None
        self.waiting, self.ended = 0, False

    @property
    def idle(self):
        return self.waiting == 0

    def put(self, item):
        """Hands over an operation, or anything else to end serving with; safe from any thread."""
        self.waiting += 1
        self.loop.call_soon_threadsafe(self.queue.put_nowait, item)

    async def serve(self):
        """Runs operations until something else comes, and returns that."""
        try:
            while isinstance(item := await self.queue.get(), Operation):
                await item.run()
                self.waiting -= 1
            return item
        finally:
            self.ended = True
            while not self.queue.empty():
                if isinstance(item := self.queue.get_nowait(), Operation):
                    item.fail(ADAPTER_FAULT, "the task that was to run this has ended")

    async def serve_in_group(self):
        """Serves inside a task group of its own, as a program's request handler would."""
        async with anyio.create_task_group():
            await self.serve()


class Operation:
    """One request of the harness: settled exactly once."""

    def __init__(self, channel, message, handler):
        self.channel, self.id, self.handler = channel, message["id"], handler
        self.method, self.params = message["method"], message.get("params") or {}
        self.loop = self.task = None
        self.cancelled, self.settled, self.done = False, False, asyncio.Event()

    async def run(self):
        if self.settled:
            return
        self.loop, self.task = asyncio.get_running_loop(), asyncio.current_task()
        try:
            self.settle({"result": await self.handler(self, self.params)})
        except asyncio.CancelledError as error:
            self.fail(SDK_FAILED, "cancelled", {"kind": "cancelled", "type": type(error).__name__})
            if not self.cancelled:
                raise  # the SDK or the loop's end cancels this task, not the harness
            if hasattr(self.task, "uncancel"):
                self.task.uncancel()
        except Unsupported as error:
            self.fail(INVALID_PARAMS, f"no such option: {', '.join(error.args)}", {"unsupported": list(error.args)})
        except UnknownMethod as error:
            self.fail(UNKNOWN_METHOD, str(error))
        except Fault as error:
            self.fail(ADAPTER_FAULT, str(error))
        except BaseException as error:
            self.fail(*self.channel.failure(error, self.method))

    def settle(self, outcome):
        if not self.settled:
            self.settled = True
            self.channel.running.pop(self.id, None)
            self.channel.send({"id": self.id, **outcome})
            self.channel.loop.call_soon_threadsafe(self.done.set)

    def fail(self, code, message, data=None):
        self.settle({"error": {"code": code, "message": message[:65536], "data": data or {}}})

    def cancel(self):
        """Cancels the task that runs this, as a user would; safe from any thread."""
        self.cancelled = True
        if self.task is None:
            self.fail(SDK_FAILED, "cancelled before it began", {"kind": "cancelled"})
        else:
            self.loop.call_soon_threadsafe(lambda: None if self.settled else self.task.cancel())


class Channel:
    """The connection to the harness. failure(error, method) tells how an exception is reported."""

    def __init__(self, failure):
        self.failure, self.running, self.asked, self.contexts, self.tasks = failure, {}, {}, {}, set()
        self.ids, self.lock = itertools.count(1), threading.Lock()
        self.input, self.output = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
        with open(os.devnull, "rb") as null:
            os.dup2(null.fileno(), 0)
        os.dup2(2, 1)

    def send(self, message):
        line = json.dumps({"jsonrpc": "2.0", **message}, allow_nan=False).encode() + b"\n"
        with self.lock, contextlib.suppress(BrokenPipeError):  # a harness that has gone needs no answer
            while line:
                line = line[self.output.write(line):]

    def notify(self, method, **params):
        self.send({"method": method, "params": params})

    async def ask(self, method, **params):
        """Asks the harness, and meanwhile runs the operations that it wants inside this callback."""
        name, inbox = f"a{next(self.ids)}", Context()
        self.asked[name] = inbox
        self.send({"id": name, "method": method, "params": params})
        try:
            answer = await inbox.serve()
        except BaseException:
            self.notify("$/cancelRequest", id=name)
            raise
        finally:
            del self.asked[name]
        if "error" in answer and answer["error"]["code"] == CALLBACK_ODD:
            raise Unserializable
        if "error" in answer:
            raise UserError(answer["error"]["message"])
        return answer["result"]

    def start(self, operation, home=None):
        """Begins an operation where its `on` says, in `home` or in a task of its own."""
        self.running[operation.id] = operation
        on = operation.params.get("on") if operation.method != "task.end" else None
        kind, _, name = (on or "").partition(":")
        if not kind:
            return home.put(operation) if home else self.spawn(operation.run())
        if kind == "callback" and name in self.asked:
            return self.asked[name].put(operation)
        if kind not in ("task", "loop"):
            return operation.fail(INVALID_PARAMS, f"no context {kind}:{name}", {"unsupported": ["on"]})
        self.context(kind, name).put(operation)

    def context(self, kind, name):
        context = self.contexts.get((kind, name))
        if context is None or context.ended:
            context = self.contexts[kind, name] = Context() if kind == "task" else self.thread()
            if kind == "task":
                context.task = self.spawn(context.serve_in_group())
        return context

    def thread(self):
        """A context on an event loop and a thread of its own."""
        made = []
        ready = threading.Event()

        async def serve():
            made.append(Context())
            ready.set()
            await made[0].serve()

        threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
        ready.wait()
        return made[0]

    async def end(self, kind, name):
        """Ends a named task, with the group or loop that it ran in."""
        context = self.contexts.pop((kind, name), None)
        if context is None:
            raise Unsupported("on")
        context.put(None)
        if kind == "task":
            await asyncio.shield(context.task)

    async def end_all(self):
        """Ends every named task and thread."""
        while self.contexts:
            self.contexts.popitem()[1].put(None)

    async def abandon(self, client):
        """Cancels what is in flight for a client; what does not end soon is answered all the same."""
        mine = [operation for operation in self.running.values()
                if operation.params.get("client") == client and operation.method != "close"]
        for operation in mine:
            operation.cancel()
        if mine:
            await asyncio.wait([self.spawn(operation.done.wait()) for operation in mine], timeout=2)
        for operation in mine:
            operation.fail(SDK_FAILED, "cancelled at close", {"kind": "cancelled"})

    def spawn(self, coroutine):
        task = asyncio.get_running_loop().create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def serve(self, dispatch):
        """Reads lines until the harness closes the channel; dispatch(message) begins a request."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        self.loop = loop

        def read():
            for line in self.input:
                loop.call_soon_threadsafe(self.receive, line, dispatch)
            loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=read, daemon=True).start()
        await ended.wait()

    def receive(self, line, dispatch):
        message = json.loads(line)
        if message.get("method") == "$/cancelRequest":
            if operation := self.running.get(message["params"]["id"]):
                operation.cancel()
        elif "method" in message:
            dispatch(message)
        elif inbox := self.asked.get(message["id"]):
            inbox.put(message)


def run(main):
    """Runs main() and leaves as a program does, so that the SDK's exit hooks run, but within five seconds."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(main())
    if rest := asyncio.all_tasks(loop):
        for task in rest:
            task.cancel()
        loop.run_until_complete(asyncio.wait(rest, timeout=3))
    loop.run_until_complete(asyncio.wait([loop.create_task(loop.shutdown_asyncgens())], timeout=1))
    sys.exit(0)
