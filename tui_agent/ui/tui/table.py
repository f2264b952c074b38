"""How a Markdown table is drawn: columns as wide as they need and there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_agent.ui.tui.inline import inline_spans
from tui_agent.ui.tui.paper import Row, Sheet, Span, make_row, width_of, wrap

if TYPE_CHECKING:
    from markdown_it.token import Token

GAP = 2


def table_rows(tokens: Sequence[Token], sheet: Sheet, indent: int) -> list[Row]:
    """Draw a table; cells that find no room wrap."""
    lines: list[tuple[bool, list[list[Span]]]] = []
    head = False
    for token in tokens:
        if token.type == "thead_open":
            head = True
        elif token.type == "thead_close":
            head = False
        elif token.type == "tr_open":
            lines.append((head, []))
        elif token.type == "inline":
            ink = "text-2 bold" if head else "text"
            lines[-1][1].append([span for line in inline_spans(token, sheet, ink) for span in line])
    widths = _widths([cells for _, cells in lines], sheet.width - indent - 1)
    rows: list[Row] = []
    for _, cells in lines:
        rows += _line(cells, widths, sheet, indent)
    return rows


def _widths(lines: list[list[list[Span]]], room: int) -> list[int]:
    count = max((len(cells) for cells in lines), default=0)
    wanted = [
        max((width_of(cells[column]) for cells in lines if column < len(cells)), default=1)
        for column in range(count)
    ]
    room -= GAP * max(0, count - 1)
    while sum(wanted) > room and max(wanted, default=0) > 1:
        wanted[wanted.index(max(wanted))] -= 1
    return wanted


def _line(cells: list[list[Span]], widths: list[int], sheet: Sheet, indent: int) -> list[Row]:
    columns = [
        [part for _, part in wrap(cell, max(1, width))]
        for cell, width in zip(cells, widths, strict=False)
    ]
    rows = []
    for number in range(max((len(column) for column in columns), default=0)):
        spans: list[Span] = [(" " * indent, sheet.ink())]
        for column, width in zip(columns, widths, strict=False):
            part = column[number] if number < len(column) else []
            spans += [*part, (" " * (width - width_of(part) + GAP), sheet.ink())]
        del spans[-1]
        rows.append(make_row(sheet, spans, start=indent))
    return rows
