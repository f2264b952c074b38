"""`agent graph`: the phases of a turn, or a session's plan, as Mermaid."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.state import fold
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.exit_status import DONE, FAILED
from tui_agent.ui.mermaid import phases_graph, plan_graph

EXAMPLES = """\
examples:
  agent graph          the seven phases and how they follow one another
  agent graph last     the plan of the last session here, each step with its state
"""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent graph", description=__doc__, epilog=EXAMPLES)
    made.add_argument("id", nargs="?", help="a session whose plan is drawn")
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    if parsed.id is None:
        around.paper.data(phases_graph())
        return DONE
    plan = fold(around.stored(parsed.id).records).main.plan
    if plan is None:
        around.paper.say("That session has no plan.")
        return FAILED
    around.paper.data(plan_graph(plan))
    return DONE
