"""`agent sessions export`: a session as a file for others, with its secrets masked."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.ui.commands.options import session_and_place
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import DONE, FAILED, UNREPLAYABLE
from tui_agent.ui.exports.making import ABOUT, FORMATS, Made, file_name, make, preview
from tui_agent.ui.figures import size

if TYPE_CHECKING:
    from tui_agent.ui.commands.contract import Surroundings
    from tui_agent.ui.commands.options import AddVerb
    from tui_agent.ui.exports.pictures import Manner

WIDTHS, HEIGHTS = range(20, 401), range(10, 200)
"""Cells that a replay can be drawn in."""
_LISTED = "\n".join(f"  {name:<7} {text}" for name, text in ABOUT.items())
EXAMPLES = f"""\
formats:
{_LISTED}

examples:
  agent sessions export last --format html       agent-….html in this folder
  agent sessions export 01k --format md -o -     to standard output
  agent sessions export last@12 --format svg     the twelfth step
  agent sessions export last --format patch --yes -o fix.patch
"""


def add(add_verb: AddVerb) -> None:
    """Add the word to the parser."""
    made = add_verb("export", help="as a file for others", epilog=EXAMPLES)
    made.add_argument("id", nargs="?", default="last", help="id, its beginning, a file, or last")
    made.add_argument("--format", choices=FORMATS, required=True, help="see below")
    made.add_argument("-o", "--output", metavar="FILE", help="where to; - is standard output")
    made.add_argument("--force", action="store_true", help="write over a file that is there")
    made.add_argument("--yes", action="store_true", help="write it masked as shown, do not ask")
    made.add_argument("--at", metavar="STEP", default="", help="svg: the step that is shown")
    made.add_argument("--theme", default="", help="svg, cast: dark, light, high-contrast")
    made.add_argument("--size", default="120x40", metavar="120x40", help="svg, cast: cells")
    made.add_argument("--speed", type=float, default=1.0, metavar="N", help="cast: so much faster")
    made.add_argument(
        "--max-pause", default="2s", metavar="2s", help="cast: the longest that a step is shown"
    )


async def export(parsed: Namespace, around: Surroundings) -> int:
    """Show what is masked, and write the export once that is agreed to."""
    name, place = session_and_place(parsed.id)
    manner = _manner(parsed, place)
    stored = around.stored(name)
    session = around.exchange.masked(stored)
    if not session.records:
        around.paper.say(f"There is nothing to export in {stored.folder}.")
        return UNREPLAYABLE
    try:
        made = await make(parsed.format, session, stored, around.exchange, manner)
    except LookupError as error:
        around.paper.say(str(error.args[0]))
        return UNREPLAYABLE
    shown = preview(session, made)
    if shown:
        around.paper.say("Before it is given away: secrets are masked or left out.", *shown)
        if not parsed.yes and not _agreed():
            around.paper.say("Nothing was written. --yes writes it so.")
            return FAILED
    session_id = stored.folder.name.rpartition("-")[2]
    return _write(made, parsed, around, file_name(session_id, parsed.format))


def _manner(parsed: Namespace, place: str) -> Manner:
    from tui_agent.ui.exports.pictures import Manner

    columns, _, rows = parsed.size.partition("x")
    if not (columns.isdecimal() and rows.isdecimal() and int(columns) in WIDTHS):
        raise UsageError(f"--size takes cells such as 120x40, not {parsed.size}")
    try:
        pause = max(0.0, float(parsed.max_pause.removesuffix("s")))
    except ValueError:
        raise UsageError(f"--max-pause takes seconds such as 2s, not {parsed.max_pause}") from None
    return Manner(
        size=(int(columns), max(HEIGHTS.start, min(int(rows), HEIGHTS.stop))),
        theme=parsed.theme or "dark",
        at=parsed.at or place,
        speed=max(0.1, parsed.speed),
        max_pause=pause,
    )


def _agreed() -> bool:
    """Ask whoever sits at the terminal; nobody there is a no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    sys.stderr.write("Write it so? y/N ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _write(made: Made, parsed: Namespace, around: Surroundings, name: str) -> int:
    if parsed.output == "-":
        sys.stdout.buffer.write(made.data)
        sys.stdout.buffer.flush()
        return DONE
    path = Path(parsed.output or name)
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if parsed.force else os.O_EXCL)
    try:
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(made.data)
    except FileExistsError:
        around.paper.say(f"{path} is there already: --force writes over it, -o names another.")
        return FAILED
    around.paper.put([("added", "✓ "), ("", str(path)), ("dim", f"  {size(len(made.data))}")])
    return DONE
