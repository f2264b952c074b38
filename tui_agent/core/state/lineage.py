"""Who sent whom out: an agent's work is the work of those above it, too."""

from __future__ import annotations

from collections.abc import Iterator

from tui_agent.core.state.values import Agent, Session, Turn


def lineage(state: Session, agent: Agent) -> Iterator[Agent]:
    """Yield an agent, the one that sent it out, and so on up to the main agent."""
    above: Agent | None = agent
    while above is not None:
        yield above
        above = state.agents.get(above.parent) if above.parent else None


def open_turns(state: Session, agent: Agent) -> Iterator[Turn]:
    """Yield the open turns of an agent and of those above it."""
    return (one.turn for one in lineage(state, agent) if one.turn is not None)


def tree_turns(state: Session, root: Turn) -> Iterator[Turn]:
    """Yield a turn of the main agent and all that its children began since."""
    yield root
    for agent in state.agents.values():
        if agent.parent:
            yield from (turn for turn in agent.turns if turn.seq > root.seq)
