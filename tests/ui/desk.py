"""The whole screen over a story, for tests: a real shell, real keys, a told client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from textual.pilot import Pilot

from tests.ui.stage import TRUE_COLOUR, text_of
from tests.ui.story import Story
from tests.ui.told_client import ToldClient
from tui_agent.core.commands import Command
from tui_agent.core.ports import Client
from tui_agent.ui.tui.arming import REST_SECONDS
from tui_agent.ui.tui.frame import Frame
from tui_agent.ui.tui.glyphs import UNICODE, Glyphs
from tui_agent.ui.tui.shell import Doors, Shell
from tui_agent.ui.tui.theme import choose_theme

WIDE = (120, 40)


@dataclass
class Desk:
    """A running screen."""

    shell: Shell
    pilot: Pilot[int]
    client: ToldClient

    @property
    def frame(self) -> Frame:
        assert isinstance(self.shell.rest, Frame)
        return self.shell.rest

    @property
    def commands(self) -> list[Command]:
        return self.client.commands

    def rows(self) -> list[str]:
        return text_of(self.shell)

    def text(self) -> str:
        return "\n".join(self.rows())

    def shows(self, words: str) -> bool:
        return words in self.text()

    async def until(self, seen: Callable[[], bool]) -> None:
        """Wait for something to be so."""
        for _ in range(400):
            if seen():
                await self.pilot.pause()
                return
            await asyncio.sleep(0.01)
        raise AssertionError("It did not come to be:\n" + self.text())

    async def drawn(self) -> None:
        """Wait for a frame with everything that was told."""
        self.client.tell()
        seq = self.client.story.records[-1].seq if self.client.story.records else 0
        frames = self.frame.live.frames
        await self.until(lambda: self.frame.state.seq == seq and self.frame.live.frames > frames)

    async def armed(self) -> None:
        """Wait until an answer may be given, though a story may have put that off."""
        if self.frame.arming.rest > REST_SECONDS:
            self.frame.arming.rest = REST_SECONDS
            self.frame.arming.key()
        await asyncio.sleep(REST_SECONDS)
        await self.until(lambda: self.frame.arming.armed)


@asynccontextmanager
async def at_desk(
    story: Story,
    *,
    size: tuple[int, int] = WIDE,
    theme: str = "dark",
    glyphs: Glyphs = UNICODE,
    doors: Doors | None = None,
    near: bool = False,
) -> AsyncIterator[Desk]:
    """Sit down before the screen of a story; `near`: its agent keeps the state itself."""
    client = ToldClient(story)
    if near:
        client.stand_near()

    async def connect() -> Client | None:
        return client

    given = replace(doors, connect=connect) if doors is not None else Doors(connect=connect)
    shell = Shell(given, choose_theme(theme, TRUE_COLOUR), glyphs=glyphs)
    async with shell.run_test(size=size) as pilot:
        desk = Desk(shell, pilot, client)
        await desk.until(lambda: isinstance(shell.rest, Frame) and shell.rest.live.frames > 0)
        seq = story.records[-1].seq if story.records else 0
        await desk.until(lambda: desk.frame.state.seq == seq)
        yield desk
