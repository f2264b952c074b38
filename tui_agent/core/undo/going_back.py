"""Places of a session to go back to, and what of its files that would take back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from tui_agent.core.blob import preview_of
from tui_agent.core.state.lineage import is_apart
from tui_agent.core.undo.choice import (
    MOST_NAMED,
    ChosenFile,
    ChosenUndo,
    CommandWrites,
    UnknownPlaceError,
)
from tui_agent.core.undo.past import named, ran, succeeded, taken_back, written_by

if TYPE_CHECKING:
    from tui_agent.core.state.values import Agent, Call, Session, Step, Turn

_PLACE = re.compile(r"(?P<turn>[0-9]+)(?:\.(?P<step>[0-9]+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class RewindPoint:
    """One place to go back to."""

    name: str
    """`3`: before turn 3; `3.2`: after step 2 of it."""
    to_seq: int
    """The last record that stays."""
    place: str
    """In words: `before turn 3`."""
    text: str
    """What was said or done there, in a line."""
    said: str = ""
    """What the user said there and may want to say again; only before a turn."""
    ts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What happened after a place, for the one who thinks of going back."""

    files: tuple[str, ...] = ()
    """Files that calls wrote; what commands changed is not counted."""
    commands: tuple[str, ...] = ()
    """Commands that ran: what they did outside of the recorded files stays."""


def rewind_points(agent: Agent) -> tuple[RewindPoint, ...]:
    """Return the places to go back to, the latest first."""
    found = [point for turn in agent.turns for point in _points_of(turn)]
    return tuple(reversed(found))


def point_named(agent: Agent, name: str) -> RewindPoint:
    """Return the place `3` or `3.2`. Raises UnknownPlaceError."""
    found = _PLACE.fullmatch(name.strip())
    points = rewind_points(agent)
    if found is not None:
        for point in points:
            if point.name == name.strip():
                return point
    message = f"There is no place {name!r} to go back to. "
    names = [point.name for point in points]
    few = ", ".join(names[:8])
    raise UnknownPlaceError(message + (f"There are {few}." if names else "There is none."))


def place_in_words(agent: Agent, seq: int) -> str:
    """Say where the record `seq` ends: before which turn, or after which step."""
    for turn in agent.turns:
        if turn.seq > seq:
            return f"before turn {turn.number}"
        later = [step for step in turn.steps.values() if step.seq > seq]
        if later:
            before = min(step.number for step in later) - 1
            start = f"the start of turn {turn.number}"
            return f"after step {before} of turn {turn.number}" if before else start
    return "here"


def _points_of(turn: Turn) -> Iterator[RewindPoint]:
    if turn.rewound_from == 0:
        return
    said = preview_of(turn.users[0].text) if turn.users else ""
    yield RewindPoint(
        name=str(turn.number),
        to_seq=turn.seq - 1,
        place=f"before turn {turn.number}",
        text=" ".join(said.split()),
        said=said if turn.kind == "message" else "",
        ts=turn.ts,
    )
    steps = [one for one in turn.steps.values() if one.purpose == "turn"]
    for step, following in pairwise(steps):
        if turn.rewound_from is not None and following.number >= turn.rewound_from:
            return
        if step.response is None:
            continue
        yield RewindPoint(
            name=f"{turn.number}.{step.number}",
            to_seq=following.seq - 1,
            place=f"after step {step.number} of turn {turn.number}",
            text=_did(turn, step),
            ts=step.ts,
        )


def _did(turn: Turn, step: Step) -> str:
    calls = [turn.calls[name] for name in step.calls if name in turn.calls]
    what = [f"{one.tool} {one.proposal.title if one.proposal else ''}".strip() for one in calls]
    return "; ".join(what) or " ".join(step.text.split())


def calls_after(state: Session, seq: int) -> list[Call]:
    """Return the calls of all agents that were asked for after a record, the newest first."""
    found = [
        call
        for agent in state.agents.values()
        if not is_apart(state, agent)
        for turn in agent.turns
        for call in turn.calls.values()
        if call.seq > seq
    ]
    return sorted(found, key=lambda call: call.seq, reverse=True)


def since(state: Session, seq: int) -> Since:
    """Return what happened after a record."""
    calls = calls_after(state, seq)
    files = dict.fromkeys(one.target for call in calls for one in written_by(call))
    return Since(files=tuple(sorted(files)), commands=_titles(calls))


def _titles(calls: Sequence[Call]) -> tuple[str, ...]:
    """Name the commands that ran, the oldest first."""
    found = [call.proposal.title for call in reversed(calls) if ran(call) and call.proposal]
    return tuple(dict.fromkeys(found))


def choose_since(state: Session, seq: int, commands: CommandWrites) -> ChosenUndo:
    """Return what brings the files back to a record: all that calls did since, the newest first.

    What an undo since then has taken back already is left alone, together with that undo.
    """
    calls = calls_after(state, seq)
    settled = _settled(state, calls)
    files = [
        ChosenFile(call_id=call.id, written=one, by_command=call.id in commands)
        for call in calls
        for one in (*written_by(call), *commands.get(call.id, ()))
        if not settled & {(call.id, one.path), (call.id, one.target)}
    ]
    undone = {
        call_id
        for call_id, writes in commands.items()
        if writes and settled.issuperset((call_id, one.path) for one in writes)
    }
    titles = _titles([call for call in calls if call.id not in undone])
    more = len(titles) - MOST_NAMED
    return ChosenUndo(
        what=f"files to {place_in_words(state.main, seq)}",
        files=tuple(files),
        commands=sum(ran(call) and call.id not in commands for call in calls),
        ran=(*titles[:MOST_NAMED], *([f"{more} more"] if more > 0 else ())),
    )


def _settled(state: Session, calls: list[Call]) -> set[tuple[str, str]]:
    """Return files of calls and of undos of them that cancel out: all of both came since."""
    mine = {call.id for call in calls}
    gone = taken_back(state.main)
    settled: set[tuple[str, str]] = set()
    for call in calls:
        if not succeeded(call):
            continue
        by_name: dict[str, list[str]] = {}
        for one in named(call):
            stands = not one.runs and gone.whole(one.call_id, one.name)
            by_name.setdefault(one.name, []).append(one.call_id if stands else "")
        for name, undone in by_name.items():
            if mine.issuperset(undone) and not gone.whole(call.id, name):
                settled |= {(call.id, name), *((one, name) for one in undone)}
    return settled
