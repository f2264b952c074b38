"""`agent doctor`: what is there, what is missing, where we looked, what mends it."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Sequence

from tui_agent.ui.commands.contract import Finding, Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.exit_status import DONE, FAILED
from tui_agent.ui.text import Line, Style

EXAMPLES = """\
examples:
  agent doctor         a line for each thing; exit 1 if something needed is missing
"""
COLUMN, NARROWEST = 15, 40
_SIGNS: dict[str, tuple[str, Style]] = {
    "ok": ("✓", "added"),
    "note": ("!", "warning"),
    "missing": ("✗", "danger"),
}


def parser() -> Parser:
    """Return how the command is typed."""
    return Parser(prog="agent doctor", description=__doc__, epilog=EXAMPLES)


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parser().parse_args(list(arguments))
    missing = False
    async for one in around.findings():
        missing = missing or one.state == "missing"
        around.paper.put(*finding_lines(one, _width(around)))
    return FAILED if missing else DONE


def _width(around: Surroundings) -> int:
    """Return how wide lines may be; without a terminal they are not folded."""
    if not around.paper.out.isatty():
        return 0
    return max(NARROWEST, shutil.get_terminal_size().columns)


def finding_lines(one: Finding, width: int) -> Iterator[Line]:
    """Yield a finding, folded below itself, and what mends it. `width` 0: one line."""
    sign, style = _SIGNS[one.state]
    head = f"{one.name:<{COLUMN}} "
    room = width - len(head) - 2 if width else 0
    first, *others = textwrap.wrap(one.text, room) if room else [one.text]
    yield [(style, f"{sign} "), ("bold", head), ("", first)]
    below = " " * (len(head) + 2)
    for line in others:
        yield [("", f"{below}{line}")]
    if one.mend:
        yield [("", below), ("accent", f"→ {one.mend}")]
