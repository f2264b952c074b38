"""What an approval shows of a server's tool: what is called with what, and how it has changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from tui_agent.core.proposal import Proposal
from tui_agent.core.served import Served
from tui_agent.ui.tui.file_items import filled
from tui_agent.ui.tui.paper import Row, Sheet, Span, make_row, paragraph, wrap
from tui_agent.ui.tui.syntax import Highlighter

INDENT = 2
LABELS = 12
_INKS = {"+": "added", "-": "removed", "@": "text-3"}


def served_rows(sheet: Sheet, proposal: Proposal, served: Served) -> list[Row]:
    """Return the call in a band of its own: the tool, and each of its arguments."""
    inner = replace(sheet, plane="raised", width=max(1, sheet.width - 2 * INDENT + 1))
    lines = argument_lines(proposal.arguments)
    reader = Highlighter("arguments.json", [line + "\n" for line in lines])
    reader.read_to(len(lines), 0.02)
    named = [inner.span(f"{served.server}  ", "text-2"), inner.span(served.tool, "text bold")]
    rows = [_in_band(sheet, inner, named)]
    for number in range(len(lines)):
        spans = [inner.span(text, role) for text, role in reader.line(number)]
        for _, line in wrap(spans, inner.width - 5, 0):
            rows.append(_in_band(sheet, inner, [inner.span("  "), *line]))
    return rows


def _in_band(sheet: Sheet, inner: Sheet, spans: Sequence[Span]) -> Row:
    cells = filled(inner, [inner.span(" "), *spans], ())
    return make_row(sheet, [(" " * INDENT, sheet.ink()), *cells], start=INDENT + 3)


def argument_lines(arguments: str) -> list[str]:
    """Return a call's arguments, one a line; none where there are none."""
    try:
        given = json.loads(arguments)
    except ValueError:
        return arguments.split("\n")
    if not given:
        return []
    return json.dumps(given, indent=2, ensure_ascii=False).split("\n")[1:-1]


def changed_rows(sheet: Sheet, served: Served) -> list[Row]:
    """Return how the tool differs from the one that was allowed."""
    if not served.changed:
        return []
    lead: list[Span] = [(" " * INDENT, sheet.ink()), sheet.span("Changed", "text bold")]
    words = [sheet.span("since you allowed it, its server says otherwise what it does", "warning")]
    rows = paragraph(sheet, words, first=lead, indent=LABELS)
    for line in served.changed.rstrip("\n").split("\n"):
        if not line.startswith(("---", "+++")):
            ink = _INKS.get(line[:1], "text-2")
            rows += paragraph(sheet, [sheet.span(line, ink)], indent=LABELS)
    return rows
