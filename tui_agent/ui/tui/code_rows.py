"""One line of a diff as cells: gutter, number, sign and code, tinted by its verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.style import Style

from tui_agent.ui.tui.emphasis import Stretch
from tui_agent.ui.tui.paper import Row, Sheet, Span, make_row, width_of, wrap
from tui_agent.ui.tui.syntax import Piece

Side = Literal[" ", "-", "+"]
Standing = Literal["undecided", "accepted", "rejected"]
"""How a line stands; one that is left out stands rejected."""

HANGING = 2
"""Cells that a wrapped line is indented more than its own beginning."""

_SIDES: dict[str, str] = {"-": "removed", "+": "added"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """Where the parts of a line stand, in cells."""

    margin: int = 1
    """Blank cells before the gutter."""
    right: int = 1
    """Blank cells after the code: the thumb stands there."""
    number: int = 4
    """Cells of a line number."""
    columns: int = 1
    """Number columns."""

    @property
    def band(self) -> int:
        """Cells of the numbers with the blanks around them."""
        return 1 + (self.number + 1) * self.columns

    def room(self, width: int) -> int:
        """Return the cells between gutter and right margin."""
        return max(1, width - self.margin - 1 - self.right)

    @property
    def code(self) -> int:
        """The column in which the code begins."""
        return self.margin + 1 + self.band + 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Brush:
    """How the lines of one kind and standing are painted."""

    plane: str
    band_plane: str
    number: str
    sign: str
    sign_ink: str
    word_plane: str = ""
    """The plane of emphasised words; empty: nothing is emphasised."""
    fades: bool = False
    struck: bool = False
    role: str = ""
    """The one role of all code, where a terminal has no tints."""

    def code(self, sheet: Sheet) -> Callable[[str], Style]:
        """Return the style of a piece of code by its role."""
        theme, plane = sheet.theme, self.plane
        if self.struck:
            return lambda _: theme.ink("text-3 strike", plane)
        if self.fades:
            return lambda role: theme.faded(role, plane)
        if self.role:
            own = self.role
            return lambda role: theme.ink(own + (" italic" if "italic" in role else ""), plane)
        return lambda role: theme.ink(role, plane)

    def word(self, sheet: Sheet) -> Callable[[str], Style]:
        """Return the style of an emphasised piece by its role."""
        theme, plane = sheet.theme, self.word_plane
        more = " underline" if theme.underlines_words else ""
        own = self.role

        def style(role: str) -> Style:
            italic = " italic" if "italic" in role else ""
            if own:
                return theme.ink(own + italic + more, plane)
            if role.startswith("comment"):
                role = "text" + italic
            return theme.ink(role + more, plane)

        return style


def brush_for(sheet: Sheet, side: Side, standing: Standing, *, edited: bool = False) -> Brush:
    """Return how a line is painted; `edited` marks one that the person wrote."""
    minus = sheet.glyphs.minus
    sign = {"-": minus, "+": sheet.glyphs.plus, " ": " "}[side]
    if side == " ":
        return Brush(
            plane=sheet.plane,
            band_plane=sheet.plane,
            number="text-3",
            sign=sign,
            sign_ink="text-3",
            fades=True,
        )
    if standing == "rejected":
        return Brush(
            plane=sheet.plane,
            band_plane=sheet.plane,
            number="text-3",
            sign=sign,
            sign_ink="text-3",
            struck=side == "+",
        )
    name = _SIDES[side]
    return Brush(
        plane=f"{name}-line",
        band_plane=f"{name}-number",
        number=name,
        sign=sheet.glyphs.edited if edited else sign,
        sign_ink="accent bold" if edited else f"{name} bold",
        word_plane=f"{name}-word" if standing == "undecided" else "",
        role=name if sheet.theme.native else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLine:
    """A line as it is to be drawn."""

    pieces: tuple[Piece, ...]
    numbers: tuple[int | None, ...]
    brush: Brush
    stretches: Sequence[Stretch] = ()
    cursor: bool = False
    """Whether the line cursor is on it: then its number is reversed."""
    remark: str = ""
    """What cannot be seen otherwise: a missing line feed at the end, other line ends."""


def spans_of(sheet: Sheet, line: CodeLine) -> list[Span]:
    """Return the code of a line in its colours, emphasised words apart."""
    code = line.brush.code(sheet)
    spans: list[Span] = []
    if not line.stretches or not line.brush.word_plane:
        spans = [(text, code(role)) for text, role in line.pieces]
    else:
        spans = _emphasised(line, code, line.brush.word(sheet))
    if line.brush.struck:
        spans = _unstruck_start(spans, sheet.theme.ink("text-3", line.brush.plane))
    if line.remark:
        spans.append((f"  {line.remark}", sheet.theme.ink("text-3 italic", line.brush.plane)))
    return spans


def _unstruck_start(spans: Sequence[Span], blank: Style) -> list[Span]:
    """Strike words, not the blanks before them."""
    text = "".join(part for part, _ in spans)
    blanks = len(text) - len(text.lstrip(" "))
    left = blanks
    kept: list[Span] = [(" " * blanks, blank)] if blanks else []
    for part, style in spans:
        cut, left = min(left, len(part)), max(0, left - len(part))
        if part[cut:]:
            kept.append((part[cut:], style))
    return kept


def _emphasised(
    line: CodeLine, code: Callable[[str], Style], word: Callable[[str], Style]
) -> list[Span]:
    spans: list[Span] = []
    at = 0
    for text, role in line.pieces:
        end = at + len(text)
        place = at
        for start, stop in line.stretches:
            first, last = max(start, place), min(stop, end)
            if first >= last:
                continue
            if first > place:
                spans.append((text[place - at : first - at], code(role)))
            spans.append((text[first - at : last - at], word(role)))
            place = last
        if place < end:
            spans.append((text[place - at :], code(role)))
        at = end
    return spans


def wrapped(spans: Sequence[Span], width: int, blank: Style) -> list[tuple[str, list[Span]]]:
    """Break a line of code at words; what follows is indented by two cells more than its start."""
    if width_of(spans) <= width:
        return [("\n", list(spans))]
    text = "".join(part for part, _ in spans)
    indent = len(text) - len(text.lstrip(" ")) + HANGING
    if indent > width // 2:
        indent = HANGING
    lines = wrap(spans, width, indent)
    return [
        (join, line if number == 0 else [(" " * indent, blank), *line])
        for number, (join, line) in enumerate(lines)
    ]


def line_cells(
    sheet: Sheet, geometry: Geometry, line: CodeLine, width: int
) -> list[tuple[str, list[Span]]]:
    """Return numbers, sign and code in rows of exactly `width` cells, each with what joins it."""
    theme, brush = sheet.theme, line.brush
    blank = theme.ink("text", brush.plane)
    room = max(1, width - geometry.band - 2)
    found: list[tuple[str, list[Span]]] = []
    for join, spans in wrapped(spans_of(sheet, line), room, blank):
        first = not found
        sign = brush.sign if first else " "
        cells = [
            _band(sheet, geometry, line, first=first),
            (f"{sign} ", theme.ink(brush.sign_ink, brush.plane)),
            *spans,
        ]
        rest = room - width_of(spans)
        found.append((join, [*cells, (" " * rest, blank)] if rest > 0 else cells))
    return found


def line_rows(sheet: Sheet, geometry: Geometry, gutter: Span, line: CodeLine) -> list[Row]:
    """Return a line's rows over the whole width of the sheet."""
    margin: Span = (" " * geometry.margin, sheet.ink())
    width = geometry.room(sheet.width)
    return [
        make_row(sheet, [margin, gutter, *cells], start=geometry.code, join=join)
        for join, cells in line_cells(sheet, geometry, line, width)
    ]


def _band(sheet: Sheet, geometry: Geometry, line: CodeLine, *, first: bool) -> Span:
    theme, brush = sheet.theme, line.brush
    width = geometry.number
    shown = [f"{number or ''}".rjust(width) if first else " " * width for number in line.numbers]
    text = " " + " ".join(shown) + " "
    if line.cursor and first:
        return text, theme.ink("accent reverse bold")
    return text, theme.ink(brush.number, brush.band_plane)
