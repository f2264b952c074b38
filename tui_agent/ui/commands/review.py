"""`agent review`: any diff, hunk by hunk, applied to the files here as far as you accept it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_agent.ui.commands.options import Parser
from tui_agent.ui.commands.typed import Options, UsageError

EXAMPLES = """\
examples:
  agent review fix.patch              a patch that somebody sent you
  git diff main topic | agent review  what stands on standard input
  agent review main..topic            what topic has and main has not
  agent review --staged               the index
  agent review fix.patch --approve-all --json   without a person: all of it or nothing

The diff is compared with the files as they are now. A file that does not fit is named and left out;
what is there already is said. What you accept is written, recorded and kept like any edit of a
session. No model is called.

exit status: 0 reviewed, 1 it does not fit, 2 usage, 6 approval needed and nobody there
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be reviewed, and how."""

    diff: str
    """A file's name, a range of revisions, or `-` for standard input."""
    staged: bool
    options: Options


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent review", description=__doc__, epilog=EXAMPLES)
    made.add_argument(
        "diff", nargs="?", default="", metavar="PATCH|-|REV..REV", help="where the diff comes from"
    )
    made.add_argument("--staged", action="store_true", help="review what the index has")
    answers = made.add_mutually_exclusive_group()
    answers.add_argument("--approve-all", action="store_true", help="apply all of it, or nothing")
    answers.add_argument("--reject-all", action="store_true", help="apply nothing, but record it")
    made.add_argument("--plain", action="store_true", help="line mode: no full screen")
    made.add_argument("--json", action="store_true", help="records as JSON lines; asks nobody")
    made.add_argument("--no-record", action="store_true", help="keep nothing of this session")
    made.add_argument("-v", dest="verbose", action="count", default=0, help="-v tools, -vv all")
    return made


def wanted(
    arguments: Sequence[str], options: Options, argv: Sequence[str], *, piped: bool
) -> Wanted:
    """Read what stands behind the command; `piped`: standard input is no terminal.

    Raises UsageError.
    """
    given = parser().parse_args(list(arguments))
    if given.staged and given.diff:
        message = "--staged reviews the index; leave out the other diff"
        raise UsageError(message)
    if not given.staged and not given.diff and not piped:
        message = "name a diff: agent review PATCH, REV..REV, --staged, or pipe one into it"
        raise UsageError(message)
    headless = given.json or given.approve_all or given.reject_all
    return Wanted(
        diff=given.diff or ("" if given.staged else "-"),
        staged=given.staged,
        options=replace(
            options,
            headless=headless,
            plain=given.plain,
            json=given.json,
            record=not given.no_record,
            approve_all=given.approve_all,
            reject_all=given.reject_all,
            verbose=given.verbose,
            argv=tuple(argv),
        ),
    )
