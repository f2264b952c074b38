"""`agent trust`: what this project brings that steers the agent, and whether it counts."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.exit_status import DONE
from tui_agent.ui.trust_lines import question_lines

EXAMPLES = """\
examples:
  agent trust          show what is there, or what has changed, and ask
  agent trust accept   trust it as it is now, without a question
  agent trust revoke   trust this folder no more
  agent trust list     every folder that is trusted
"""
_VERBS = {
    "show": "what is there, or what has changed",
    "accept": "trust it as it is now",
    "revoke": "trust this folder no more",
    "list": "every folder that is trusted",
}


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent trust", description=__doc__, epilog=EXAMPLES)
    verbs = made.add_subparsers(dest="verb", metavar="|".join(_VERBS), parser_class=Parser)
    for verb, text in _VERBS.items():
        verbs.add_parser(verb, help=text, epilog=EXAMPLES)
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    verb = parser().parse_args(list(arguments)).verb
    if verb == "list":
        _list(around)
    elif verb == "revoke":
        known = around.folder.distrust()
        around.paper.put("Not trusted any more." if known else "It was not trusted.")
    else:
        _show(around, verb)
    return DONE


def _show(around: Surroundings, verb: str | None) -> None:
    question = around.folder.question()
    if question is None:
        names = ", ".join(around.folder.names)
        around.paper.put(
            f"Trusted, as they are: {names}." if names else "Nothing here steers agent."
        )
        return
    around.paper.put(*question_lines(question))
    if verb == "accept" or (verb is None and _says_yes(around)):
        around.trust()
        around.paper.put("Trusted, until they change.")
    else:
        around.paper.put("Not trusted: they do not count. agent trust accept trusts them.")


def _says_yes(around: Surroundings) -> bool:
    """Ask at a terminal; anywhere else the answer is no."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    around.paper.put("Trust them, as they are now? Type y, then Enter; anything else is no.")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _list(around: Surroundings) -> None:
    folders = around.trusted_folders()
    for one in folders:
        around.paper.put([("", one.root), ("dim", f"  since {one.at}: {', '.join(one.files)}")])
    if not folders:
        around.paper.put("No folder is trusted.")
