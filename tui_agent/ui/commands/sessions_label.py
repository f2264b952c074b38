"""`agent sessions label`: a name for a session, or for the place where it stands."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import DONE

if TYPE_CHECKING:
    from tui_agent.ui.commands.contract import Surroundings
    from tui_agent.ui.commands.options import AddVerb

EXAMPLES = """\
examples:
  agent sessions label last before the rewrite
  agent sessions search 'before the rewrite'    finds it again
  agent replay last --at 'before the rewrite'   looks at that place
"""


def add(add_verb: AddVerb) -> None:
    """Add the word to the parser."""
    made = add_verb("label", help="name the place where one stands", epilog=EXAMPLES)
    made.add_argument("id", help="id, its beginning, a file, or last")
    made.add_argument("text", nargs="+", help="the name")


async def label(parsed: Namespace, around: Surroundings) -> int:
    """Append a label to a session's end. Raises OSError where another process writes it."""
    text = " ".join(" ".join(parsed.text).split())
    if not text:
        raise UsageError("a label needs a text")
    stored = around.stored(parsed.id)
    kept = around.sessions.label(stored.folder, text)
    around.paper.put([("added", "✓ "), ("", f"{stored.folder.name[-26:]} is labelled {kept}")])
    return DONE
