"""What a question shows: of the model, or of the budget that has run out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_agent.core.proposal import Question
from tui_agent.ui.tui.approve_items import INDENT, Key, Places, key_rows
from tui_agent.ui.tui.paper import Row, Sheet, blank_row, cut, make_row, paragraph
from tui_agent.ui.tui.words import dollars

BAR = 20
"""Cells of the longest bar."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one turn has cost."""

    number: int
    text: str
    cost: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetItem:
    """The pause before a call that would pass the cap."""

    question: Question
    spent: float | None
    cap: float | None
    model: str
    turns: tuple[Spent, ...]
    keys: tuple[Key, ...]
    armed: bool = True

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, _width: int) -> int:
        return 10 + len(self.turns)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        return self.drawn(sheet)[0]

    def drawn(self, sheet: Sheet) -> tuple[list[Row], Places]:
        """Return the rows, and where each key's words end."""
        rows = [blank_row(sheet), self._meter(sheet)]
        rows += paragraph(sheet, [sheet.span(self.question.text, "text-2")], indent=INDENT)
        rows.append(blank_row(sheet))
        rows.append(make_row(sheet, [sheet.span("  Where it went", "text bold")]))
        rows += [self._turn(sheet, turn) for turn in self.turns]
        rows.append(blank_row(sheet))
        more, places = key_rows(sheet, self.keys, armed=self.armed, start=len(rows))
        rest = "Nothing has been sent. It waits for as long as you like."
        rows += [*more, blank_row(sheet)]
        return [*rows, *paragraph(sheet, [sheet.span(rest, "text-3")], indent=INDENT)], places

    def _meter(self, sheet: Sheet) -> Row:
        left = [
            sheet.span("  spent       ", "text-3"),
            sheet.span(dollars(self.spent), "text bold"),
        ]
        if not self.cap or self.spent is None:
            return make_row(sheet, left, [sheet.span(f"{self.model}  ", "text-2")])
        left.append(sheet.span(f" of {dollars(self.cap)}", "text-2"))
        cells = BAR + 5
        done = min(cells, round(self.spent / self.cap * cells))
        role = "danger" if self.spent > self.cap else "warning"
        right = [
            (sheet.glyphs.meter_done * done, sheet.ink(role)),
            (sheet.glyphs.meter_rest * (cells - done), sheet.ink("bar")),
            sheet.span("  "),
        ]
        return make_row(sheet, left, right)

    def _turn(self, sheet: Sheet, turn: Spent) -> Row:
        most = max((one.cost or 0.0 for one in self.turns), default=0.0)
        cells = round((turn.cost or 0.0) / most * BAR) if most else 0
        name = cut(turn.text, max(8, sheet.width - BAR - 20), sheet.glyphs.cut)
        left = [sheet.span(f"  {turn.number}  ", "text-3"), sheet.span(name, "text-2")]
        right = [
            (sheet.glyphs.meter_done * cells + " " * (BAR - cells), sheet.ink("bar")),
            sheet.span(f"{dollars(turn.cost):>9}  ", "text-2"),
        ]
        return make_row(sheet, left, right)
