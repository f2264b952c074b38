"""A hunk and a file as items of the Changes pane: header, lines, verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_agent.core.patch import file_run_sentence
from tui_agent.core.text import content
from tui_agent.ui.tui.code_rows import (
    Brush,
    CodeLine,
    Geometry,
    Standing,
    brush_for,
    line_rows,
)
from tui_agent.ui.tui.file_items import counts, filled
from tui_agent.ui.tui.file_text import FileText, ShownLine
from tui_agent.ui.tui.paper import (
    BETWEEN,
    Row,
    Sheet,
    Span,
    blank_row,
    cut,
    make_row,
    paragraph,
    width_of,
)
from tui_agent.ui.tui.review_spots import Spot, SpotVerdict
from tui_agent.ui.tui.words import count

FIXED = "Dimmed lines are fixed. An empty text rejects the hunk. Nothing is written yet."

LEAST_REASON = 12
"""Cells that a reason keeps, however long the name beside it is."""
ROOMY = 76
"""Cells from which a header has room for whole sentences."""

VERDICT_WORDS: dict[SpotVerdict, str] = {
    "accepted": "accepted",
    "rejected": "rejected",
    "edited": "accepted as edited",
    "partly": "accepted in part",
    "back": "taken back",
    "unwritten": "not written",
}
STANDINGS: dict[SpotVerdict, Standing] = {
    "undecided": "undecided",
    "rejected": "rejected",
    "back": "rejected",
    "unwritten": "rejected",
}
GUTTERS = {
    "undecided": "gutter_undecided",
    "rejected": "gutter_rejected",
    "back": "gutter_rejected",
    "unwritten": "gutter_rejected",
}
INKS: dict[SpotVerdict, str] = {
    "undecided": "pending",
    "rejected": "removed",
    "back": "text-3",
    "unwritten": "text-3",
}
GLYPHS: dict[SpotVerdict, str] = {
    "undecided": "undecided",
    "accepted": "done",
    "rejected": "failed",
    "edited": "edited",
    "partly": "edited",
    "back": "failed",
    "unwritten": "failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorRoom:
    """Rows that are kept free in place of a hunk's new lines, and what is said about them."""

    signs: str
    """One a row: `+` as proposed, `~` one's own, a dot for the rest of a wrapped line."""
    differing: int
    """Lines that differ from the proposal."""
    complaint: str = ""
    gone: tuple[str, ...] = ()
    """Unchanged lines between the changes that the text has no longer."""


