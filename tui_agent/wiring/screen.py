"""The full screen over a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_agent.wiring.line import line_mode

if TYPE_CHECKING:
    from tui_agent.wiring.around import Around


def screen(around: Around) -> int:
    """Run the session on the full screen and return the exit status."""
    return line_mode(around)
