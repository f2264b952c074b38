"""A client whose agent is a story, for screens that are looked at without a program behind them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from tests.ui.story import Story
from tui_agent.core.commands import Command
from tui_agent.core.events import Record
from tui_agent.core.state import Session, apply, fold


class ToldClient:
    """A client whose agent is a story: the past at once, then what `tell` gives; keeps commands."""

    def __init__(self, story: Story) -> None:
        """Begin with what the story holds now."""
        self.story = story
        self.commands: list[Command] = []
        self._queue: asyncio.Queue[Record | None] = asyncio.Queue()
        for record in story.records:
            self._queue.put_nowait(record)
        self._told = len(story.records)
        self.heard = 0
        """Records that were asked for."""
        self.state: Session | None = None
        """Of an agent that is near: as the story holds it."""

    def stand_near(self) -> None:
        """Keep the state as an agent of this process does, ahead of what has been asked for."""
        self.state = fold(self.story.records)

    def tell(self) -> None:
        """Publish what the story has gained."""
        for record in self.story.records[self._told :]:
            if self.state is not None:
                apply(self.state, record)
            self._queue.put_nowait(record)
        self._told = len(self.story.records)

    def close(self) -> None:
        """End the stream of events."""
        self._queue.put_nowait(None)

    def send(self, command: Command) -> None:
        """Keep the command."""
        self.commands.append(command)

    async def events(self) -> AsyncIterator[Record]:
        """Give records as they are told."""
        while (record := await self._queue.get()) is not None:
            self.heard += 1
            yield record

    async def blob(self, sha: str) -> bytes:
        """Load a payload."""
        return self.story.blobs[sha]
