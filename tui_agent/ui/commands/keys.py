"""`agent keys`: which keys are found, by name. No value is ever shown or kept."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.exit_status import DONE

EXAMPLES = """\
examples:
  agent keys                       which are found in the environment
  export ANTHROPIC_API_KEY=…       how one is given
"""


def parser() -> Parser:
    """Return how the command is typed."""
    return Parser(prog="agent keys", description=__doc__, epilog=EXAMPLES)


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parser().parse_args(list(arguments))
    found = False
    for one in around.providers():
        if not one.variable:
            continue
        found = found or one.found
        mark = "✓" if one.found else "·"
        state = "found" if one.found else "not set"
        around.paper.put(
            [
                ("added" if one.found else "dim", f"{mark} "),
                ("", f"{one.variable:<22} {state:<8} "),
                ("dim", f"{one.name}"),
            ]
        )
    if not found:
        around.paper.say(
            "No key was found in the environment. export ANTHROPIC_API_KEY=… gives one."
        )
    return DONE
