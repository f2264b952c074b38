"""Who sent whom out: an agent's work is the work of those above it, too."""

from __future__ import annotations

from collections.abc import Iterator

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


def calls_by_turn(state: Session) -> Iterator[list[Call]]:
    """Yield the calls of each turn with those of its children in the order they were made.

    The last turn comes first.
    """
    children = _childrens_turns(state)
    end: int | None = None
    for turn in reversed(state.main.turns):
        calls = list(turn.calls.values())
        if children:
            beside = _between(children, turn.seq, end)
            calls += [call for one in beside for call in one.calls.values()]
            calls.sort(key=lambda call: call.ts)
        yield calls
        end = turn.seq


def _childrens_turns(state: Session) -> list[Turn]:
    return [turn for agent in state.agents.values() if agent.parent for turn in agent.turns]


def _between(turns: list[Turn], begin: int, end: int | None) -> list[Turn]:
    return [turn for turn in turns if turn.seq > begin and (end is None or turn.seq < end)]
