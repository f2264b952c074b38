"""Opens the day's book of this user."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui_agent.adapters.day_book import FOLDER, FileDayBook
from tui_agent.adapters.session_log.day_cost import cost_of_day

if TYPE_CHECKING:
    from tui_agent.wiring.world import Wiring


def day_book(wiring: Wiring) -> FileDayBook:
    """Return the book that all sessions of this user write, in whichever repository."""
    return FileDayBook(
        wiring.state.path / FOLDER,
        lambda: datetime.now(UTC).astimezone(),
        lambda day: cost_of_day(wiring.shelf.everywhere(), day),
    )