BESIDE = Geometry()
"""As it is drawn beside the conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HunkItem:
    """One hunk, or one change of the file itself, with its verdict."""

    spot: Spot
    number: int
    file: FileText
    focused: bool = False
    line: int | None = None
    """The row of the hunk that the line cursor is on."""
    last: bool = False
    """Whether nothing of this file follows."""
    geometry: Geometry = BESIDE
    side_by_side: bool = False
    coloured: bool = True
    """Whether the syntax has been read up to here."""
    editor: EditorRoom | None = None
    """What the open editor needs around it."""
    asks_why: bool = False
    """Whether the header gives its right side to the question for the reason."""
    after: str = ""
    """How long the decision took, in a replay."""

    @property
    def focusable(self) -> bool:
        return True

    def height_hint(self, _width: int) -> int:
        rows = len(self.spot.hunk.rows) if self.spot.hunk is not None else 0
        return 1 + rows + (not self.last)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        return self.drawn(sheet)[0]

    def drawn(self, sheet: Sheet) -> tuple[list[Row], list[int]]:
        """Return the rows, and for each line of the hunk the row it begins in."""
        rows = [self._header(sheet)]
        places: list[int] = []
        if self.side_by_side and self.editor is None:
            from tui_agent.ui.tui.split_rows import split_rows

            more, places = split_rows(sheet, self)
            places = [place + 1 for place in places]
            rows += more
        else:
            self._unified(sheet, rows, places)
        if not self.last:
            rows.append(self._separator(sheet))
        return rows, places

    def _unified(self, sheet: Sheet, rows: list[Row], places: list[int]) -> None:
        gutter, editor = self.gutter(sheet), self.editor
        lines, below = self._lines()
        for index, line in enumerate((*lines, None)):
            if editor is not None and index == below:
                rows += self._room(sheet, editor)
            places.append(len(rows))
            if line is not None:
                rows += line_rows(sheet, self.geometry, gutter, self.code_line(sheet, line))
        places.pop()
        if editor is not None:
            rows += self._notes(sheet, editor)

    def _lines(self) -> tuple[Sequence[ShownLine | None], int]:
        """Return the lines, and before which one an open editor stands.

        Above it is what its text replaces: removed lines, and unchanged ones that are gone from it;
        the others between the changes are not drawn, since they stand in it.
        """
        if self.editor is None:
            return self.file.lines(self.spot), -1
        lines = self.file.lines(Spot(file=self.spot.file, hunk=self.spot.hunk))
        kept, gone = _changed(lines), Counter(self.editor.gone)
        shown: list[ShownLine | None] = list(lines)
        for index in kept:
            line = lines[index]
            text = content(self.file.view.before[line.old - 1]) if line.old is not None else ""
            if line.side == "+" or (line.side == " " and not gone[text]):
                shown[index] = None
            elif line.side == " ":
                gone[text] -= 1
                shown[index] = replace(line, side="-", new=None)
        return shown, kept.stop

    def editor_row(self, sheet: Sheet) -> int:
        """Return the row of the item that the editor begins in."""
        lines, below = self._lines()
        gutter = self.gutter(sheet)
        return 1 + sum(
            len(line_rows(sheet, self.geometry, gutter, self.code_line(sheet, line)))
            for line in lines[:below]
            if line is not None
        )

    def _room(self, sheet: Sheet, editor: EditorRoom) -> list[Row]:
        """Draw numbers and signs beside the editor's lines."""
        hunk = self.spot.hunk
        changed = [row for row in hunk.rows if row.kind != " "] if hunk is not None else []
        first = next((row.new for row in changed if row.new is not None), None)
        if first is None:
            first = hunk.new_start + 1 + _lead(self.file.lines(self.spot)) if hunk else 1
        rows: list[Row] = []
        number = first - 1
        for sign in editor.signs:
            number += sign != "."
            brush = Brush(
                plane="raised",
                band_plane="raised",
                number="text-3",
                sign={"~": sheet.glyphs.edited, "+": sheet.glyphs.plus}.get(sign, " "),
                sign_ink="accent bold" if sign == "~" else "added bold",
            )
            shown = number if sign != "." else None
            numbers = (None,) * (self.geometry.columns - 1) + (shown,)
            line = CodeLine(pieces=(), numbers=numbers, brush=brush)
            rows += line_rows(sheet, self.geometry, self.gutter(sheet), line)
        return rows

    def _notes(self, sheet: Sheet, editor: EditorRoom) -> list[Row]:
        """Say below the hunk what is edited, and what is wrong with it."""
        hunk = self.spot.hunk
        lead: Span = (" " * self.geometry.code, sheet.ink())
        old = [row.old for row in hunk.rows if row.kind == "-" and row.old] if hunk else []
        what = "You are editing what will be put in here."
        if old:
            lines = f"lines {old[0]} to {old[-1]}" if len(old) > 1 else f"line {old[0]}"
            what = f"You are editing what will replace {lines}."
        said = [(what, "text-2"), (FIXED, "text-3")]
        if editor.complaint:
            said[1] = (f"{sheet.glyphs.failed} {editor.complaint}", "danger")
        return [blank_row(sheet)] + [
            row
            for text, ink in said
            for row in paragraph(sheet, [sheet.span(text, ink)], indent=width_of([lead]))
        ]

    def title_end(self, sheet: Sheet) -> int:
        """Return the column after the name in the header."""
        return self.geometry.code + width_of(self._title(sheet))

    def standing(self, line: ShownLine) -> Standing:
        """Return how a line of this hunk stands."""
        if line.left_out:
            return "rejected"
        return STANDINGS.get(self.spot.verdict, "accepted")

    def brush(self, sheet: Sheet, line: ShownLine) -> Brush:
        """Return how a line is painted."""
        return brush_for(sheet, line.side, self.standing(line), edited=line.edited)

    def code_line(self, sheet: Sheet, line: ShownLine) -> CodeLine:
        """Return a line ready for one or two number columns."""
        cursor = self.line is not None and self._is_cursor(line)
        return CodeLine(
            pieces=line.pieces,
            numbers=self._numbers(line),
            brush=self.brush(sheet, line),
            stretches=line.stretches if self.editor is None else (),
            cursor=cursor,
            remark=line.remark,
        )

    def _is_cursor(self, line: ShownLine) -> bool:
        hunk = self.spot.hunk
        if hunk is None or self.line is None or self.line >= len(hunk.rows):
            return False
        row = hunk.rows[self.line]
        return (row.kind, row.old, row.new) == (line.side, line.old, line.new)

    def _numbers(self, line: ShownLine) -> tuple[int | None, ...]:
        rejected = self.standing(line) == "rejected"
        if self.geometry.columns > 1:
            return line.old, None if rejected and line.side == "+" else line.new
        if self.spot.verdict == "rejected" or (line.left_out and line.side == "-"):
            return (line.old,)
        return (None if rejected else line.new,)

    # Header and gutter

    def gutter(self, sheet: Sheet) -> Span:
        """Return the cell that shows the verdict beside every line."""
        glyphs = sheet.glyphs
        name = GUTTERS.get(self.spot.verdict, "gutter_accepted")
        sign = glyphs.gutter_focused if self.focused else str(getattr(glyphs, name))
        return sign, sheet.ink(self._ink)

    @property
    def _ink(self) -> str:
        if self.editor is not None:
            return "accent"
        return INKS.get(self.spot.verdict, "added")

    def _header(self, sheet: Sheet) -> Row:
        geometry = self.geometry
        plane = sheet.plane
        if self.focused:
            plane = "selected" if self.editor else "raised"
        cells = geometry.room(sheet.width)
        inner = replace(sheet, width=cells, plane=plane)
        number = f" {self.number}"
        band = geometry.band - 1 - len(number)
        lead: list[Span] = [
            (self._glyph(sheet).rjust(band), inner.ink(f"{self._ink} bold")),
            (number, inner.ink("text bold")),
            (" " * (geometry.code - geometry.margin - geometry.band), inner.ink()),
        ]
        title = self._title(inner)
        room = inner.width - width_of([*lead, *title[-1:]]) - BETWEEN
        facts = self._facts(inner, room)
        if width_of([*lead, *title, *facts]) >= inner.width:
            title = title[-1:]
        lead += title
        edge: list[Span] = [(" " * geometry.margin, sheet.ink()), self.gutter(sheet)]
        spans = [*edge, *filled(inner, lead, facts)]
        return make_row(sheet, spans, start=geometry.code)

    def _glyph(self, sheet: Sheet) -> str:
        if self.editor is not None:
            return sheet.glyphs.edited
        if self.focused and not self.spot.decided:
            return sheet.glyphs.waiting
        return str(getattr(sheet.glyphs, GLYPHS[self.spot.verdict]))

    def _title(self, inner: Sheet) -> list[Span]:
        name_ink = "text bold" if self.focused else "text-2"
        if self.spot.hunk is None:
            run = self.spot.file_run
            sentence = file_run_sentence(run, self.file.view) if run is not None else ""
            return [inner.span(sentence, name_ink)]
        around, name = self.file.name(self.spot.hunk)
        return [inner.span(around, "text-3"), inner.span(name, name_ink)]

    def _facts(self, inner: Sheet, room: int) -> list[Span]:
        if self.asks_why:
            return []
        if self.editor is not None:
            lines = count(self.editor.differing, "line")
            verb = "differs" if self.editor.differing == 1 else "differ"
            differ = f"  {lines} {verb}" if self.editor.differing else ""
            if differ and inner.width > ROOMY:
                differ += " from the proposal"
            return [("editing", inner.ink("accent bold")), (differ, inner.ink("text-2"))]
        return self._verdict_facts(inner, room)

    def _verdict_facts(self, inner: Sheet, room: int) -> list[Span]:
        spot = self.spot
        spans: list[Span] = []
        word = VERDICT_WORDS.get(spot.verdict, "")
        if word:
            spans.append((word, inner.ink(self._ink)))
        if self.after and word:
            spans.append((f" {self.after}", inner.ink("text-3")))
        if spot.reason:
            spans.append((" ", inner.ink()))
            left = max(LEAST_REASON, room - width_of(spans) - len("''"))
            reason = cut(" ".join(spot.reason.split()), left, inner.glyphs.cut)
            quoted = f"{inner.glyphs.open_quote}{reason}{inner.glyphs.close_quote}"
            spans.append(inner.span(quoted, "text italic"))
            return spans
        if spot.left_out:
            changed = len(spot.changed_rows)
            left_out = f"{len(spot.left_out)} of {changed} lines left out"
            return [*spans, ("  " if spans else "", inner.ink()), (left_out, inner.ink("text-2"))]
        if spot.hunk is not None:
            gap = [("  ", inner.ink())] if spans else []
            spans += [*gap, *counts(inner, spot.hunk.plus, spot.hunk.minus)]
        return spans

    def _separator(self, sheet: Sheet) -> Row:
        dots = sheet.glyphs.between_hunks.rjust(self.geometry.band - 1)
        return make_row(sheet, [(" " * (self.geometry.margin + 1) + dots, sheet.ink("text-3"))])


def _changed(lines: Sequence[ShownLine]) -> range:
    """Return the lines from the first change to the last: what an edit replaces."""
    changed = [index for index, line in enumerate(lines) if line.side != " "]
    return range(changed[0], changed[-1] + 1) if changed else range(0)


def _lead(lines: Sequence[ShownLine]) -> int:
    return _changed(lines).start
