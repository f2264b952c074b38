"""`agent fork`: begin a new session with the beginning of another one."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.ui.commands.branch_contract import BranchWish, Verdict
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser, session_and_place
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import DONE, FAILED

SHORT = 10
"""Characters of an id that are enough to name it here."""
EXAMPLES = """\
examples:
  agent fork last           a copy of this folder's last session, as it is now
  agent fork 01k@12         the beginning of a session, up to step 12
  agent -r "$(agent fork last@12)"   and go on from there
  agent fork last@7 --decide 2=reject --grade 'make test'   what if hunk 2 had been rejected?
  agent fork last@4 --model ollama/qwen3 --times 3          and with another model?

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
    changed = made.add_argument_group("what if", "goes on at once, live, in a new work tree")
    changed.add_argument(
        "--decide",
        action="append",
        default=[],
        metavar="HUNK=accept|reject",
        help="decide otherwise at this step: the hunk's number there, or its run id",
    )
    changed.add_argument("--say", metavar="TEXT", default="", help="say this at that point")
    changed.add_argument("--times", type=int, default=1, metavar="N", help="so many times")
    changed.add_argument("--grade", metavar="CMD", default="", help="run this at the end")
    changed.add_argument(
        "--approve-all", action="store_true", help="answer yes where it asks from there on"
    )
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    name, place = session_and_place(parsed.id)
    wish = BranchWish(
        decide=tuple(_decided(text) for text in parsed.decide),
        say=parsed.say,
        model=str(around.options.setting("model") or ""),
        grade=parsed.grade,
        approve_all=parsed.approve_all,
    )
    if wish.live or parsed.times > 1:
        return await _what_if(around, (name, place), wish, parsed.times)
    forked = around.fork_at(name, place)
    around.paper.put(forked.id)
    where = f"session {forked.source[:SHORT]} at step {forked.step}"
    around.paper.say(f"A fork of {where}: agent -r {forked.id[:SHORT]} goes on from there.")
    return DONE


def _decided(text: str) -> tuple[str, Verdict]:
    hunk, _, verdict = text.rpartition("=")
    if hunk and verdict == "accept":
        return hunk, "accept"
    if hunk and verdict == "reject":
        return hunk, "reject"
    raise UsageError(f"--decide takes HUNK=accept or HUNK=reject, not '{text}'")


async def _what_if(
    around: Surroundings, where: tuple[str, str], wish: BranchWish, times: int
) -> int:
    made = [await around.branch(*where, wish) for _ in range(max(1, times))]
    for one in made:
        grade = "" if not wish.grade else f"  grade: exit {one.grade}"
        around.paper.put(
            [("accent", one.session), ("", f"  {one.reason}{grade}"), ("dim", f"  {one.workspace}")]
        )
    names = " ".join(one.session[:SHORT] for one in made)
    around.paper.say(f"agent compare {where[0]} {names} shows them side by side.")
    return FAILED if any(one.grade for one in made) else DONE
