"""How much may come from a peer at once: more is a flood, and the peer is ended."""

from __future__ import annotations

import time

WINDOW_SECONDS = 5.0
MOST_MESSAGES, MOST_BYTES = 5_000, 64 << 20
"""Of a server, within a window."""


class Flood:
    """Counts what comes within a window of time."""

    def __init__(self, messages: int = MOST_MESSAGES, size: int = MOST_BYTES) -> None:
        self._most = (messages, size)
        self._begun = time.monotonic()
        self._messages = self._size = 0

    def problem(self, messages: int, size: int) -> str:
        """Count, and say where it is too much; empty where it is not."""
        now = time.monotonic()
        if now - self._begun > WINDOW_SECONDS:
            self._begun, self._messages, self._size = now, 0, 0
        self._messages += messages
        self._size += size
        if self._messages > self._most[0]:
            return f"it floods: over {self._most[0]:,} messages in {WINDOW_SECONDS:g} s"
        if self._size > self._most[1]:
            return f"it floods: over {self._most[1] >> 20} MB in {WINDOW_SECONDS:g} s"
        return ""
