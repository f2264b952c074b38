"""The one thing that moves while the model is silent: a dot, and the seconds beside it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui_agent.ui.tui.shell import Shell

BEAT_SECONDS = 0.25


class Pulse:
    """Beats four times a second while a turn runs, and not at all otherwise."""

    def __init__(self, shell: Shell, beaten: Callable[[], None]) -> None:
        """Call `beaten` at each beat."""
        self.shell = shell
        self.beat = 0
        self._beaten = beaten
        self._timer: Timer | None = None
        self._noted = monotonic()
        self._seq = -1

    @property
    def since_ms(self) -> int:
        """Milliseconds since the last record; 0 where nothing shall move by itself."""
        return round((monotonic() - self._noted) * 1000) if self._timer is not None else 0

    def noted(self) -> None:
        """Take note that a record came."""
        self._noted = monotonic()

    def leaves(self, seq: int) -> bool:
        """Return whether the activity is the next beat's to draw: text alone has streamed in.

        `seq` is that of the last record in the log. A frame that draws nothing but the conversation
        costs half of one that reaches down to the activity's row.
        """
        same, self._seq = seq == self._seq, seq
        return same and self._timer is not None

    def run(self, *, beating: bool) -> None:
        """Begin or end; at rest nothing runs, and nothing where animations are unwanted."""
        if self.shell.animation_level == "none":
            return
        if beating and self._timer is None:
            self._timer = self.shell.set_interval(BEAT_SECONDS, self._tick, name="pulse")
        elif not beating and self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _tick(self) -> None:
        self.beat += 1
        self._beaten()
