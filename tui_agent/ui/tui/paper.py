"""How text becomes rows of cells: spans, wrapping, cutting, and the row that a pane draws."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from rich.cells import cell_len, set_cell_size, split_text
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_agent.ui.clean import clean, one_row
from tui_agent.ui.tui.glyphs import UNICODE, Glyphs
from tui_agent.ui.tui.theme import Theme

Span = tuple[str, Style]
"""Clean text without line feeds, and how it is drawn."""

BETWEEN = 2
"""Cells between two fields of a row."""
_WORDS = re.compile(r"\s*\S+\s*|\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What an item needs to know to draw itself: cells, theme, signs, plane, and the focus."""

    width: int
    theme: Theme
    glyphs: Glyphs = UNICODE
    plane: str = "canvas"
    """The role of the background that the item stands on."""
    cursor: bool = False
    """Whether the item is the one that keys act on."""
    focused: bool = False
    """Whether its pane has the focus."""

    def ink(self, what: str = "text", on: str = "") -> Style:
        """Return a style on this sheet's plane."""
        return self.theme.ink(what, on or self.plane)

    def span(self, text: str, what: str = "text", on: str = "") -> Span:
        """Return foreign or own text as a span, made clean."""
        return clean(text, ascii_only=self.glyphs.ascii_only), self.ink(what, on)

    def on(self, plane: str) -> Sheet:
        """Return this sheet on another plane."""
        return replace(self, plane=plane)


@cache
def _wide() -> re.Pattern[str]:
    """Return what finds characters of two cells; to compile it takes a part of the first paint."""
    return re.compile("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]")


class Row:
    """One row of cells, and what copying it gives."""

    __slots__ = ("join", "start", "strip", "text")

    def __init__(self, strip: Strip, text: str = "", *, start: int = 0, join: str = "\n") -> None:
        """Take a strip with the logical text that begins in column `start`.

        `join` stands between the row before and this one when both are copied: a line feed, or what
        the wrapping took away.
        """
        self.strip = strip
        self.text = text
        self.start = start
        self.join = join


def joined(rows: Iterable[tuple[Row, int, int | None]]) -> str:
    """Return the text of rows between columns, joined as it was before it was broken."""
    text = ""
    for row, left, right in rows:
        begin = max(0, left - row.start)
        end = None if right is None else max(0, right - row.start)
        kept = row.text if end is None else halves(row.text, end)[0]
        text += (row.join if text else "") + halves(kept, begin)[1]
    return text


def halves(text: str, cells: int) -> tuple[str, str]:
    """Return a text up to a cell and from there on; what stands across two cells goes on."""
    if cells <= 0:
        return "", text
    if cells >= cell_len(text):
        return text, ""
    left, right = split_text(text, cells)
    return (left, right) if left + right == text else split_text(text, cells - 1)


def width_of(spans: Iterable[Span]) -> int:
    """Return the cells that spans take."""
    return sum(cell_len(text) for text, _ in spans)


def plain(spans: Iterable[Span]) -> str:
    """Return the text of spans."""
    return "".join(text for text, _ in spans)


def cut(text: str, width: int, mark: str = "…") -> str:
    """Return `text` within `width` cells, its end replaced by `mark` where it is too long."""
    if cell_len(text) <= width:
        return text
    room = width - cell_len(mark)
    return set_cell_size(text, room).rstrip() + mark if room > 0 else set_cell_size(text, width)


def cut_middle(path: str, width: int, mark: str = "…") -> str:
    """Return a path or name within `width` cells; whole components go first, the name stays."""
    if cell_len(path) <= width:
        return path
    parts = path.split("/")
    for dropped in range(1, len(parts) - 1):
        shorter = "/".join((parts[0], mark, *parts[1 + dropped :]))
        if cell_len(shorter) <= width:
            return shorter
    name = parts[-1]
    if cell_len(name) <= width:
        return name
    room = max(0, width - cell_len(mark))
    head, tail = room - room // 2, room // 2
    end = halves(name, cell_len(name) - tail)[1]
    return halves(name, head)[0] + mark + (end if cell_len(end) <= tail else halves(end, 2)[1])


def padded(text: str, width: int, mark: str = "…") -> str:
    """Return a text of exactly `width` cells, the last two of them free."""
    return set_cell_size(cut_middle(text, width - 2, mark), width)


def cut_spans(spans: Sequence[Span], width: int, mark: str = "…") -> list[Span]:
    """Return spans within `width` cells, the last one cut."""
    if width_of(spans) <= width:
        return list(spans)
    kept: list[Span] = []
    room = width - cell_len(mark)
    for text, style in spans:
        cells = cell_len(text)
        if cells > room:
            kept.append((set_cell_size(text, max(0, room)).rstrip() + mark, style))
            break
        kept.append((text, style))
        room -= cells
    return kept


def wrap(spans: Sequence[Span], width: int, hanging: int = 0) -> list[tuple[str, list[Span]]]:
    """Break spans at line feeds and words into lines of `width` cells; longer words anywhere.

    Lines after the first get `hanging` cells less. Returns each line with what the break before it
    took away (a space or nothing); the first has a line feed.
    """
    parts = _at_line_feeds(spans)
    return [line for part in parts for line in _wrapped(part, width, hanging)]


