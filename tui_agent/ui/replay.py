"""A recorded session in text: all of it, up to a step, or only what one asks for; and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui_agent.core.codec import dumps, encode
from tui_agent.core.events import Record
from tui_agent.core.state import Timeline
from tui_agent.core.state.stops import Stop
from tui_agent.ui.state_json import state_json
from tui_agent.ui.text import Line, Paper, Style
from tui_agent.ui.transcript import Detail, Load, Transcript

ONLY = ("edits", "approvals", "failures", "model")
_SIGNS: dict[str, tuple[str, Style]] = {
    "turn": ("›", "accent"),
    "plain": ("·", "dim"),
    "edit": ("+", ""),
    "accepted": ("✓", "added"),
    "mixed": ("~", "pending"),
    "rejected": ("✗", "removed"),
    "failed": ("!", "danger"),
    "denied": ("∅", "removed"),
}


async def tell_session(
    records: Sequence[Record], load: Load, paper: Paper, *, until: int | None = None
) -> None:
    """Tell a session from its beginning, as it was seen, up to so many records."""
    told = Transcript(load, Detail(users=True, tools=True, diffs=True, output=True))
    for record in records[:until]:
        lines = await told.tell(record)
        if lines.answer:
            paper.put(*lines.answer)
        if lines.aside:
            paper.put(*lines.aside)


def kept(stops: Sequence[Stop], only: Sequence[str]) -> list[Stop]:
    """Return the stops of these kinds: edits, approvals, failures, model."""
    marks: dict[str, Callable[[Stop], bool]] = {
        "edits": lambda stop: stop.mark == "edit",
        "approvals": lambda stop: stop.kind == "approval",
        "failures": lambda stop: stop.mark in ("failed", "denied"),
        "model": lambda stop: stop.kind == "model",
    }
    return [stop for stop in stops if not only or any(marks[name](stop) for name in only)]


def stop_line(stop: Stop) -> Line:
    """Return a stop in a line: number, time, sign, what happened."""
    sign, style = _SIGNS[stop.mark]
    return [
        ("dim", f"{stop.number:>4}  {stop.ts[11:19]}  "),
        (style, f"{sign} "),
        ("", f"{stop.title:<9} {stop.text}"),
    ]


def stop_json(records: Sequence[Record], stop: Stop) -> str:
    """Return a stop with the state of that moment, as one line of JSON."""
    state = Timeline(records).at(stop.count)
    return dumps({"stop": encode(stop), "state": state_json(state)})


def stops_json(stops: Sequence[Stop]) -> list[str]:
    """Return stops as JSON lines."""
    return [dumps(encode(stop)) for stop in stops]
