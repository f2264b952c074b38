"""What a question of the model shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_agent.core.proposal import Question
from tui_agent.ui.tui.approve_items import INDENT, Key, Places, key_rows
from tui_agent.ui.tui.paper import Row, Sheet, blank_row, paragraph


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionItem:
    """A question with its answers."""

    question: Question
    keys: tuple[Key, ...]
    armed: bool = True

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, _width: int) -> int:
        return 8 + len(self.keys)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        return self.drawn(sheet)[0]

    def drawn(self, sheet: Sheet) -> tuple[list[Row], Places]:
        """Return the rows, and where each key's words end."""
        rows = [blank_row(sheet)]
        for line in self.question.text.split("\n"):
            rows += paragraph(sheet, [sheet.span(line, "text bold")], indent=INDENT)
        rows.append(blank_row(sheet))
        more, places = key_rows(sheet, self.keys, armed=self.armed, start=len(rows))
        return rows + more, places
