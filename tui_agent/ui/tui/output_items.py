"""Lines of output, and lines that a search found, as items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text

from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.paper import Row, Sheet, Span, cut_spans, make_row, wrap

INDENT = 2
NUMBER = 5
"""Cells of a line number among matches."""

LEAST_GAP = 2
_GAP = re.compile(r" {3,}")
_ESCAPE = "\x1b"
_FOUND = re.compile(r"(\d+)([:-])\t(.*)$")
_GREP = re.compile(r"([^:\s][^:]*):(\d+):(.*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputLine:
    """One line that a command printed, in the colours that it chose."""

    text: str
    wraps: bool = True
    ink: str = "text-2"

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, width: int) -> int:
        return 1 + len(self.text) // max(1, width - INDENT - 1) if self.wraps else 1

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        text = self.text.rstrip("\r").rpartition("\r")[2]
        if _ESCAPE in text:
            spans = _coloured(sheet, text, self.ink)
        else:
            spans = [sheet.span(_squeezed(text, sheet.width - INDENT - 1), self.ink)]
        return _flowed(sheet, spans, wraps=self.wraps)


def _squeezed(text: str, room: int) -> str:
    """Take blanks out of a line's widest gap, as many as make it fit: its last column moves."""
    over = len(text) - room
    gap = max(_GAP.finditer(text), key=lambda one: len(one[0]), default=None)
    if over <= 0 or gap is None or len(gap[0]) - over < LEAST_GAP:
        return text
    return text[: gap.start()] + " " * (len(gap[0]) - over) + text[gap.end() :]


def _coloured(sheet: Sheet, text: str, ink: str) -> list[Span]:
    """Turn the colours of a line into styles; every other sequence becomes visible or nothing."""
    base = sheet.ink(ink)
    decoded = Text.from_ansi(text)
    styles: list[Style] = [base] * len(decoded.plain)
    for span in decoded.spans:
        own = span.style if isinstance(span.style, Style) else Style.parse(span.style)
        own = Style(
            color=own.color,
            bgcolor=own.bgcolor,
            bold=own.bold,
            italic=own.italic,
            underline=own.underline,
            dim=own.dim,
            reverse=own.reverse,
        )
        for at in range(span.start, min(span.end, len(styles))):
            styles[at] += own
    spans: list[Span] = []
    for at, letter in enumerate(decoded.plain):
        if spans and spans[-1][1] == styles[at]:
            spans[-1] = (spans[-1][0] + letter, styles[at])
        else:
            spans.append((letter, styles[at]))
    return [(sheet.span(piece)[0], style) for piece, style in spans]


def _flowed(sheet: Sheet, spans: Sequence[Span], *, wraps: bool) -> list[Row]:
    room = sheet.width - INDENT - 1
    lead: Span = (" " * INDENT, sheet.ink())
    if not wraps:
        return [make_row(sheet, [lead, *cut_spans(spans, room, sheet.glyphs.cut)], start=INDENT)]
    return [
        make_row(sheet, [lead, *line], start=INDENT, join=join)
        for join, line in wrap(spans, room, 0)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """The file that the matches below it are in."""

    path: str

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, _width: int) -> int:
        return 1

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        folder, slash, name = self.path.rpartition("/")
        lead = [sheet.span("  " + folder + slash, "text-3"), sheet.span(name, "text-2")]
        return [make_row(sheet, lead, start=INDENT)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """A line with what was searched for underlined."""

    number: str
    text: str
    pattern: str
    matches: bool = True

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, _width: int) -> int:
        return 1

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        lead: list[Span] = [sheet.span(f"  {self.number:>{NUMBER}}  ", "text-3")]
        start = INDENT + NUMBER + 2
        text = sheet.span(self.text.strip("\r\n"), "text-2")[0].lstrip(" ") or " "
        stretches = _matches(self.pattern, text) if self.matches else []
        at = 0
        for first, last in stretches:
            lead.append((text[at:first], sheet.ink("text-2")))
            lead.append((text[first:last], sheet.ink("text bold underline")))
            at = last
        lead.append((text[at:], sheet.ink("text-2" if self.matches else "text-3")))
        return [make_row(sheet, cut_spans(lead, sheet.width - 1, sheet.glyphs.cut), start=start)]


def _matches(pattern: str, text: str) -> list[tuple[int, int]]:
    """Return where the pattern is; nowhere, if it is not one that Python knows."""
    try:
        found = re.finditer(pattern, text) if pattern else iter(())
        return [match.span() for match in found if match.end() > match.start()]
    except re.error:
        return []


def output_items(text: str, *, wraps: bool) -> list[Item]:
    """Return a command's output line by line."""
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return [OutputLine(text=line, wraps=wraps) for line in lines]


def found_items(text: str, pattern: str) -> Iterator[Item]:
    """Give what a search printed: its files, and below each the lines."""
    path = ""
    for line in text.split("\n"):
        found, grep = _FOUND.match(line), _GREP.match(line)
        if found is not None:
            yield FoundLine(
                number=found[1], text=found[3], pattern=pattern, matches=found[2] == ":"
            )
        elif grep is not None:
            if grep[1] != path:
                path = grep[1]
                yield FoundFile(path=path)
            yield FoundLine(number=grep[2], text=grep[3], pattern=pattern)
        elif line and not line.startswith((" ", "…", "(", "--", "No line")):
            yield FoundFile(path=line)
        elif line:
            yield OutputLine(text=line, ink="text-3")
