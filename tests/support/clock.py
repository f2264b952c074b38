"""Time and names that are the same in every run."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class HeldClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._passed = 0.0

    def now(self) -> str:
        """UTC, ISO 8601 with milliseconds and `Z`."""
        moment = self._start + timedelta(seconds=self._passed)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return self._passed

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._passed += seconds


class QuickClock(HeldClock):
    """A held clock on which every wait is over at once."""

    async def pause(self, seconds: float) -> None:
        """Let so much time pass."""
        self.advance(seconds)


class CountedIds:
    """Gives `call-1`, `call-2`, `session-1`: one count for each kind."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def __call__(self, kind: str) -> str:
        self._given[kind] += 1
        return f"{kind}-{self._given[kind]}"
