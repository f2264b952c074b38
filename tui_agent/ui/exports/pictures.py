"""A session as pictures: the replay's own screen, one as SVG, or all of them as a cast.

The replay runs as it does in a terminal, only that nobody watches: what it would write to the
terminal is kept, and is the cast: asciicast v2, a header, then `[seconds, "o", text]` a line.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any

from rich.console import Console
from textual import events
from textual.app import App
from textual.driver import Driver
from textual.geometry import Size
from textual.pilot import Pilot

from tui_agent.core.masking import Masked
from tui_agent.core.state.stops import Stop
from tui_agent.ui.tui.glyphs import UNICODE
from tui_agent.ui.tui.screens.replay import ReplayApp, Start
from tui_agent.ui.tui.theme import Theme, choose_theme

WIDE = (120, 40)
SHORTEST, LONGEST = 0.4, 2.0
"""Seconds that a step of a cast is shown, at the normal speed."""
_FONT = re.compile(r"@font-face\s*\{[^}]*\}\s*")
_TRUE_COLOUR = {"COLORTERM": "truecolor"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the pictures are taken."""

    size: tuple[int, int] = WIDE
    """Columns and rows."""
    theme: str = "dark"
    at: str = ""
    """The step of the one picture; empty: the last."""
    speed: float = 1.0
    max_pause: float = LONGEST


class _Kept(Driver):
    """A terminal that keeps what is written to it and never answers."""

    told: Callable[[str], None] | None = None

    def write(self, data: str) -> None:
        """Keep it."""
        if self.told is not None:
            self.told(data)

    def start_application_mode(self) -> None:
        """Say how large the terminal is."""
        size = Size(*(self._size or WIDE))
        asyncio.get_running_loop().call_soon(self._app.post_message, events.Resize(size, size))

    def disable_input(self) -> None:
        """There is no input."""

    def stop_application_mode(self) -> None:
        """There is nothing to restore."""


def as_svg(session: Masked, manner: Manner) -> str:
    """Return the picture of one step. Raises LookupError where there is no such step."""
    taken: list[str] = []

    async def take(pilot: Pilot[Any], app: ReplayApp) -> None:
        if not manner.at:
            app.replay_screen.act("replay.last")
        await _drawn(pilot, app)
        taken.append(app.export_screenshot(title="agent replay"))

    _shown(session, manner, take)
    # The font would be fetched from elsewhere; every reader has one of its own.
    return _FONT.sub("", taken[0])


def as_cast(session: Masked, manner: Manner) -> str:
    """Return every step as a recording for a player of asciicast v2."""
    columns, rows = manner.size
    lines = [
        json.dumps(
            {
                "version": 2,
                "width": columns,
                "height": rows,
                "env": {"TERM": "xterm-256color"},
                "title": "agent replay",
            }
        )
    ]
    written: list[str] = []
    clock = 0.0

    def flush() -> None:
        text = "".join(written)
        written.clear()
        if text:
            lines.append(json.dumps([round(clock, 3), "o", text], ensure_ascii=False))

    async def take(pilot: Pilot[Any], app: ReplayApp) -> None:
        nonlocal clock
        await _drawn(pilot, app)
        flush()
        replay = app.replay_screen.replay
        for number in range(1, len(replay.stops)):
            clock += _pause(replay.stops, number, manner)
            app.replay_screen.act("replay.next")
            await _drawn(pilot, app)
            flush()
        clock += LONGEST

    _shown(session, manner, take, written.append)
    # What was written last restores the terminal: a player has its own.
    return "\n".join(lines) + "\n"


def _pause(stops: Sequence[Stop], number: int, manner: Manner) -> float:
    try:
        one, other = (datetime.fromisoformat(stops[at].ts) for at in (number - 1, number))
        passed = (other - one).total_seconds()
    except ValueError:
        passed = SHORTEST
    shortest = min(SHORTEST, manner.max_pause)
    return max(shortest, min(passed / manner.speed, manner.max_pause))


async def _drawn(pilot: Pilot[Any], app: ReplayApp) -> None:
    """Wait until files and answers are loaded and everything is drawn."""
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


def _shown(
    session: Masked,
    manner: Manner,
    take: Callable[[Pilot[Any], ReplayApp], object],
    told: Callable[[str], None] | None = None,
) -> None:
    """Show the replay to nobody, and let `take` go through it."""
    app = ReplayApp(
        session.records,
        load=session.load,
        look=_look(manner),
        glyphs=UNICODE,
        start=Start(at=manner.at),
    )

    async def piloted(pilot: Pilot[Any]) -> None:
        done = take(pilot, app)
        if asyncio.iscoroutine(done):
            await done
        app.exit(0)

    show_nobody(app, manner.size, piloted, told)


def show_nobody(
    app: App[Any],
    size: tuple[int, int],
    piloted: Callable[[Pilot[Any]], Coroutine[Any, Any, None]],
    told: Callable[[str], None] | None = None,
) -> None:
    """Run an application with nobody at the terminal; `told` gets what would be written to it."""
    driver = type("Kept", (_Kept,), {"told": staticmethod(told) if told is not None else None})
    app.driver_class = driver
    app.console = Console(
        file=StringIO(),
        color_system="truecolor",
        force_terminal=True,
        legacy_windows=False,
        markup=False,
    )
    asyncio.run(app.run_async(size=size, mouse=False, auto_pilot=piloted))


def _look(manner: Manner) -> Theme:
    return choose_theme(manner.theme, _TRUE_COLOUR)
