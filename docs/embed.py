"""The engine in a program of your own: two messages, of which the second knows the first.

    python docs/embed.py anthropic/claude-sonnet-4-5
    python docs/embed.py script:FILE

What a front end needs is a client: `send(command)`, `events()`, `blob(sha)`. An agent is one.
Nobody is there to be asked here, so that whatever would ask is denied and said to be.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tui_agent.adapters.models.start import start_host
from tui_agent.core.commands import Submit
from tui_agent.core.events import ModelResponded, Record
from tui_agent.ui.commands.typed import Options
from tui_agent.ui.text import Paper
from tui_agent.wiring.world import Wiring

MESSAGES = ("My favourite number is 17. Say yes.", "Which number is my favourite?")


async def listen(records: asyncio.Queue[Record]) -> str:
    """Return the text of the next answer."""
    while True:
        event = (await records.get()).event
        if isinstance(event, ModelResponded):
            return str(event.text)


async def converse(model: str) -> None:
    """Send both messages and print what is said."""
    options = Options(record=False, settings=(("model", "embed", model),))
    hosts = {}
    if not model.startswith("script:"):
        hosts = {name: start_host(name, os.environ) for name in ("direct", "litellm")}
    wiring = Wiring(options, os.environ, Paper(os.environ), cwd=Path.cwd(), hosts=hosts)
    records: asyncio.Queue[Record] = asyncio.Queue()

    async def follow() -> None:
        async for record in opened.agent.events():
            records.put_nowait(record)

    try:
        opened = await wiring.open(attended=False)
        following = asyncio.create_task(follow())
        for message in MESSAGES:
            opened.agent.send(Submit(text=message))
            print(f"> {message}\n{await listen(records)}")
            await opened.agent.wait_idle()
        following.cancel()
        await opened.agent.close()
    finally:
        await wiring.close()


if __name__ == "__main__":
    asyncio.run(converse(*sys.argv[1:2]))
