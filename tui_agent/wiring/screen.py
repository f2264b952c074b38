"""The full screen over a session, and what the person goes on to after it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

from tui_agent.ui.tui.chrome import Status
from tui_agent.ui.tui.glyphs import Glyphs, choose_glyphs
from tui_agent.ui.tui.keymap import Keymap, KeymapError, build_keymap
from tui_agent.ui.tui.shell import Shell
from tui_agent.ui.tui.theme import Theme, choose_theme
from tui_agent.ui.tui.theme_file import ThemeError
from tui_agent.wiring.appearance import appearance_of
from tui_agent.wiring.hosts import model_hosts
from tui_agent.wiring.looks import own_themes

if TYPE_CHECKING:
    from tui_agent.wiring.around import Around

USAGE = 2
INTERRUPTED = 130
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 1.0
"""Seconds of leaving in order after which being told once more to end means at once."""


def screen(around: Around) -> int:
    """Run the session on the full screen and return the exit status."""
    try:
        begin = _beginning(around)
    except (ThemeError, KeymapError) as error:
        around.paper.say(f"The settings cannot be used: {error}")
        return USAGE
    status, then = asyncio.run(_run(around, begin))
    match then:
        case ("demo",):
            from tui_agent.wiring.demo import demo

            return demo(around.paper, by_itself=False)
        case ("key", place):
            if place != "run":
                from tui_agent.wiring.keys import keep_pasted

                keep_pasted(around, place)
            model_hosts("", list(around.options.argv))
    return status


def preload(around: Around) -> None:
    """Import what opening a session needs, and close our processes to others of the user."""
    from tui_agent.adapters.processes.model_hosts import harden

    harden()
    from tui_agent.wiring.ahead import load, secure

    secure(around, load)


@dataclass(frozen=True, eq=False)
class _Beginning:
    """What the first paint needs."""

    look: Theme
    keymap: Keymap
    glyphs: Glyphs
    mode: str


def _beginning(around: Around) -> _Beginning:
    """Return it. Raises ThemeError, KeymapError, SettingsError."""
    wanted = appearance_of(around)
    return _Beginning(
        look=choose_theme(wanted.theme, around.environ, own_themes(around)),
        keymap=build_keymap(wanted.keymap, wanted.keys),
        glyphs=choose_glyphs(wanted.glyphs, around.environ),
        mode=wanted.mode,
    )


async def _run(around: Around, begin: _Beginning) -> tuple[int, tuple[str, ...]]:
    """Show one session after the other, until the person leaves; say what they go on to."""
    try:
        while True:
            status, then = await _session_or_choice(around, begin)
            from tui_agent.wiring.going_on import goes_on

            if not await goes_on(around, then):
                return status, then
    finally:
        await around.close()


async def _session_or_choice(around: Around, begin: _Beginning) -> tuple[int, tuple[str, ...]]:
    """Show a session; where one is to be chosen first, the list of them, and record nothing."""
    wanted = around.options
    if not wanted.pick:
        return await _session(around, begin)
    around.options = replace(wanted, record=False)
    status, then = await _session(around, begin)
    around.options = replace(wanted, pick=False)
    around.__dict__.pop("loaded", None)  # The settings are read again, without what chose a model.
    return status, then


async def _session(around: Around, begin: _Beginning) -> tuple[int, tuple[str, ...]]:
    from tui_agent.wiring.screen_doors import Opening

    opening = Opening(around)
    shell = Shell(
        opening.doors(),
        begin.look,
        glyphs=begin.glyphs,
        keymap=begin.keymap,
        status=Status(repository=around.root.name, mode=begin.mode),
    )
    with _told_to_end(shell):
        try:
            status = await shell.run_async()
        finally:
            await opening.close()
    if opening.failure is not None:
        raise opening.failure
    if shell.return_code:
        return shell.return_code, ()
    if not shell.then and not status:
        _say_how_to_come_back(around, shell)
    return status or 0, shell.then


@contextmanager
def _told_to_end(shell: Shell) -> Iterator[None]:
    """Leave in order when a signal says so: the terminal is given back, a turn suspended."""
    loop, since = asyncio.get_running_loop(), 0.0

    def end() -> None:
        nonlocal since
        if since and monotonic() > since + PATIENCE:
            raise KeyboardInterrupt
        since = since or monotonic()
        shell.exit(INTERRUPTED)

    for number in _ENDS:
        loop.add_signal_handler(number, end)
    try:
        yield
    finally:
        for number in _ENDS:
            loop.remove_signal_handler(number)


def _say_how_to_come_back(around: Around, shell: Shell) -> None:
    """Name the way back to a session in which something was said."""
    from tui_agent.ui.farewell import farewell
    from tui_agent.ui.tui.frame import Frame

    if not isinstance(shell.rest, Frame):
        return
    state = shell.rest.live.state
    if state.main.turns:
        goes = around.options.folder_goes
        words = farewell(state, busy=state.main.turn is not None, folder_goes=goes)
        if words:
            around.paper.say(words)
