"""`agent rules`: ask the gate what it says to a command, without running it."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.policy import Circumstances, decide
from tui_agent.core.proposal import Command, Proposal
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.exit_status import DONE
from tui_agent.ui.text import Style

EXAMPLES = """\
examples:
  agent rules test 'git status'               allowed, asked or denied, and by which rule
  agent --profile strict rules test 'curl x'  under another profile
  agent --mode auto rules test 'make'         in another mode
"""
_STYLES: dict[str, tuple[str, Style]] = {
    "allow": ("✓ allow", "added"),
    "ask": ("◆ ask", "pending"),
    "deny": ("∅ deny", "removed"),
}


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent rules", description=__doc__, epilog=EXAMPLES)
    verbs = made.add_subparsers(dest="verb", metavar="test", parser_class=Parser, required=True)
    tested = verbs.add_parser("test", help="what the gate says to a command", epilog=EXAMPLES)
    tested.add_argument("command", help="the whole command, quoted")
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    settings = around.settings
    proposal = Proposal(
        call_id="test",
        tool="shell",
        title=parsed.command,
        effects=frozenset({"execute"}),
        command=Command(text=parsed.command),
        targets=around.looked_at(parsed.command) if around.toolsets else (),
    )
    outcome = decide(
        proposal,
        Circumstances(
            mode=settings.mode,
            unconfined=around.options.no_sandbox or settings.sandbox == "none",
            rules=settings.rules,
            write_paths=settings.write_paths,
            read_paths=settings.read_paths,
            programs=settings.programs,
            toolsets=tuple(around.toolsets),
        ),
    )
    word, style = _STYLES[outcome.action]
    around.paper.put(
        [(style, word), ("", f"  {outcome.reason.text}")],
        [("dim", f"rule {outcome.reason.rule}, {outcome.reason.origin}; mode {settings.mode}")],
    )
    return DONE