def _at_line_feeds(spans: Sequence[Span]) -> list[Sequence[Span]]:
    if not any("\n" in text for text, _ in spans):
        return [spans]
    parts: list[list[Span]] = [[]]
    for text, style in spans:
        first, *rest = text.split("\n")
        parts[-1].append((first, style))
        parts += [[(line, style)] for line in rest]
    return list(parts)


def _wrapped(spans: Sequence[Span], width: int, hanging: int) -> list[tuple[str, list[Span]]]:
    lines: list[tuple[str, list[Span]]] = [("\n", [])]
    used, room = 0, max(1, width)
    for whole in _words(spans):
        word = whole
        cells = width_of(_stripped(word))
        if used and used + cells > room and room - used > 1 and _wide().search(plain(word)):
            # Scripts without blanks between words are broken wherever a line is full.
            head, word = _broken(word, room - used)
            lines[-1][1].extend(head)
            used += width_of(head)
            cells = width_of(_stripped(word))
        if used and used + cells > room:
            gap = " " if lines[-1][1] and lines[-1][1][-1][0].endswith(" ") else ""
            lines[-1] = (lines[-1][0], _stripped(lines[-1][1]))
            lines.append((gap, []))
            used, room = 0, max(1, width - hanging)
        while cells > room:
            head, word = _broken(word, room)
            lines[-1][1].extend(head)
            lines.append(("", []))
            room = max(1, width - hanging)
            cells = width_of(_stripped(word))
        lines[-1][1].extend(word)
        used += width_of(word)
    lines[-1] = (lines[-1][0], _stripped(lines[-1][1]))
    return lines


def _words(spans: Sequence[Span]) -> Iterable[list[Span]]:
    """Give words with the spaces after them; a word may have parts of several styles."""
    word: list[Span] = []
    for text, style in spans:
        for found in _WORDS.findall(text):
            piece = found
            if piece.isspace():
                word.append((piece, style))
                continue
            if word and word[-1][0][-1:].isspace():
                yield word
                word = []
            lead = len(piece) - len(piece.lstrip())
            if lead and word:
                word.append((piece[:lead], style))
                yield word
                word, piece = [], piece[lead:]
            word.append((piece, style))
    if word:
        yield word


def _stripped(spans: Sequence[Span]) -> list[Span]:
    kept = list(spans)
    while kept:
        text, style = kept[-1]
        bare = text.rstrip()
        if bare:
            kept[-1] = (bare, style)
            break
        kept.pop()
    return kept


def _broken(spans: Sequence[Span], cells: int) -> tuple[list[Span], list[Span]]:
    head: list[Span] = []
    rest = list(spans)
    while rest and cells > 0:
        text, style = rest[0]
        size = cell_len(text)
        if size <= cells:
            head.append(rest.pop(0))
            cells -= size
            continue
        left, right = halves(text, cells)
        if not left and not head:
            left, right = text[:1], text[1:]
        head.append((left, style))
        rest[0] = (right, style)
        break
    return head, rest


def matched(label: str, query: str, sheet: Sheet, weight: str = "") -> list[Span]:
    """Return a label with its match in accent, bold and underlined."""
    place = label.lower().find(query.lower()) if query else -1
    if place < 0:
        return [sheet.span(label, "text" + weight)]
    end = place + len(query)
    return [
        sheet.span(label[:place], "text" + weight),
        sheet.span(label[place:end], "accent bold underline"),
        sheet.span(label[end:], "text" + weight),
    ]


def make_row(
    sheet: Sheet,
    left: Sequence[Span],
    right: Sequence[Span] = (),
    *,
    start: int = 0,
    join: str = "\n",
) -> Row:
    """Return a row: `left` from the first column, `right` at the end, both on the sheet's plane.

    The left part is cut where both do not fit. Text is copied from column `start` on.
    """
    left, right = _one_row(left, sheet), _one_row(right, sheet)
    room = sheet.width - width_of(right) - (BETWEEN if plain(right).strip() else 0)
    if width_of(left) > room:
        left = cut_spans(left, max(0, room), sheet.glyphs.cut)
    gap = sheet.width - width_of(left) - width_of(right)
    fill = (" " * max(0, gap), sheet.ink())
    spans = [*left, fill, *right]
    segments = [Segment(text, style) for text, style in spans if text]
    copied = plain(left) + ("  " + plain(right).rstrip() if right else "")
    strip = Strip(segments)
    if strip.cell_length > sheet.width:
        strip = strip.crop(0, sheet.width)
    return Row(strip, copied[start:].rstrip(), start=start, join=join)


def _one_row(spans: Sequence[Span], sheet: Sheet) -> Sequence[Span]:
    if not any("\n" in text for text, _ in spans):
        return spans
    ascii_only = sheet.glyphs.ascii_only
    return [(one_row(text, ascii_only=ascii_only), style) for text, style in spans]


def blank_row(sheet: Sheet) -> Row:
    """Return an empty row of the sheet's plane."""
    return Row(Strip.blank(sheet.width, sheet.ink()))


def paragraph(
    sheet: Sheet,
    spans: Sequence[Span],
    *,
    first: Sequence[Span] = (),
    indent: int = 0,
    margin: int = 1,
) -> list[Row]:
    """Return wrapped rows that begin in column `indent`; the first has `first` before that."""
    rows: list[Row] = []
    space = sheet.ink()
    for join, line in wrap(spans, sheet.width - indent - margin):
        lead = list(first) if not rows else []
        lead.append((" " * max(0, indent - width_of(lead)), space))
        rows.append(make_row(sheet, [*lead, *line], start=indent, join=join))
    return rows
