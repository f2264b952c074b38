"""Time, as the core asks the world for it."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Time, so that a test can hold it."""

    def now(self) -> str:
        """UTC, ISO 8601 with milliseconds and `Z`."""

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back."""
