"""`agent review`: from where the diff comes to the command that a front end sends."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.core.commands import Review
from tui_agent.ui.commands.typed import UsageError

if TYPE_CHECKING:
    from tui_agent.ui.commands.review import Wanted
    from tui_agent.wiring.around import Around

MOST = (64 << 20) + 1
"""Bytes that are read of a diff: one more than are taken."""


def command_for(around: Around, wanted: Wanted) -> Review:
    """Get the diff and return what a front end sends.

    Raises UsageError where there is none, OSError where a file cannot be read.
    """
    source, data = _diff(around, wanted)
    if not data.strip():
        what = "The index has nothing" if wanted.staged else f"There is nothing in {source}"
        raise UsageError(f"{what}: there is nothing to review.")
    return Review(
        source=source,
        diff=data.decode("utf-8", "surrogateescape"),
        whole=around.options.approve_all,
    )


def _diff(around: Around, wanted: Wanted) -> tuple[str, bytes]:
    """Return what to call the diff, and its bytes."""
    if wanted.diff == "-":
        data = sys.stdin.buffer.read(MOST)
        if not wanted.options.headless and sys.stdout.isatty():
            ask_the_terminal()
        return "standard input", data
    path = Path(around.cwd, wanted.diff)
    if wanted.diff and path.exists():
        with path.open("rb") as file:
            return wanted.diff, file.read(MOST)
    return asyncio.run(_by_git(around, wanted))


async def _by_git(around: Around, wanted: Wanted) -> tuple[str, bytes]:
    from tui_agent.adapters.git_diff import GitDiffError, is_range, range_diff, staged_diff

    try:
        if wanted.staged:
            return "the index", await staged_diff(around.root, around.rooms)
        if not is_range(wanted.diff):
            message = f"there is no file {wanted.diff}, and it is no REV..REV"
            raise UsageError(message)
        return wanted.diff, await range_diff(around.root, wanted.diff, around.rooms)
    except GitDiffError as error:
        raise UsageError(str(error)) from None
    finally:
        if "rooms" in around.__dict__:
            await around.rooms.close()


def ask_the_terminal() -> None:
    """Put the terminal in the place of the standard input that the diff came from."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return  # There is none: the review then waits for nobody, as without a person.
    os.dup2(terminal, 0)
    os.close(terminal)
