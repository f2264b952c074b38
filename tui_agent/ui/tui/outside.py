"""What a person sees of us while they look elsewhere: the title, and a word at their turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tui_agent.core.events import TurnEnded
from tui_agent.ui.report import ending
from tui_agent.ui.tui import terminal
from tui_agent.ui.tui.summary import View, activity_of, waiting_of, words_of
from tui_agent.ui.tui.terminal import Signals

if TYPE_CHECKING:
    from tui_agent.core.state import Session
    from tui_agent.ui.tui.ledger import Draft
    from tui_agent.ui.tui.shell import Shell

NOTHING_WRITTEN: Mapping[str, Draft] = {}


class Outside:
    """Tells the terminal what changes; nothing is written twice."""

    def __init__(self, signals: Signals, tell: Callable[[str], None], *, ascii_only: bool) -> None:
        """Begin with the terminal's own title; `tell` writes to the terminal."""
        self._signals, self._tell, self._ascii_only = signals, tell, ascii_only
        self.here = True
        """Whether the terminal has the focus, as far as it says."""
        self._title = ""
        self._asked = ""

    def show(self, state: Session) -> None:
        """Set the title, and notify of a new request."""
        if self._signals.title:
            self._entitle(_title_of(state, ascii_only=self._ascii_only))
        waiting = waiting_of(state)
        request = waiting.request_id if waiting is not None else ""
        if request and request != self._asked:
            activity = activity_of(state, NOTHING_WRITTEN, View())
            self._notify(state, ", ".join((activity.what, *activity.facts[:1])))
        self._asked = request

    def ended(self, state: Session, event: TurnEnded) -> None:
        """Notify of the end of a turn."""
        self._notify(state, "".join(ending(event)))

    def came_back(self) -> None:
        """Entitle the terminal again: the screen was away, and with it the title."""
        old, self._title = self._title, ""
        self._entitle(old)

    def left(self) -> None:
        """Give the terminal its title back."""
        if self._title:
            self._tell(terminal.GIVE_TITLE_BACK)

    def _entitle(self, text: str) -> None:
        if text and text != self._title:
            if not self._title:
                self._tell(terminal.KEEP_TITLE)
            self._title = text
            self._tell(terminal.title(text))

    def _notify(self, state: Session, words: str) -> None:
        if self.here:
            return
        head = f"agent {_place(state)}".rstrip()
        way, environ = self._signals.notify, self._signals.environ
        self._tell(terminal.notification(head, words, way, environ))


def outside_of(shell: Shell) -> Outside:
    """Return what tells this shell's terminal, as the settings want it."""
    signals = shell.doors.signals() if shell.doors.signals is not None else Signals()
    return Outside(signals, shell.tell_terminal, ascii_only=shell.glyphs.ascii_only)


def _title_of(state: Session, *, ascii_only: bool) -> str:
    sign = ("? " if ascii_only else "◆ ") if state.waiting else ""
    if not sign and state.main.turn is not None:
        sign = "* " if ascii_only else "● "
    said = words_of(state)
    return f"{sign}{_place(state) or 'agent'}{f': {said}' if said else ''}"


def _place(state: Session) -> str:
    started = state.started
    return "" if started is None else started.repository or started.workspace.rpartition("/")[2]
