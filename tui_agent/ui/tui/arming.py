"""When an answer may be given: after a rest before what is seen; typing approves nothing."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from tui_agent.ui.tui.keyed_app import AtOnce

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.timer import Timer
    from textual.widget import Widget

    from tui_agent.ui.tui.shell import Shell
    from tui_agent.ui.tui.side import Side

REST_SECONDS = 0.4
STALL_SECONDS = 0.3
"""A rest that ends so much later than it should was none: nobody knows what came meanwhile."""


def request_of(pane: object) -> str:
    """Return the request that a pane asks about; empty where it asks nothing."""
    return str(getattr(pane, "request_id", ""))


def came_at(screen: Screen[Any]) -> float:
    """Return when the key that is being heard was read: it may have waited since."""
    from tui_agent.ui.tui.shell import Shell

    return screen.app.came_at if isinstance(screen.app, Shell) else float("-inf")


class Arming:
    """Arms a request once it has been in sight for 400 ms in which no key came."""

    def __init__(self, shell: Shell, side: Side, changed: Callable[[], None]) -> None:
        """Call `changed` when the keys become live or dead."""
        self.shell = shell
        self.armed = False
        self.rest = REST_SECONDS
        """Seconds without a key."""
        self._side = side
        self._away = False
        """Whether the terminal shows something else."""
        self._request = ""
        self._changed = changed
        self._timer: Timer | None = None
        self._began = self._armed_at = 0.0
        self._stalled = False

    def follow(self, first: str) -> None:
        """Wait anew if an answer would be one to another request than before.

        It is the request of the pane that has the focus, and of none the `first` that waits.
        """
        request = next(filter(None, map(request_of, self._around_focus())), first)
        if request != self._request:
            self.begin(request)
        self._tell_panes()

    def _around_focus(self) -> list[object]:
        focused = self.shell.focused
        return [] if focused is None else [*focused.ancestors_with_self]

    def begin(self, request: str) -> None:
        """Wait for a rest before this request may be answered; an empty one ends it."""
        self._stop()
        self._request, self._stalled = request, False
        self._set(armed=False)
        self.look()

    def again(self) -> None:
        """Wait for a rest once more: the person comes from elsewhere."""
        self.begin(self._request)

    def comes_and_goes(self, *, shown: bool) -> None:
        """Take note that the terminal shows something else now, or the screen again."""
        self._away = not shown
        if shown:
            self.again()

    def look(self) -> None:
        """Begin to wait, if the request has come into sight."""
        if self._request and not self.armed and self._timer is None and self._in_sight():
            self._wait()

    def key(self) -> None:
        """Begin to wait anew, where it still waits."""
        if self._timer is not None:
            self._wait()

    def came_in_time(self, at: float) -> bool:
        """Return whether a key that was read at this time may answer."""
        return self.armed and at >= self._armed_at

    def _wait(self) -> None:
        self._stop()
        self._began = monotonic()
        self._timer = self.shell.set_timer(self.rest, self._rested, name="arm")

    def _rested(self) -> None:
        self._timer = None
        if not self._in_sight():
            return
        late = monotonic() - self._began > self.rest + STALL_SECONDS
        if late and not self._stalled:  # Once: a machine that is always late is not waited for.
            self._stalled = True
            self._wait()
            return
        self._armed_at = monotonic()
        self._set(armed=True)

    def _set(self, *, armed: bool) -> None:
        self.armed = armed
        self._tell_panes()
        self._changed()

    def _tell_panes(self) -> None:
        """Let the pane that is asked hear answers, and no other."""
        for pane in self._panes():
            arm = getattr(pane, "arm", None)
            if arm is not None:
                arm(armed=self.armed and request_of(pane) == self._request)

    def _panes(self) -> list[Widget]:
        return [pane for slot in self._side.slots for pane in slot.widgets]

    def _in_sight(self) -> bool:
        """Whether the pane that is asked stands on the screen, and nothing over it."""
        top = next(reversed(self.shell.screen_stack), None)  # none once the program ends
        if self._away or not (isinstance(top, AtOnce) and top.takes_answers):
            return False
        asked = (pane for pane in self._panes() if request_of(pane) == self._request)
        return any(all(node.display for node in pane.ancestors_with_self) for pane in asked)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
