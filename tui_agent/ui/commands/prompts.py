"""`agent prompts`: what the model is told before anything else, word for word."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.codec import dumps
from tui_agent.core.prompt import PROMPTS
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.exit_status import DONE

EXAMPLES = """\
examples:
  agent prompts                the names, with hashes as requests in the log carry them
  agent prompts show system    the system text
  agent prompts show system > ~/.config/agent/prompts/system.md    yours, to be changed

A file prompts/NAME.md beside your settings stands in the place of ours, from the next session on.
"""
DIGITS = 12


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent prompts", description=__doc__, epilog=EXAMPLES)
    made.add_argument("verb", nargs="?", choices=("show",), default="show", help="show one")
    made.add_argument("name", nargs="?", choices=tuple(PROMPTS), help="which one")
    made.add_argument("--json", action="store_true", help="name, hash, origin and text as JSON")
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    prompts = around.prompts
    chosen = [prompts[parsed.name]] if parsed.name else list(prompts.values())
    for one in chosen:
        if parsed.json:
            told = {"name": one.name, "sha256": one.hash, "origin": one.origin, "text": one.text}
            around.paper.data(dumps(told))
        elif parsed.name:
            around.paper.data(one.text)
            around.paper.say([("dim", f"sha256 {one.hash}, {one.origin}")])
        else:
            line = f"{one.name:<12} {one.hash[:DIGITS]}  {one.origin}"
            around.paper.put(line)
    return DONE
