"""Keys that come before a request may be answered: typing goes on in the prompt, one alone is lost.

Whoever types does not stop after one letter, and whoever answers presses one key. Hence the first
early letter is held back. Another one at once: both are text, and the prompt has the focus. None
until the request is armed: it was meant as an answer, which it is not, and that is said; a letter
that would have meant nothing becomes text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

from tui_agent.ui.tui.keymap import contexts_of
from tui_agent.ui.tui.pane import Pane

if TYPE_CHECKING:
    from tui_agent.ui.tui.frame import Frame


class EarlyKeys:
    """What was pressed while a new request may not be answered yet."""

    def __init__(self, frame: Frame) -> None:
        """Hold nothing."""
        self._frame = frame
        self._held = ""

    def take(self, key: events.Key) -> bool:
        """Take a key in its turn; return whether it came too early and is dealt with."""
        focused = self._frame.shell.focused
        arming = self._frame.arming
        if arming.armed and not arming.came_in_time(key.time):
            arming.again()
        early = not arming.armed and isinstance(focused, Pane) and focused.waits
        arming.key()
        if not early or key.character is None or not key.is_printable:
            return False
        if not self._held:
            self._held = key.character
        else:
            self._write(key.character)
        return True

    def settle(self) -> None:
        """Decide on what is held, now that the request is armed, or another one has come."""
        if not self._held:
            return
        if self._frame.arming.armed and self._is_answer():
            self._frame.notices.toast(
                f"{self._held} came too early to be an answer. Press it again.",
                role="warning",
                sign="warning",
            )
            self._held = ""
        else:
            self._write("")

    def _is_answer(self) -> bool:
        focus = self._frame.focus
        if focus == "question" and self._held.isdecimal():
            return True
        return bool(self._frame.shell.keymap.find(contexts_of(focus), [self._held]))

    def _write(self, more: str) -> None:
        text, self._held = self._held + more, ""
        self._frame.to_prompt()
        self._frame.shell.prompt.insert(text)
