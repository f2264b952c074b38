"""`apply(state, record)`: one record worked into the state, by a table of the slices' functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tui_agent.core.events import Record, TurnEnded
from tui_agent.core.state import (
    of_calls,
    of_model,
    of_rewinds,
    of_servers,
    of_session,
    of_trials,
    of_turns,
)
from tui_agent.core.state.values import Agent, Session

Fold = Callable[[Session, Agent, Record, Any], None]
"""Works one event into the state; given the agent it belongs to and its record."""

_TABLE: dict[type[Any], Fold] = {
    **of_session.FOLDS,
    **of_turns.FOLDS,
    **of_model.FOLDS,
    **of_calls.FOLDS,
    **of_rewinds.FOLDS,
    **of_trials.FOLDS,
    **of_servers.FOLDS,
}


def apply(state: Session, record: Record) -> None:
    """Work one record into `state`, in place."""
    agent = state.agents.get(record.agent_id)
    if agent is None:
        agent = state.agents[record.agent_id] = Agent(id=record.agent_id)
    state.seq, state.ts, state.mono_ms = record.seq, record.ts, record.mono_ms
    state.halted = state.halted and not record.h
    turn = agent.turn
    if turn is not None and not isinstance(record.event, TurnEnded):
        turn.version += 1
    step = _TABLE.get(type(record.event))
    if step is not None:
        step(state, agent, record, record.event)


def fold(records: Iterable[Record]) -> Session:
    """Return the state after all these records."""
    state = Session()
    for record in records:
        apply(state, record)
    return state
