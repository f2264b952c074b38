"""`agent sessions`: which there are, what one holds, and whether it is sound."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Awaitable, Callable, Sequence

from tui_agent.core.codec import dumps
from tui_agent.core.events import SessionStarted, SnapshotTaken
from tui_agent.core.state import fold
from tui_agent.ui.commands import (
    sessions_export,
    sessions_find,
    sessions_golden,
    sessions_import,
    sessions_label,
    sessions_prune,
)
from tui_agent.ui.commands.contract import (
    StoredSession,
    Surroundings,
    TreeChange,
)
from tui_agent.ui.commands.options import Parser, session_and_place
from tui_agent.ui.commands.session_contract import SessionSummary
from tui_agent.ui.exit_status import DONE, FAILED
from tui_agent.ui.exports.trace import trace
from tui_agent.ui.figures import counts, plural, size
from tui_agent.ui.moments import minute
from tui_agent.ui.replay import tell_session
from tui_agent.ui.state_json import state_json
from tui_agent.ui.text import Line, Style

FIELDS = (
    "id", "status", "title", "started", "last", "repository", "model", "turns", "size", "origin",
)  # fmt: skip
READ_FIELDS = ("stops", "outcome", "added", "removed", "cost", "labels")
"""Known once the whole log has been read; a list of very many reads some only at their ends."""
FACTS = ("path", "kind", "old_path", "added", "removed")
STYLES: dict[str, Style] = {"@": "dim", "+": "added", "-": "removed"}

EXAMPLES = """\
examples:
  agent sessions                      the sessions of this folder
  agent sessions list --all           those of every folder
  agent sessions show last            what was said and done
  agent sessions show 01k --json      the whole trace as one JSON object
  agent sessions show last --state    the state that all panes are drawn from
  agent sessions diff last            what it changed on disk, commands included
  agent sessions verify last          is the log unbroken, is every payload there?
  agent sessions search redirect      where words stand, in all of them
  agent sessions prune --older-than 90d   what would go; --yes removes it
  agent sessions label last TEXT      name the place where it stands
  agent sessions golden last          keep it as a test: a redacted bundle
