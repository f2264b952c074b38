"""Opens the day's book of this user, and shows what was spent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui_agent.adapters.day_book import FOLDER, FileDayBook
from tui_agent.adapters.session_log.day_cost import cost_of_day

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from tui_agent.core.state import Session
    from tui_agent.ui.text import Line
    from tui_agent.wiring.world import Wiring


def day_book(wiring: Wiring) -> FileDayBook:
    """Return the book that all sessions of this user write, in whichever repository."""
    return FileDayBook(
        wiring.state.path / FOLDER,
        lambda: datetime.now(UTC).astimezone(),
        lambda day: cost_of_day(wiring.shelf.everywhere(), day),
    )


def cost_door(wiring: Wiring) -> Callable[[Session], Awaitable[Sequence[Line]]]:
    """Return what shows the spending of a session, for whoever has one open."""
    book = day_book(wiring)

    async def shown(state: Session) -> Sequence[Line]:
        from tui_agent.ui.cost_lines import cost_lines

        today = await asyncio.to_thread(book.today)  # It waits for other processes.
        return cost_lines(state, wiring.settings.budget, today)

    return shown
