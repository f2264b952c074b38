"""Who sent whom out: an agent's work is the work of those above it, too."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from itertools import zip_longest

from tui_agent.core.state.values import Agent, Call, Session, Turn


def lineage(state: Session, agent: Agent) -> Iterator[Agent]:
    """Yield an agent, the one that sent it out, and so on up to the main agent."""
    above: Agent | None = agent
    while above is not None:
        yield above
        above = state.agents.get(above.parent) if above.parent else None


def is_apart(state: Session, agent: Agent) -> bool:
    """Return whether an agent works in a copy: its own, or that of one above it."""
    return any(one.set_out is not None and one.set_out.isolation for one in lineage(state, agent))


def open_turns(state: Session, agent: Agent) -> Iterator[Turn]:
    """Yield the open turns of an agent and of those above it that share its workspace."""
    for one in lineage(state, agent):
        if one.turn is not None:
            yield one.turn
        if one.set_out is not None and one.set_out.isolation:
            return


def tree_turns(state: Session, root: Turn) -> Iterator[Turn]:
    """Yield a turn of the main agent, and those of the children that set out in it."""
    yield root
    children = _childrens_turns(state)
    if children:
        later = (turn.seq for turn in state.main.turns if turn.seq > root.seq)
        end = next(later, None)
        yield from _between(children, root.seq, end)


def calls_by_turn(state: Session, *, copies: bool = True) -> Iterator[list[Call]]:
    """Yield the calls of each turn with those of its children in the order they were made.

    The last turn comes first. Without `copies`, those made in copies of the workspace are left out.
    """
    children = _childrens_turns(state, copies=copies)
    end: int | None = None
    for turn in reversed(state.main.turns):
        calls = list(turn.calls.values())
        if children:
            beside = _between(children, turn.seq, end)
            calls += [call for one in beside for call in one.calls.values()]
            calls.sort(key=lambda call: call.ts)
        yield calls
        end = turn.seq


def _childrens_turns(state: Session, *, copies: bool = True) -> list[Turn]:
    return [
        turn
        for agent in state.agents.values()
        if agent.parent and (copies or not is_apart(state, agent))
        for turn in agent.turns
    ]


def _between(turns: list[Turn], begin: int, end: int | None) -> list[Turn]:
    return [turn for turn in turns if turn.seq > begin and (end is None or turn.seq < end)]


def joined(state: Session, only: str = "") -> Agent:
    """Return the main agent with the calls of its children among its own, where they worked.

    A child's call counts for the step that sent it out. Children that worked apart are left out:
    what was taken from them is a call of the agent that sent them. With `only`, a child's name or
    id, just the calls of such children are there, and those that brought their changes.
    """
    children = [one for one in state.agents.values() if one.parent and not is_apart(state, one)]
    if not children and not only:
        return state.main
    meant = {one.id for one in state.agents.values() if one.parent and only in (one.id, one.name)}
    sent = {one.set_out.call_id for one in map(state.agents.get, meant) if one and one.set_out}
    whole = copy(state.main)
    whole.turns = []
    ends = [turn.seq for turn in state.main.turns[1:]]
    for turn, end in zip_longest(state.main.turns, ends):
        kept = not only or turn.kind in ("undo", "rewind")
        calls = [call for call in turn.calls.values() if kept or call.id in sent]
        for child in children:
            if only and not any(one.id in meant for one in lineage(state, child)):
                continue
            step = _step_of(state, child, turn)
            calls += [
                replace(call, step=step)
                for one in _between(child.turns, turn.seq, end)
                for call in one.calls.values()
            ]
        calls.sort(key=lambda call: call.seq)
        other = copy(turn)
        other.calls = {call.id: call for call in calls}
        whole.turns.append(other)
    return whole


def _step_of(state: Session, child: Agent, turn: Turn) -> int:
    """Return the step of the main agent's turn that led to this child."""
    for one in lineage(state, child):
        call_id = one.set_out.call_id if one.set_out is not None else ""
        if call_id in turn.calls:
            return turn.calls[call_id].step
    return 0
