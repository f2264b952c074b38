"""A day of this user's: what it has cost, and the book in which that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tui_agent.core.spending import Spend


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """A day and what it has cost so far, over all sessions; None where nobody can say."""

    day: str = ""
    spend: Spend | None = None


class DayBook(Protocol):
    """What a day costs, over all sessions of this user and however many processes they run in."""

    def day(self) -> str:
        """Return the present day; waits for nobody."""
        ...

    def today(self) -> Today:
        """Return the day and what it has cost; no sum where the book cannot be read."""
        ...

    def set_aside(self, call: str, expected: float, cap: float | None) -> bool:
        """Count a call as spent before it is made; False, and nothing done, where it would pass
        the cap. Two processes cannot both get the last of it.
        """
        ...

    def settle(self, call: str, spend: Spend) -> None:
        """Replace what was set aside by what the call has cost, on the day on which it was made."""
        ...
