"""When an answer may be given: only after a rest, so that typing approves nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui_agent.ui.tui.shell import Shell

REST_SECONDS = 0.4


class Arming:
    """Arms a new request once no key has come for 400 ms."""

    def __init__(self, shell: Shell, changed: Callable[[], None]) -> None:
        """Call `changed` when the keys become live or dead."""
        self.shell = shell
        self.armed = False
        self.rest = REST_SECONDS
        """Seconds without a key."""
        self._request = ""
        self._changed = changed
        self._timer: Timer | None = None

    def begin(self, request: str) -> None:
        """Wait for a rest before this request may be answered; an empty one ends it."""
        self._stop()
        self._request = request
        self.armed = False
        if request:
            self._timer = self.shell.set_timer(self.rest, self._rested, name="arm")
        self._changed()

    def key(self) -> None:
        """Begin to wait anew, where it still waits."""
        if self._request and not self.armed:
            self._stop()
            self._timer = self.shell.set_timer(self.rest, self._rested, name="arm")

    def _rested(self) -> None:
        self._timer = None
        self.armed = True
        self._changed()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
