"""A look into a session that is not open: where it was, its last turns, its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tui_agent.core.overview import Overview, TurnGlance
from tui_agent.ui.tui.paper import Row, Sheet, Span, blank_row, cut, make_row
from tui_agent.ui.tui.words import count

INDENT = 2
ROOM_FOR_FILES = 9
"""Rows from which the files are told: the last turn comes first."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A session at a glance, in no more rows than there is room for."""

    overview: Overview
    room: int
    focusable: bool = False

    def height_hint(self, _width: int) -> int:
        """Take what there is."""
        return self.room

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw the head, the last turns that there is room for, and the files."""
        one = self.overview
        rows = [blank_row(sheet), self._head(sheet)]
        files = [blank_row(sheet), self._files(sheet)] if one.files else []
        if self.room < ROOM_FOR_FILES:
            files = []
        room = self.room - len(rows) - len(files)
        told: list[list[Row]] = []
        for turn in reversed(one.last_turns):
            lines = self._turn(sheet, turn)
            if room < len(lines) + 1:
                break
            room -= len(lines) + 1
            told.insert(0, [blank_row(sheet), *lines])
        rows += [row for turn_rows in told for row in turn_rows]
        return [*rows, *files, blank_row(sheet)][: self.room]

    def _head(self, sheet: Sheet) -> Row:
        one = self.overview
        parts = [f"{one.branch} at {one.head[:7]}".strip(" at")] if one.branch or one.head else []
        parts.append(f"{count(one.turns, 'turn')}, {count(one.stops, 'step')}")
        parts.append(_span_of_time(one))
        if one.origin:
            parts.append(f"imported from {one.origin}")
        parts += [f"{sheet.glyphs.unfolded} {label}" for label in one.labels[:3]]
        room = max(8, sheet.width - 14)
        while len(parts) > 1 and len("   ".join(parts)) > room:
            parts.pop()
        text = cut("   ".join(parts), room, sheet.glyphs.cut)
        left = [sheet.span(" " * INDENT), sheet.span(one.id[-8:], "text bold")]
        return make_row(sheet, [*left, sheet.span(f"   {text}", "text-2")])

    def _turn(self, sheet: Sheet, turn: TurnGlance) -> list[Row]:
        room = max(8, sheet.width - INDENT - 4)
        said = cut(turn.said, room, sheet.glyphs.cut)
        lines = [
            make_row(
                sheet,
                [
                    sheet.span(" " * INDENT),
                    (sheet.glyphs.prompt, sheet.ink("accent")),
                    sheet.span(f" {said}", "text-2"),
                ],
            )
        ]
        if turn.answer:
            answer = cut(turn.answer, room, sheet.glyphs.cut)
            lines.append(make_row(sheet, [sheet.span(f"{' ' * (INDENT + 2)}{answer}", "text-3")]))
        outcome = turn.outcome
        sign = (str(getattr(sheet.glyphs, outcome.sign)), sheet.ink(outcome.role))
        spans: list[Span] = [
            sheet.span(" " * (INDENT + 2)),
            sign,
            sheet.span(f" {outcome.words}", "text"),
        ]
        if turn.note:
            note = cut(turn.note, max(8, room - len(outcome.words) - 4), sheet.glyphs.cut)
            spans.append(sheet.span(f"   {note}", "text-3"))
        return [*lines, make_row(sheet, spans)]

    def _files(self, sheet: Sheet) -> Row:
        files = self.overview.files
        room = max(8, sheet.width - INDENT - 2)
        text = cut("   ".join((count(len(files), "file"), *files)), room, sheet.glyphs.cut)
        return make_row(sheet, [sheet.span(f"{' ' * INDENT}{text}", "text-3")])


def _span_of_time(one: Overview) -> str:
    try:
        began = datetime.fromisoformat(one.started).astimezone()
        ended = datetime.fromisoformat(one.last).astimezone()
    except ValueError:
        return ""
    until = ended.strftime("%H:%M" if began.date() == ended.date() else "%-d %b, %H:%M")
    return f"{began.strftime('%-d %b, %H:%M')} to {until}"
