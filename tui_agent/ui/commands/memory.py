"""`agent memory`: what was remembered about this project, to read, add to, search and forget."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.codec import dumps
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import DONE
from tui_agent.ui.memory_lines import carried_out

EXAMPLES = """\
examples:
  agent memory                        every entry, with its number
  agent memory add use tabs here      remember something for this project
  agent memory search release tag     entries with these words
  agent memory forget 2               take one away
  agent memory --json                 entries and their file as one JSON object
"""
_VERBS = {
    "list": ("every entry, with its number", "memory", ""),
    "add": ("remember something for this project", "remember", "TEXT"),
    "search": ("entries with these words", "memory", "WORDS"),
    "forget": ("take an entry away, by its number or its words", "forget", "NUMBER|WORDS"),
}


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent memory", description=__doc__, epilog=EXAMPLES)
    made.add_argument("--json", action="store_true", help="as JSON")
    verbs = made.add_subparsers(dest="verb", metavar="|".join(_VERBS), parser_class=Parser)
    for verb, (text, _, argument) in _VERBS.items():
        one = verbs.add_parser(verb, help=text, epilog=EXAMPLES)
        if argument:
            one.add_argument("text", nargs="+", metavar=argument)
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    if parsed.json and not parsed.verb:
        entries = [{"number": one.number, "text": one.text} for one in around.memory.entries()]
        around.paper.data(dumps({"entries": entries, "file": around.memory.place}))
        return DONE
    _, verb, _ = _VERBS[parsed.verb or "list"]
    try:
        told = carried_out(around.memory, verb, " ".join(getattr(parsed, "text", ())))
    except ValueError as error:
        raise UsageError(str(error)) from None
    around.paper.put(*told)
    return DONE
