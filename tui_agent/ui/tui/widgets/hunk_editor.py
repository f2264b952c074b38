"""The new text of one hunk under the cursor: what is typed, and how it looks."""

from __future__ import annotations

import re
from collections import Counter

from rich.text import Text
from textual.message import Message
from textual.widgets import TextArea

from tui_agent.ui.clean import clean
from tui_agent.ui.tui.keyed_app import Hearing
from tui_agent.ui.tui.paper import Sheet
from tui_agent.ui.tui.syntax import Highlighter

_BREAKS = re.compile("[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""What Python, and with it the widget, takes for the end of a line besides a line feed."""

READ_SECONDS = 0.01
KEYS = frozenset({"keep", "restore", "editor", "discard"})


def is_editable(text: str) -> bool:
    """Return whether the widget keeps every line whole: it breaks them at more than line feeds."""
    return _BREAKS.search(text) is None


class HunkEditor(Hearing, TextArea):
    """Stands in the place of the new lines. It decides nothing: its pane does."""

    key_context = "hunk-editor"

    DEFAULT_CSS = """
    HunkEditor, HunkEditor:focus {
        position: absolute; width: 20; height: 1; border: none; padding: 0;
        background: $raised; color: $text; scrollbar-size: 0 0;
    }
    HunkEditor .text-area--cursor { background: $accent; color: $on-badge; text-style: none; }
    HunkEditor:dark .text-area--cursor { background: $accent; color: $on-badge; }
    HunkEditor:light .text-area--cursor { background: $accent; color: $on-badge; }
    HunkEditor:ansi .text-area--cursor { text-style: reverse; }
    HunkEditor .text-area--selection { background: $selected; }
    """

    class Asked(Message):
        """A key was pressed: keep, restore, editor or discard; or its rows are others: reflow."""

        def __init__(self, what: str) -> None:
            """Take the key's name."""
            super().__init__()
            self.what = what

    def __init__(
        self, text: str, *, proposed: str, kept: Counter[str], path: str, sheet: Sheet
    ) -> None:
        """Begin with a text; `proposed` is what the model wanted, `kept` its unchanged lines."""
        super().__init__(
            text, soft_wrap=True, tab_behavior="indent", highlight_cursor_line=False, compact=True
        )
        self.cursor_blink = False
        self.proposed = proposed
        self._kept = kept
        self._path = path
        self._sheet = sheet.on("raised")
        self._read: tuple[str, Highlighter] | None = None

    @property
    def lines(self) -> int:
        """The rows that show all of it."""
        return max(self.document.line_count, self.wrapped_document.height)

    def on_resize(self) -> None:
        """Tell the pane: another width has other rows."""
        self.post_message(self.Asked("reflow"))

    def act(self, action: str) -> bool:
        """Tell the pane what is wanted."""
        context, _, name = action.partition(".")
        if context != "hunk-editor" or name not in KEYS:
            return False
        self.post_message(self.Asked(name))
        return True

    def signs(self) -> str:
        """Return a sign a row: `+` proposed, `~` one's own, a blank for what was there before.

        A line that is wrapped has dots for the rows after its first.
        """
        kept = self._kept.copy()
        proposed = Counter(self.proposed.split("\n")) - kept
        signs = ""
        for index, line in enumerate(self.text.split("\n")):
            if kept[line] > 0:
                kept[line] -= 1
                sign = " "
            else:
                known = proposed[line] > 0
                proposed[line] -= known
                sign = "+" if known else "~"
            signs += sign + "." * (len(self.wrapped_document.get_sections(index)) - 1)
        return signs

    def gone(self) -> tuple[str, ...]:
        """Return the unchanged lines that are no longer there: they go with what is replaced."""
        return tuple(sorted((self._kept - Counter(self.text.split("\n"))).elements()))

    def place(self) -> str:
        """Say where the cursor is."""
        line, column = self.cursor_location
        return f"line {line + 1} of {self.document.line_count}, column {column + 1}"

    def differing(self) -> int:
        """Return how many lines differ from the proposal: added, changed or gone."""
        now, then = Counter(self.text.split("\n")), Counter(self.proposed.split("\n"))
        return max(sum((now - then).values()), sum((then - now).values()))

    def get_line(self, line_index: int) -> Text:
        """Give a line in the colours of the diff."""
        text = self.text
        if self._read is None or self._read[0] != text:
            lines = [line + "\n" for line in text.split("\n")]
            self._read = (text, Highlighter(self._path, lines))
        line = self.document.get_line(line_index)
        reader = self._read[1]
        reader.read_to(line_index, READ_SECONDS)
        pieces = reader.line(line_index)
        if "".join(piece for piece, _ in pieces) != line:
            return Text(
                clean(line) if len(clean(line)) == len(line) else line, end="", no_wrap=True
            )
        return Text.assemble(
            *((piece, self._sheet.ink(role)) for piece, role in pieces), end="", no_wrap=True
        )
