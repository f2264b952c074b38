"""`agent demo`: a scripted model mends a throw-away repository, and you decide. Needs no key."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.ui.commands.options import Parser

EXAMPLES = """\
examples:
  agent demo          on the screen: every key works, and nothing of yours is touched
  agent demo --plain  it plays itself in text; exit 0 only if the tests pass at the end
"""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent demo", description=__doc__, epilog=EXAMPLES)
    made.add_argument("--plain", action="store_true", help="play itself, in text")
    return made


def by_itself(arguments: Sequence[str]) -> bool:
    """Return whether it was asked to play itself. Raises UsageError."""
    return bool(parser().parse_args(list(arguments)).plain)
