"""`agent compare`: sessions side by side: what each made of the files, and what it took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_agent.core.codec import dumps
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.exit_status import DONE
from tui_agent.ui.figures import counts, duration, money, plural

if TYPE_CHECKING:
    from tui_agent.ui.commands.branch_contract import Compared
    from tui_agent.ui.commands.contract import Surroundings
    from tui_agent.ui.text import Line, Style

SHORT = 10
STYLES: dict[str, Style] = {"@": "dim", "+": "added", "-": "removed"}
EXAMPLES = """\
examples:
  agent compare 01k 02m           a table, and what each changed
  agent compare 01k 02m --json    the same for a program
"""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent compare", description=__doc__, epilog=EXAMPLES)
    made.add_argument("id", nargs="+", help="ids, their beginnings, bundles, or last")
    made.add_argument("--json", action="store_true", help="as JSON lines")
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    found = [around.compared(name) for name in parsed.id]
    if parsed.json:
        for one in found:
            around.paper.data(dumps(_as_json(one)))
        return DONE
    around.paper.put(*_table(found))
    seen: dict[tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...], str] = {}
    for one in found:
        key = tuple((c.kind, c.path, tuple(c.lines)) for c in one.changes)
        same = seen.setdefault(key, one.session)
        around.paper.put("", [("bold", one.session[:SHORT]), ("dim", f"  {one.workspace}")])
        if same != one.session:
            around.paper.put([("dim", f"  the same changes as {same[:SHORT]}")])
        elif not one.changes:
            around.paper.put([("dim", "  no changes")])
        else:
            around.paper.put(*_diff(one))
    return DONE


def _table(found: Sequence[Compared]) -> list[Line]:
    rows: list[tuple[str, ...]] = [
        ("session", "end", "steps", "tokens in/out", "cost", "time", "files", "grade")
    ]
    rows += [_row(one) for one in found]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines: list[Line] = []
    for number, row in enumerate(rows):
        text = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append([("dim" if number == 0 else "", text.rstrip())])
    return lines


def _row(one: Compared) -> tuple[str, ...]:
    added, removed = (sum(getattr(c, name) for c in one.changes) for name in ("added", "removed"))
    return (
        one.session[:SHORT],
        one.reason.replace("_", " "),
        str(one.steps),
        f"{_count(one.input_tokens)} / {_count(one.output_tokens)}",
        money(one.cost_usd),
        duration(one.seconds),
        f"{plural(len(one.changes), 'file')} {counts(added, removed)}" if one.changes else "none",
        one.grade or "none",
    )


def _count(tokens: int | None) -> str:
    return "unknown" if tokens is None else f"{tokens:,}"


def _diff(one: Compared) -> list[Line]:
    lines: list[Line] = []
    for change in one.changes:
        lines.append([("accent", change.path), ("dim", f"  {change.kind}")])
        lines += [
            [(STYLES.get(sign, ""), text if sign == "@" else f"{sign}{text}")]
            for sign, text in change.lines
        ]
    return lines


def _as_json(one: Compared) -> dict[str, object]:
    names = ("session", "reason", "steps", "input_tokens", "output_tokens", "cost_usd", "seconds")
    facts: dict[str, object] = {name: getattr(one, name) for name in names}
    changes = [
        {
            "path": c.path,
            "kind": c.kind,
            "added": c.added,
            "removed": c.removed,
            "lines": [*c.lines],
        }
        for c in one.changes
    ]
    return facts | {"grade": one.grade, "workspace": one.workspace, "changes": changes}
