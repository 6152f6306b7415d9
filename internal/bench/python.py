"""Reads one turn with the official Python SDK and prints what it took, as the programs in the other languages do."""

import asyncio
import json
import resource
import sys
import time

from claude_agent_sdk import AssistantMessage, ClaudeAgentOptions, ClaudeSDKClient, ResultMessage, StreamEvent, TextBlock


async def main(cli: str, requests: int) -> None:
    options = ClaudeAgentOptions(cli_path=cli, max_buffer_size=1 << 30)
    async with ClaudeSDKClient(options) as client:
        began = time.perf_counter()
        for _ in range(requests):
            await client.set_model("m")
        asked = time.perf_counter() - began
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        await client.query("go")
        messages, size, first = 0, 0, 0.0
        async for message in client.receive_messages():
            first = first or time.perf_counter()
            if isinstance(message, AssistantMessage):
                messages += 1
                size += sum(len(b.text) for b in message.content if isinstance(b, TextBlock))
            elif isinstance(message, StreamEvent):
                messages += 1
                size += len(message.event["delta"]["text"])
            if isinstance(message, ResultMessage):
                break
        took = time.perf_counter() - first
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps({"messages": messages, "bytes": size, "seconds": took, "peak_kib": peak, "requests_seconds": asked}))


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
