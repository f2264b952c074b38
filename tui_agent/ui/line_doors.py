"""What line mode asks of the world beside the agent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tui_agent.core.messages import Attachment
from tui_agent.core.state import Session
from tui_agent.ui.line_sessions import Choices, Exports
from tui_agent.ui.memory_lines import MemoryDoor
from tui_agent.ui.offering import Files
from tui_agent.ui.text import Line

Blame = Callable[[str], Sequence[Line]]
"""Gives the lines of a file, each with the step that made it. Raises ValueError, OSError."""
Cost = Callable[[Session], Awaitable[Sequence[Line]]]
"""Gives the lines of what a session has cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """The doors; None: there is nothing behind it."""

    blame: Blame | None = None
    cost: Cost | None = None
    memory: MemoryDoor | None = None
    sessions: Choices | None = None
    exports: Exports | None = None
    attach: Callable[[str], Attachment] | None = None
    """Reads an image. Raises OSError, ValueError."""
    copy: Callable[[str], Awaitable[tuple[str, str]]] | None = None
    """Copies a text, as far as it can by itself; returns what the terminal is to be sent, and
    what is to be said where that may not do; empty where it did."""
    files: Files | None = None
    history: Callable[[], Sequence[str]] | None = None
    """Gives what earlier sessions began with, oldest first."""
