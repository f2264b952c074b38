"""`agent doctor`: what is there, what is missing, where we looked, what mends it."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.exit_status import DONE, FAILED
from tui_agent.ui.text import Style

EXAMPLES = """\
examples:
  agent doctor         a line for each thing; exit 1 if something needed is missing
"""
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
    findings = [one async for one in around.findings()]
    for one in findings:
        sign, style = _SIGNS[one.state]
        around.paper.put([(style, f"{sign} "), ("bold", f"{one.name:<15} "), ("", one.text)])
    return FAILED if any(one.state == "missing" for one in findings) else DONE
