"""Where a line stands that neither model nor user wrote."""

from __future__ import annotations

from copy import copy

from tui_agent.core.state.values import Agent, Item, Note, Session


def add_note_after(state: Session, agent: Agent, note: Note) -> None:
    """Put a note into the open turn, else to the end of the last one, which is shared: a copy."""
    if agent.turn is not None or not agent.turns:
        add_note(state, agent, note)
        return
    other = copy(agent.turns[-1])
    other.items = [*other.items, Item(kind="note", key=str(len(other.notes)))]
    other.notes = [*other.notes, note]
    other.version += 1
    agent.turns[-1] = other


def add_note(state: Session, agent: Agent, note: Note) -> None:
    """Put a note into the open turn's conversation, or into the session's where none is open."""
    turn = agent.turn
    if turn is None:
        state.notes.append(note)
        return
    turn.items.append(Item(kind="note", key=str(len(turn.notes))))
    turn.notes.append(note)
