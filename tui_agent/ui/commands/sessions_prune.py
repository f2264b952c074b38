"""`agent sessions prune`: clears old sessions away, by wish alone; first it only shows them."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui_agent.core.codec import dumps
from tui_agent.ui.commands.session_contract import Pruned, PruneWish
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import DONE, FAILED
from tui_agent.ui.figures import plural, size
from tui_agent.ui.moments import day

if TYPE_CHECKING:
    from tui_agent.ui.commands.contract import Surroundings
    from tui_agent.ui.commands.options import AddVerb
    from tui_agent.ui.commands.session_contract import Doomed
    from tui_agent.ui.text import Line

_HOURS = {"h": 1, "d": 24, "w": 24 * 7, "m": 24 * 30, "y": 24 * 365}

EXAMPLES = """\
examples:
  agent sessions prune --older-than 90d           what would go; nothing goes
  agent sessions prune --older-than 90d --yes     remove it
  agent sessions prune --keep 100 --all           all but the latest hundred, of every folder
"""


def add(add_verb: AddVerb) -> None:
    """Add the word to the parser."""
    pruned = add_verb("prune", help="clear old ones away", epilog=EXAMPLES)
    pruned.add_argument(
        "--older-than", metavar="90d", help="last written so long ago: 12h, 90d, 8w, 6m, 1y"
    )
    pruned.add_argument("--keep", type=int, metavar="N", help="the latest so many stay")
    pruned.add_argument("--all", action="store_true", help="of every folder")
    how = pruned.add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help="only show what would go (the default)")
    how.add_argument("--yes", action="store_true", help="remove it")
    pruned.add_argument("--json", action="store_true", help="as one JSON object")


async def prune(parsed: Namespace, around: Surroundings) -> int:
    """Show what would go; with --yes remove it. 1 where something stayed that was to go."""
    if parsed.older_than is None and parsed.keep is None:
        raise UsageError("say what may go: --older-than 90d, --keep 100, or both")
    if (parsed.keep or 0) < 0:
        raise UsageError("--keep takes a number of sessions, 0 or more")
    before = None
    if parsed.older_than is not None:
        before = datetime.now(UTC) - span_of(parsed.older_than, "--older-than")
    wish = PruneWish(before=before, keep=parsed.keep or 0, everywhere=parsed.all)
    found = await around.sessions.prune(wish, really=parsed.yes)
    if parsed.json:
        around.paper.data(dumps(_as_json(found, really=parsed.yes)))
    else:
        around.paper.put(*_lines(found, really=parsed.yes))
    return FAILED if parsed.yes and any(one.kept for one in found.sessions) else DONE


def span_of(text: str, option: str) -> timedelta:
    """Return the time that `90d` says. Raises UsageError."""
    number, unit = text[:-1], text[-1:].lower()
    try:
        return timedelta(hours=float(number) * _HOURS[unit])
    except (KeyError, ValueError, OverflowError):
        raise UsageError(
            f"{option} takes a time such as 12h, 90d, 8w, 6m or 1y, not {text}"
        ) from None


def _lines(found: Pruned, *, really: bool) -> list[Line]:
    going = [one for one in found.sessions if not one.kept]
    lines: list[Line] = [_line(one, really=really) for one in found.sessions]
    verb = "removed" if really else "would go"
    total = size(sum(one.size for one in going))
    lines.append([("bold", f"{plural(len(going), 'session')} {verb}"), ("dim", f"  {total}")])
    more = (
        (found.payloads, "payload", "that no log names", found.payload_bytes),
        (found.objects, "object", "of recorded trees that no session names", found.object_bytes),
    )
    for count, noun, which, weight in more:
        if count:
            text = f"{plural(count, noun)} {which} {verb}"
            lines.append([("", text), ("dim", f"  {size(weight)}")])
    lines += [[("warning", f"! {note}")] for note in found.notes]
    if not really:
        lines.append([("dim", "Nothing was removed. --yes removes it.")])
    return lines


def _line(one: Doomed, *, really: bool) -> Line:
    name = one.folder.name.rpartition("-")[2]
    sign, why = ("∅", "")
    if one.kept:
        sign, why = ("!", f"  stays: {one.kept}")
    elif not really:
        sign = "·"
    return [
        ("warning" if one.kept else "dim", f"{sign} "),
        ("accent", name),
        ("dim", f"  {day(one.last)}  {size(one.size):>9}"),
        ("warning", why),
    ]


def _as_json(found: Pruned, *, really: bool) -> dict[str, object]:
    return {
        "removed": really,
        "sessions": [
            {
                "id": one.folder.name.rpartition("-")[2],
                "folder": str(one.folder),
                "last": one.last,
                "bytes": one.size,
                "kept": one.kept,
            }
            for one in found.sessions
        ],
        "payloads": found.payloads,
        "payload_bytes": found.payload_bytes,
        "objects": found.objects,
        "object_bytes": found.object_bytes,
        "notes": list(found.notes),
    }
