"""`agent undo`: take the edits of a session back; lines that you wrote since stay."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.commands import Undo
from tui_agent.core.undo import NothingToUndoError, UnknownPlaceError
from tui_agent.ui.commands.contract import ListedHunk, Surroundings, UndoDone, UndoPreview
from tui_agent.ui.commands.options import Parser, session_and_place
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import APPROVAL, DONE, FAILED, USAGE, status_of
from tui_agent.ui.plain_diff import file_lines

EXAMPLES = """\
examples:
  agent undo                  the last turn of this folder's last session that changed files
  agent undo --dry-run        only show what would be taken back
  agent undo last@3           turn 3; the undo of a turn is a turn, too, and can be taken back
  agent undo 01k@3 --step 2   one step of it
  agent undo --list           the hunks that were applied, with their numbers
  agent undo --hunk 2         that hunk alone

What you have written since is never touched. A file in which you changed the same lines, or lines
beside them, is left as it is and named; nothing is then done without --approve-all. Files that
commands changed are taken back, too; what commands did outside of the recorded files stays.

exit status: 0 taken back or nothing to take back, 1 it cannot be, 2 usage, 6 approval needed
"""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent undo", description=__doc__, epilog=EXAMPLES)
    made.add_argument(
        "id", nargs="?", default="last", metavar="ID[@TURN]", help="id, its beginning, or last"
    )
    made.add_argument("--step", type=int, metavar="N", help="only this step of the turn")
    made.add_argument("--call", metavar="ID", help="only this call")
    made.add_argument("--agent", default="", metavar="NAME", help="only what this child changed")
    made.add_argument(
        "--hunk", action="append", default=[], metavar="N", help="only this hunk (repeatable)"
    )
    made.add_argument("--list", action="store_true", help="list the hunks that --hunk may name")
    made.add_argument("--dry-run", action="store_true", help="show it and change nothing")
    made.add_argument(
        "--approve-all", action="store_true", help="take back what can be, leave the rest"
    )
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    name, place = session_and_place(parsed.id)
    wish = Undo(
        turn=_turn(place),
        step=parsed.step,
        call_id=parsed.call,
        hunks=tuple(parsed.hunk),
        agent=parsed.agent,
    )
    try:
        if parsed.list:
            _list(around, around.undo_hunks(name, wish))
            return DONE
        preview = await around.undo_preview(name, wish)
    except NothingToUndoError as error:
        around.paper.say(str(error))
        return USAGE if isinstance(error, UnknownPlaceError) else DONE
    status = stops_at(around, preview, dry_run=parsed.dry_run, approve_all=parsed.approve_all)
    if status is not None:
        return status
    done = await around.undo(name, wish, approve=True)
    return finished(around, done, "Taken back. " if preview.views else "")


def stops_at(
    around: Surroundings, preview: UndoPreview, *, dry_run: bool, approve_all: bool
) -> int | None:
    """Show what would be taken back; return the exit status where nothing is to be done."""
    show(around, preview)
    if preview.left_out and not preview.views:
        around.paper.say("Nothing can be taken back. Nothing was changed.")
        return FAILED
    if dry_run:
        around.paper.say("Nothing was changed: this was --dry-run.")
        return DONE
    if preview.left_out and not approve_all:
        around.paper.say("Nothing was changed. --approve-all takes back what is shown above.")
        return APPROVAL
    return None


def finished(around: Surroundings, done: UndoDone, said: str) -> int:
    """Say how it ended, and how it is given back; return the exit status."""
    if done.ended is None or done.ended.reason != "done":
        detail = done.ended.detail if done.ended is not None else done.notice
        around.paper.say(detail or "Nothing was changed.")
        return FAILED if done.ended is None else status_of(done.ended)
    if said:
        again = f"agent undo {done.session[:26]}@{done.turn}"
        around.paper.put([("added", "✓ "), ("", said), ("dim", f"{again} gives it back")])
    return DONE


def _turn(place: str) -> int | None:
    if place and not place.isdecimal():
        message = f"a turn is a number, not '{place}'"
        raise UsageError(message)
    return int(place) if place else None


def _list(around: Surroundings, hunks: Sequence[ListedHunk]) -> None:
    for one in hunks:
        counts = f"+{one.plus} −{one.minus}" if one.plus or one.minus else ""
        facts = "  ".join(part for part in (one.where, counts, one.section) if part)
        state = "  taken back" if one.taken_back else ""
        around.paper.put([("bold", f"{one.number:>3}  "), ("", f"{one.path}  {facts}{state}")])


def show(around: Surroundings, preview: UndoPreview) -> None:
    """Show what would be taken back, and what would not."""
    paper = around.paper
    if preview.views:
        paper.put([("bold", f"Taking back {preview.what}")])
    for view in preview.views:
        paper.put(*file_lines(view))
    if not preview.views and not preview.left_out and not preview.alone:
        paper.say("No file needs a change: they are so already.")
    for note in preview.notes:
        paper.say([("warning", f"! {note}")])
