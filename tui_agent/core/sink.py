"""What takes the events of a session besides the screen and the log."""

from __future__ import annotations

from typing import Protocol

from tui_agent.core.events import Record


class Sink(Protocol):
    """Takes every event of a session as it happens: a plugin, or a file of ours."""

    def take(self, record: Record) -> None:
        """Take a record, at once: the next waits for it. One without `h` is not in the log."""
        ...

    def close(self) -> None:
        """The session has ended or is left."""
        ...
