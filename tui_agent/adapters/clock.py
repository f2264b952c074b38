"""The machine's time, and names that are not given twice."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime


class SystemClock:
    """Implements `core.clock.Clock`."""

    def now(self) -> str:
        """UTC, ISO 8601 with milliseconds and `Z`."""
        return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back."""
        return time.monotonic()


def random_id(word: str) -> str:
    """Return the word with forty bits of chance: unique in a session, also one taken up again."""
    return f"{word}-{secrets.token_hex(5)}"
