"""`agent context`: what a model is told of this folder before the first word."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.blob import preview_of
from tui_agent.core.codec import dumps
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.context_lines import context_lines, context_sizes, tokens_of
from tui_agent.ui.exit_status import DONE

EXAMPLES = """\
examples:
  agent context           instruction files, facts and map, and how many tokens they take
  agent context --json    as one JSON object
"""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent context", description=__doc__, epilog=EXAMPLES)
    made.add_argument("--json", action="store_true", help="as JSON")
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    loaded = await around.gathered()
    system = around.prompts["system"].text
    tools = [tool.spec for tool in around.tools.values()]
    if not parsed.json:
        around.paper.put(*context_lines(loaded, system, tools))
        return DONE
    parts = [
        {"part": name, "bytes": size, "tokens": tokens_of(size)}
        for name, size in context_sizes(loaded, system, tools)
    ]
    facts = preview_of(loaded.facts)
    around.paper.data(dumps({"parts": parts, "left_out": list(loaded.left_out), "facts": facts}))
    return DONE
