"""`agent rewind`: go back to an earlier place of a session; lines that you wrote stay."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.undo import NothingToUndoError, UnknownPlaceError
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser, session_and_place
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.commands.undo import finished, stops_at
from tui_agent.ui.exit_status import DONE, USAGE

EXAMPLES = """\
examples:
  agent rewind last@12              conversation and files as they were after step 12
  agent rewind last@12 --dry-run    only show the diff
  agent rewind 01k@3 --files        the files alone; the conversation goes on
  agent rewind 01k@3 --conversation the conversation alone

STEP is the number that agent replay shows; a message of yours means the place before it. Nothing
of the session is lost: a rewind is a turn, and going back to before it undoes it. What commands
did outside of the recorded files stays, and is named.

exit status: 0 gone back or nothing to go back to, 1 it cannot be, 2 usage, 6 approval needed
"""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent rewind", description=__doc__, epilog=EXAMPLES)
    made.add_argument("id", metavar="ID@STEP", help="a session, and a step of it")
    only = made.add_mutually_exclusive_group()
    only.add_argument("--files", action="store_true", help="take the files back alone")
    only.add_argument("--conversation", action="store_true", help="the conversation alone")
    made.add_argument("--dry-run", action="store_true", help="show it and change nothing")
    made.add_argument(
        "--approve-all", action="store_true", help="take back what can be, leave the rest"
    )
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    name, place = session_and_place(parsed.id)
    if not place:
        message = "name the step: agent rewind ID@STEP; agent replay shows their numbers"
        raise UsageError(message)
    try:
        wish = around.rewind_wish(
            name, place, conversation=not parsed.files, files=not parsed.conversation
        )
        preview = await around.undo_preview(name, wish)
    except NothingToUndoError as error:
        around.paper.say(str(error))
        return USAGE if isinstance(error, UnknownPlaceError) else DONE
    status = stops_at(around, preview, dry_run=parsed.dry_run, approve_all=parsed.approve_all)
    if status is not None:
        return status
    done = await around.undo(name, wish, approve=True)
    return finished(around, done, f"Gone back: {preview.what}. ")