"""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent sessions", description=__doc__, epilog=EXAMPLES)
    verbs = made.add_subparsers(dest="verb", metavar="|".join(_VERBS), parser_class=Parser)
    listed = verbs.add_parser("list", help="which there are", epilog=EXAMPLES)
    listed.add_argument("--all", action="store_true", help="of every folder")
    listed.add_argument("--json", action="store_true", help="as JSON lines")
    shown = verbs.add_parser("show", help="what one holds", epilog=EXAMPLES)
    shown.add_argument("id", nargs="?", default="last", help="id, its beginning, a file, or last")
    shown.add_argument("--state", action="store_true", help="the folded state")
    shown.add_argument("--json", action="store_true", help="as JSON")
    shown.add_argument(
        "--schema",
        action="store_true",
        help="the JSON Schema that the JSON keeps to, of no session",
    )
    compared = verbs.add_parser("diff", help="what it changed on disk", epilog=EXAMPLES)
    compared.add_argument(
        "id", nargs="?", default="last", help="id, its beginning, a file, or last"
    )
    compared.add_argument("--json", action="store_true", help="as JSON lines")
    checked = verbs.add_parser("verify", help="is it sound?", epilog=EXAMPLES)
    checked.add_argument("id", nargs="?", default="last", help="id, its beginning, a file, or last")
    sessions_find.add(verbs.add_parser)
    sessions_prune.add(verbs.add_parser)
    sessions_export.add(verbs.add_parser)
    sessions_import.add(verbs.add_parser)
    sessions_golden.add(verbs.add_parser)
    sessions_label.add(verbs.add_parser)
    made.set_defaults(all=False, json=False)
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    return await _VERBS[parsed.verb or "list"](parsed, around)


async def _listed(parsed: Namespace, around: Surroundings) -> int:
    return _list(around, everywhere=parsed.all, as_json=parsed.json)


async def _verified(parsed: Namespace, around: Surroundings) -> int:
    return _verify(around, around.stored(session_and_place(parsed.id)[0]))


async def _compared(parsed: Namespace, around: Surroundings) -> int:
    stored = around.stored(session_and_place(parsed.id)[0])
    return _diff(around, stored, as_json=parsed.json)


async def _shown(parsed: Namespace, around: Surroundings) -> int:
    if parsed.schema:
        from tui_agent.core.schema import trace_schema

        around.paper.data(dumps(trace_schema()))
        return DONE
    name, turn = session_and_place(parsed.id)
    stored = around.stored(name)
    if parsed.state:
        around.paper.data(dumps(state_json(fold(stored.records))))
    elif parsed.json:
        around.paper.data(dumps(trace(stored.records, problems=stored.problems)))
    else:
        records = [one for one in stored.records if not turn or str(one.turn) == turn]
        await tell_session(records, stored.blob, around.paper)
    return DONE


def _list(around: Surroundings, *, everywhere: bool, as_json: bool) -> int:
    found = around.summaries(all_repositories=everywhere)
    if as_json:
        for one in found:
            around.paper.data(dumps(_as_json(one)))
        return DONE
    if not found:
        around.paper.say("No sessions yet. agent begins one; agent demo shows one.")
        return DONE
    for one in found:
        around.paper.put(_line(one, everywhere=everywhere))
    return DONE


def _line(one: SessionSummary, *, everywhere: bool) -> Line:
    when = minute(one.started)
    where = f"{one.repository:<16} " if everywhere else ""
    facts = f"{plural(one.turns, 'turn')}, {size(one.size)}"
    if one.outcome:
        facts += f", {one.outcome}"
    if one.added or one.removed:
        facts += f", {counts(one.added, one.removed)}"
    if one.origin:
        facts += f", imported from {one.origin}"
    title = one.title or {"empty": "(nothing in it)", "unreadable": "(cannot be read)"}.get(
        one.status, "(nothing said)"
    )
    return [
        ("accent", one.id[:26]),
        ("dim", f"  {when:<16}  {one.status:<11}  "),
        ("", f"{where}{title}"),
        ("accent", "".join(f"  ▾ {label}" for label in one.labels)),
        ("dim", f"  {facts}"),
    ]


def _as_json(one: SessionSummary) -> dict[str, object]:
    names = [*FIELDS, *(READ_FIELDS if one.read else ())]
    return {name: getattr(one, name) for name in names} | {"folder": str(one.folder)}


def _verify(around: Surroundings, stored: StoredSession) -> int:
    problems = stored.verify()
    for problem in problems:
        around.paper.put([("removed", "✗ "), ("", problem)])
    if problems:
        return FAILED
    count = len(stored.records)
    around.paper.put([("added", "✓ "), ("", f"{plural(count, 'record')}, an unbroken chain")])
    return DONE


def _diff(around: Surroundings, stored: StoredSession, *, as_json: bool) -> int:
    """Show what differs between the first tree that the session recorded and its last."""
    trees = [one.event.tree for one in stored.records if isinstance(one.event, SnapshotTaken)]
    changes: Sequence[TreeChange] = ()
    if trees and trees[0] != trees[-1]:
        begun = (one.event for one in stored.records if isinstance(one.event, SessionStarted))
        workspace = next(begun).workspace
        changes = around.tree_changes(workspace, trees[0], trees[-1])
    if not changes and not as_json:
        around.paper.say("Nothing that was recorded changed.")
    for one in changes:
        if as_json:
            facts = {name: getattr(one, name) for name in FACTS}
            around.paper.data(dumps(facts))
            continue
        around.paper.put(_heading(one))
        for sign, text in one.lines:
            around.paper.put([(STYLES.get(sign, ""), text if sign == "@" else f"{sign}{text}")])
    return DONE


def _heading(one: TreeChange) -> Line:
    path = f"{one.old_path} → {one.path}" if one.old_path else one.path
    return [("accent", path), ("dim", f"  {one.kind}  +{one.added} −{one.removed}")]


_VERBS: dict[str, Callable[[Namespace, Surroundings], Awaitable[int]]] = {
    "list": _listed,
    "show": _shown,
    "diff": _compared,
    "verify": _verified,
    "search": sessions_find.search,
    "golden": sessions_golden.golden,
    "prune": sessions_prune.prune,
    "reindex": sessions_find.reindex,
    "export": sessions_export.export,
    "import": sessions_import.take_in,
    "label": sessions_label.label,
}
