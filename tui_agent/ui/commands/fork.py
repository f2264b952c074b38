"""`agent fork`: begin a new session with the beginning of another one."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser, session_and_place
from tui_agent.ui.exit_status import DONE

SHORT = 10
"""Characters of an id that are enough to name it here."""
EXAMPLES = """\
examples:
  agent fork last           a copy of this folder's last session, as it is now
  agent fork 01k@12         the beginning of a session, up to step 12
  agent -r "$(agent fork last@12)"   and go on from there

The copied records are the same bytes, and the old session stays as it is. The files of the folder
stay as they are, too: what differs from what they were at that step is named when the new session
is taken up. agent rewind takes the files back.

exit status: 0 forked, 2 no such session or step
"""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent fork", description=__doc__, epilog=EXAMPLES)
    made.add_argument(
        "id", nargs="?", default="last", metavar="ID[@STEP]", help="id, its beginning, or last"
    )
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    name, place = session_and_place(parsed.id)
    forked = around.fork_at(name, place)
    around.paper.put(forked.id)
    where = f"session {forked.source[:SHORT]} at step {forked.step}"
    around.paper.say(f"A fork of {where}: agent -r {forked.id[:SHORT]} goes on from there.")
    return DONE
