"""How a folder comes to be trusted: what is asked, by which front end, and what then counts."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.adapters.trust import FolderTrust
    from tui_agent.core.trust import TrustQuestion
    from tui_agent.ui.line_input import Input
    from tui_agent.wiring.around import Around
    from tui_agent.wiring.world import Wiring

LINES_SHOWN = 12
"""Lines of each file that a question shows; `agent trust` shows them all."""


def folder_of(wiring: Wiring) -> FolderTrust:
    """Read what steers the agent in this folder, beside what it was trusted with."""
    from tui_agent.adapters.trust import FolderTrust

    below = wiring.cwd.is_relative_to(wiring.root)
    cwd = wiring.cwd.relative_to(wiring.root).as_posix() if below else "."
    return FolderTrust(wiring.state.path, wiring.root, cwd=cwd, granted=wiring.options.trust)


def acceptance(wiring: Wiring) -> Callable[[str, str], bool]:
    """Return whether instructions count: by their path below the workspace, and their digest."""
    folder = wiring.folder
    above = os.path.relpath(wiring.workspace, wiring.root)

    def accepts(path: str, sha: str) -> bool:
        return folder.accepts(os.path.normpath(f"{above}/{path}"), sha)

    return accepts


def question_for_screen(around: Around) -> TrustQuestion | None:
    """Return what the screen asks before a session; without a model its first card does."""
    from tui_agent.wiring.world import NoModelError

    try:
        named = bool(around.model_name) or around.first is not None
    except NoModelError:
        named = around.first is not None
    return around.folder.question() if named else None


def notice(wiring: Wiring) -> str:
    """Return what is said where the folder is not trusted; empty where it is."""
    if wiring.trusted:
        return ""
    return not_trusted(wiring.folder.names)


def not_trusted(names: Sequence[str]) -> str:
    """Say what of a folder does not count."""
    what = ", ".join(names) or "what steered it before"
    does, it = ("do", "them") if names[1:] else ("does", "it")
    return f"This folder is not trusted: {what} {does} not count. agent trust shows {it} and asks."


async def ask_in_lines(around: Around, given: Input) -> None:
    """Ask whether a folder that brings settings or instructions is trusted; no is the default."""
    from tui_agent.ui.line_reading import Interrupted
    from tui_agent.ui.trust_lines import question_lines

    question = around.folder.question()
    if question is None:
        return
    around.paper.put(*question_lines(question, LINES_SHOWN))
    given.arm()
    try:
        key = await given.key("Read and trust them, as they are now? [y n] ", "yn\r")
    except Interrupted:
        key = "n"
    if key == "y":
        around.trust()
    around.paper.put(
        "Trusted, until they change." if key == "y" else "Not trusted: they do not count."
    )
