"""Lines for somebody who hears them: signs become words, rows of a change say what they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.ui.text import Line, Span

SIGNS = {
    "›": "you:",
    "·": "note:",
    "●": "running:",
    "✓": "done:",
    "✗": "failed:",
    "◆": "your turn:",
    "◇": "undecided:",
    "∅": "denied:",
    "≠": "stale:",
    "!": "warning:",
    "▸": "begins:",
    "○": "to do:",
    "▶": "now:",
}
"""What a sign of ours at the beginning of a line says."""
_LEAD = re.compile(r"(\s*)([" + "".join(SIGNS) + r"])(\s+|$)")
_ROW = re.compile(r"\s*(\d*) ([+−]) (.*)", re.DOTALL)
_COUNTS = re.compile(r"(?<=  )\+(\d+) −(\d+)$")


def in_words(line: Sequence[Span]) -> Line:
    """Return a line as it is to be heard; the text of others stays as it is.

    Ours is what has a style: nothing that a model or a command says has one.
    """
    spans = list(line)
    if spans and spans[0][0]:
        spans[0] = (spans[0][0], _lead(*spans[0]))
    spans[1:] = [(style, _alone(style, text)) for style, text in spans[1:]]  # after a child's name
    return [(style, _COUNTS.sub(r"\1 added, \2 removed", text)) for style, text in spans]


def _alone(style: str, text: str) -> str:
    """Return a sign that stands alone in words; any other text as it is."""
    return f"{SIGNS[text.strip()]} " if style and text.strip() in SIGNS else text


def _lead(style: str, text: str) -> str:
    row = _ROW.fullmatch(text) if style in {"added", "removed"} else None
    if row is not None:
        what = "added" if row[2] == "+" else "removed"
        return f"{what} line {row[1]}: {row[3]}"
    sign = _LEAD.match(text)
    return text if sign is None else f"{sign[1]}{SIGNS[sign[2]]} {text[sign.end() :]}"
