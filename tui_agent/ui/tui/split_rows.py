"""A hunk side by side: what the file is on the left, what it would be on the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from tui_agent.ui.tui.code_rows import line_cells
from tui_agent.ui.tui.file_text import ShownLine
from tui_agent.ui.tui.paper import Row, Sheet, Span, make_row

if TYPE_CHECKING:
    from tui_agent.ui.tui.hunk_items import HunkItem

GAP = 1
Pair = tuple[int | None, int | None]
"""Indices of the lines that stand beside each other."""


def split_rows(sheet: Sheet, item: HunkItem) -> tuple[list[Row], list[int]]:
    """Return the rows, and for each line of the hunk the row it begins in."""
    lines = item.file.lines(item.spot)
    margin = item.geometry.margin
    whole = item.geometry.room(sheet.width) - GAP
    left, right = whole // 2, whole - whole // 2
    edge: list[Span] = [(" " * margin, sheet.ink()), item.gutter(sheet)]
    gap: Span = (" " * GAP, sheet.ink())
    rows: list[Row] = []
    places = [0] * len(lines)
    for old, new in _pairs(lines):
        for index in (old, new):
            if index is not None:
                places[index] = len(rows)
        one = _cells(sheet, item, lines, (old, True), left)
        other = _cells(sheet, item, lines, (new, False), right)
        for own, their in zip_longest(one, other):
            cells = own or _rest(sheet, lines, old, item, left)
            cells = [*edge, *cells, gap, *(their or _rest(sheet, lines, new, item, right))]
            rows.append(make_row(sheet, cells, start=item.geometry.code))
    return rows, places


def _pairs(lines: Sequence[ShownLine]) -> Iterator[Pair]:
    """Give context beside itself, and a change's old lines beside its new ones."""
    old: list[int] = []
    new: list[int] = []
    for index, line in enumerate(lines):
        if line.side == " " or (line.side == "-" and new):
            yield from zip_longest(old, new)
            old, new = [], []
        if line.side == " ":
            yield index, index
        else:
            (old if line.side == "-" else new).append(index)
    yield from zip_longest(old, new)


def _cells(
    sheet: Sheet,
    item: HunkItem,
    lines: Sequence[ShownLine],
    place: tuple[int | None, bool],
    width: int,
) -> list[list[Span]]:
    """Return the rows of one side; none where it has no line."""
    index, is_old = place
    if index is None:
        return []
    line = lines[index]
    number = line.old if is_old else line.new
    code = replace(item.code_line(sheet, line), numbers=(number,))
    return [cells for _, cells in line_cells(sheet, item.geometry, code, width)]


def _rest(
    sheet: Sheet, lines: Sequence[ShownLine], index: int | None, item: HunkItem, width: int
) -> list[Span]:
    """Return a row of a side that has no line, or whose line is shorter than its counterpart."""
    plane = "absent" if index is None else item.brush(sheet, lines[index]).plane
    if plane != "absent" and index is not None:
        band = item.brush(sheet, lines[index]).band_plane
        cells = item.geometry.band
        return [
            (" " * cells, sheet.theme.ink("text", band)),
            (" " * (width - cells), sheet.theme.ink("text", plane)),
        ]
    return [(" " * width, sheet.theme.ink("text", plane))]
