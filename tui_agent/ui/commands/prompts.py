"""`agent prompts`: what the model is told before anything else, word for word."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.prompt import PROMPTS
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.exit_status import DONE

EXAMPLES = """\
examples:
  agent prompts show           the names
  agent prompts show system    the system text
"""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent prompts", description=__doc__, epilog=EXAMPLES)
    made.add_argument("verb", nargs="?", choices=("show",), default="show", help="show one")
    made.add_argument("name", nargs="?", choices=tuple(PROMPTS), help="which one")
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    if parsed.name is None:
        around.paper.put(*PROMPTS)
    else:
        around.paper.data(PROMPTS[parsed.name])
    return DONE
