"""One line to answer in, in its place: a reason, words of one's own, another command."""

from __future__ import annotations

from textual.message import Message
from textual.widgets import Input

from tui_agent.ui.tui.keyed_app import Hearing

LEAST = 20
"""Cells that a line needs beside its key; else it stands below."""


def beside(x: int, row: int, width: int) -> tuple[int, int]:
    """Return the column and row of a line that belongs beside a key in a pane of this width."""
    return (x, row) if width - x >= LEAST else (2, row + 1)


class AnswerLine(Hearing, Input):
    """Keeps what is typed to itself until Enter; Esc goes away and changes nothing."""

    key_context = "answer"

    DEFAULT_CSS = """
    AnswerLine, AnswerLine:focus {
        position: absolute; width: 20; height: 1; border: none; padding: 0;
        background: $raised; background-tint: transparent; color: $text;
    }
    AnswerLine > .input--cursor { background: $accent; color: $on-badge; text-style: none; }
    AnswerLine > .input--placeholder { color: $text-3; }
    AnswerLine:ansi > .input--placeholder { text-style: dim; }
    """

    class Given(Message):
        """Enter was pressed."""

        def __init__(self, line: AnswerLine, text: str) -> None:
            """Take the line and what it says."""
            super().__init__()
            self.line = line
            self.text = text

    class Gone(Message):
        """Esc was pressed."""

    def __init__(self, *, purpose: str, text: str = "", hint: str = "") -> None:
        """Begin with a text; `purpose` tells its pane what is answered."""
        super().__init__(value=text, placeholder=hint, select_on_focus=False)
        self.purpose = purpose

    def act(self, action: str) -> bool:
        """Give the answer, or leave."""
        if action == "answer.give":
            self.post_message(self.Given(self, self.value))
        elif action == "answer.leave":
            self.post_message(self.Gone())
        return action in {"answer.give", "answer.leave"}

    def on_resize(self) -> None:
        """Show the caret: there was less room, or none, when it was put there."""
        at = self.cursor_position
        self.cursor_position = 0
        self.cursor_position = at

    def place(self, x: int, y: int, width: int) -> None:
        """Stand here, in cells of the pane."""
        self.styles.offset = (x, y)
        self.styles.width = max(1, width)
