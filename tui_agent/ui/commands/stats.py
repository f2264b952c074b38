"""`agent stats`: what sessions cost, where the time went, what was rejected and done again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, datetime

from tui_agent.core.codec import dumps, encode
from tui_agent.core.stats import DIMENSIONS, Row, Stats, Tally
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser, session_and_place
from tui_agent.ui.commands.sessions_prune import span_of
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import DONE
from tui_agent.ui.figures import counts, duration, money, plural
from tui_agent.ui.text import Line

EXAMPLES = """\
examples:
  agent stats                      the last session of this folder
  agent stats 01k --by tool        one session, a line a tool
  agent stats --since 7d --by day  this folder's sessions of the last week, a line a day
  agent stats --since 30d --all --by model --json
"""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent stats", description=__doc__, epilog=EXAMPLES)
    made.add_argument("id", nargs="?", help="id, its beginning, a file, or last (the default)")
    made.add_argument("--since", metavar="7d", help="every session since: 12h, 7d, 8w, 6m, 1y")
    made.add_argument("--by", choices=DIMENSIONS, help="a line a model, tool, file or day")
    made.add_argument("--all", action="store_true", help="with --since: of every folder")
    made.add_argument("--json", action="store_true", help="as one JSON object")
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    if parsed.id and parsed.since:
        raise UsageError("a session or --since, not both")
    if parsed.all and not parsed.since:
        raise UsageError("--all goes with --since: agent stats --since 30d --all")
    if parsed.since:
        since = datetime.now(UTC) - span_of(parsed.since, "--since")
        stamp = since.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        tally = Tally(parsed.by, since=stamp)
        for one in around.summaries(all_repositories=parsed.all):
            if one.last >= stamp and one.status not in {"empty", "unreadable"}:
                tally.add(around.stored(str(one.folder)).records)
    else:
        tally = Tally(parsed.by)
        tally.add(around.stored(session_and_place(parsed.id or "last")[0]).records, copied=True)
    stats = tally.stats()
    if parsed.json:
        around.paper.data(dumps(_as_json(stats, parsed.by)))
    else:
        around.paper.put(*_lines(stats, parsed.by))
    return DONE


def _as_json(stats: Stats, by: str | None) -> dict[str, object]:
    total = stats.total
    return {
        "sessions": stats.sessions,
        "steps": stats.steps,
        "totals": _row_json(total),
        "time_ms": {
            "model": total.model_ms,
            "tools": total.tool_ms,
            "waiting_for_you": total.human_ms,
            "other": stats.other_ms,
            "idle": stats.idle_ms,
        },
        "by": by,
        "rows": [_row_json(row) for row in stats.rows],
    }


def _row_json(row: Row) -> dict[str, object]:
    """Return every count, also those that are 0; what is unknown is null."""
    plain: dict[str, object] = {
        one.name: getattr(row, one.name) for one in fields(row) if one.name != "usage"
    }
    usage = {one.name: getattr(row.usage, one.name) for one in fields(row.usage)}
    return {
        **plain,
        "usage": encode(row.usage) | usage,
        "cache_rate": row.cache_rate,
        "rejection_rate": row.rejection_rate,
        "rework_rate": row.rework_rate,
        "cost_per_hunk": row.cost_per_hunk,
    }


# In words

_LABEL = 18


def _lines(stats: Stats, by: str | None) -> list[Line]:
    total = stats.total
    heads = [plural(stats.sessions, "session"), plural(total.turns, "turn")]
    heads += [plural(stats.steps, "step"), plural(total.calls, "call")]
    lines: list[Line] = [[("bold", ", ".join(heads))], []]
    lines += [
        _fact("cost", _cost(total), _priced(total)),
        _fact("tokens", _tokens(total), f"cache hits {_share(total.cache_rate)}"),
        [],
        *_times(stats),
        [],
        _fact("hunks", _verdicts(total), _rejections(total)),
        _fact("asked", *_asked(total)),
        _fact("rework", *_rework(total)),
        _fact("cost a hunk", _per_hunk(total)),
    ]
    if by is not None:
        lines += [[], *_table(stats.rows, by)]
    return lines


def _fact(label: str, text: str, more: str = "") -> Line:
    return [("dim", f"{label:<{_LABEL}}"), ("", text), ("dim", f"   {more}" if more else "")]


def _cost(row: Row) -> str:
    return money(row.usage.cost_usd) if row.usage.cost_usd is not None else "unknown"


def _priced(row: Row) -> str:
    if not row.unpriced:
        return ""
    return f"the price of {plural(row.unpriced, 'answer')} of {row.requests:,} is unknown"


def _tokens(row: Row) -> str:
    if row.requests and not row.usage.input_tokens and not row.usage.output_tokens:
        return "unknown"
    return f"{row.usage.input_tokens or 0:,} in, {row.usage.output_tokens or 0:,} out"


def _share(rate: float | None) -> str:
    return "unknown" if rate is None else f"{rate * 100:.0f} %"


def _times(stats: Stats) -> list[Line]:
    total = stats.total
    parts = (
        ("model", total.model_ms),
        ("tools", total.tool_ms),
        ("waiting for you", total.human_ms),
        ("between these", stats.other_ms),
        ("idle", stats.idle_ms),
    )
    whole = sum(ms for _, ms in parts) or 1
    return [
        _fact(name, f"{duration(ms / 1000):>12}", f"{ms * 100 / whole:>3.0f} %")
        for name, ms in parts
    ]


def _verdicts(row: Row) -> str:
    parts = [
        (row.accepted, "accepted"),
        (row.edited, "edited"),
        (row.rejected, "rejected"),
        (row.unasked, "without asking"),
    ]
    return ", ".join(f"{count:,} {word}" for count, word in parts if count) or "none"


def _rejections(row: Row) -> str:
    rate = row.rejection_rate
    return "nobody was asked" if rate is None else f"rejected {_share(rate)}"


def _asked(row: Row) -> tuple[str, str]:
    if not row.asked:
        return "nothing else", ""
    return f"{plural(row.asked, 'other call')}", f"rejected {_share(row.refused / row.asked)}"


def _rework(row: Row) -> tuple[str, str]:
    if not row.edits:
        return "no edits", ""
    text = f"{row.again:,} of {plural(row.edits, 'written file')} had been written before"
    return text, _share(row.rework_rate)


def _per_hunk(row: Row) -> str:
    if row.usage.cost_usd is None:
        return "unknown"
    return money(row.cost_per_hunk) if row.cost_per_hunk is not None else "no hunk was applied"


_Cell = Callable[[Row], str]
_COLUMNS: dict[str, tuple[tuple[str, _Cell], ...]] = {
    "model": (
        ("answers", lambda row: f"{row.requests:,}"),
        ("tokens in", lambda row: f"{row.usage.input_tokens or 0:,}"),
        ("out", lambda row: f"{row.usage.output_tokens or 0:,}"),
        ("cached", lambda row: _share(row.cache_rate)),
        ("time", lambda row: duration(row.model_ms / 1000)),
        ("cost", _cost),
    ),
    "tool": (
        ("calls", lambda row: f"{row.calls:,}"),
        ("failed", lambda row: f"{row.failed:,}"),
        ("denied", lambda row: f"{row.denied:,}"),
        ("time", lambda row: duration(row.tool_ms / 1000)),
        ("waited", lambda row: duration(row.human_ms / 1000)),
    ),
    "file": (
        ("edits", lambda row: f"{row.edits:,}"),
        ("again", lambda row: f"{row.again:,}"),
        ("lines", lambda row: counts(row.added, row.removed)),
        ("accepted", lambda row: f"{row.accepted + row.edited + row.unasked:,}"),
        ("rejected", lambda row: f"{row.rejected:,}"),
    ),
    "day": (
        ("turns", lambda row: f"{row.turns:,}"),
        ("answers", lambda row: f"{row.requests:,}"),
        ("calls", lambda row: f"{row.calls:,}"),
        ("edits", lambda row: f"{row.edits:,}"),
        ("model", lambda row: duration(row.model_ms / 1000)),
        ("you", lambda row: duration(row.human_ms / 1000)),
        ("cost", _cost),
    ),
}


def _table(rows: Sequence[Row], by: str) -> list[Line]:
    columns = _COLUMNS[by]
    cells = [[row.key or "(none)", *(cell(row) for _, cell in columns)] for row in rows]
    heads = [by, *(name for name, _ in columns)]
    widths = [max(len(line[at]) for line in [heads, *cells]) for at in range(len(heads))]

    def shaped(line: Sequence[str]) -> str:
        first, *rest = line
        numbers = (f"{text:>{width}}" for text, width in zip(rest, widths[1:], strict=True))
        return "  ".join([f"{first:<{widths[0]}}", *numbers])

    lines: list[Line] = [[("dim", shaped(heads))]]
    return lines + [[("", shaped(line))] for line in cells]
