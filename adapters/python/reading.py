"""Reading an async iterator a message at a time and only on demand, so that a cancelled receive loses nothing."""

import asyncio


class Left(Exception):
    """The loop that this receive was reading in was left by another operation."""


class Reader:
    """Reads one iterator in one task: a read that was begun outlives the receive that wanted it."""

    def __init__(self, iterator, turn=False):
        self.iterator, self.turn = iterator, turn
        self.loop, self.asked = asyncio.get_running_loop(), False
        self.wanted, self.got = asyncio.Event(), asyncio.Queue()
        self.task = self.loop.create_task(self.run())

    async def run(self):
        try:
            while await self.wanted.wait():
                self.wanted.clear()
                self.got.put_nowait((await anext(self.iterator), None))
        except BaseException as error:
            self.got.put_nowait((None, error))
        finally:
            await self.iterator.aclose()

    async def next(self):
        """The next message, or what the iterator raised; may be cancelled and called again."""
        if self.task.done() and self.got.empty():
            raise StopAsyncIteration
        if not self.asked:
            self.asked = True
            self.wanted.set()
        message, error = await self.got.get()
        self.asked = False
        if isinstance(error, asyncio.CancelledError):
            raise Left("the loop was left")
        if error is not None:
            raise error
        return message

    async def leave(self):
        """Leaves the loop in the task that reads, and closes the iterator there."""
        self.task.cancel()
        await asyncio.wait([self.task])
