"""`agent sessions import`: a session of another program, with what could not be taken over."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.core.codec import dumps
from tui_agent.ui.exit_status import DONE, USAGE
from tui_agent.ui.figures import plural

if TYPE_CHECKING:
    from tui_agent.ui.commands.contract import Surroundings
    from tui_agent.ui.commands.exchange_contract import Imported
    from tui_agent.ui.commands.options import AddVerb
    from tui_agent.ui.text import Line

EXAMPLES = """\
examples:
  agent sessions import ~/.claude/projects/-home-me-src/0b1c….jsonl
  agent sessions import ~/.codex/sessions/2026/11/21/rollout-….jsonl
"""


def add(add_verb: AddVerb) -> None:
    """Add the word to the parser."""
    taken = add_verb("import", help="from Claude Code or codex", epilog=EXAMPLES)
    taken.add_argument("file", nargs="+", type=Path, help="a file of JSON lines")
    taken.add_argument("--json", action="store_true", help="as JSON lines")


async def take_in(parsed: Namespace, around: Surroundings) -> int:
    """Read every file; 2 where one of them is no session that we know."""
    status = DONE
    for path in parsed.file:
        try:
            found = around.exchange.take_in(path)
        except ValueError as error:
            around.paper.say(f"{error}.")
            status = USAGE
            continue
        if parsed.json:
            around.paper.data(dumps(_as_json(found)))
        else:
            around.paper.put(*_lines(found))
    return status


def _lines(found: Imported) -> list[Line]:
    said = "was taken in before" if found.known else "taken in"
    lines: list[Line] = [
        [
            ("added", "✓ "),
            ("accent", found.id),
            ("", f"  {plural(found.turns, 'turn')} from {found.origin}, {said}"),
        ]
    ]
    if found.losses:
        lines.append([("warning", "! Not taken over:")])
        lines += [[("", f"    {loss}")] for loss in found.losses]
    lines.append(
        [("dim", "  Approvals, snapshots and prices are not in its log, and not made up.")]
    )
    lines.append([("dim", f"  agent replay {found.id[:10]} shows it.")])
    return lines


def _as_json(found: Imported) -> dict[str, object]:
    return {
        "id": found.id,
        "folder": str(found.folder),
        "origin": found.origin,
        "turns": found.turns,
        "records": found.records,
        "losses": list(found.losses),
        "known": found.known,
    }
