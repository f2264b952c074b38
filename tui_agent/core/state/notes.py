"""Where a line stands that neither model nor user wrote."""

from __future__ import annotations

from tui_agent.core.state.values import Agent, Item, Note, Session


def add_note(state: Session, agent: Agent, note: Note) -> None:
    """Put a note into the open turn's conversation, or into the session's where none is open."""
    turn = agent.turn
    if turn is None:
        state.notes.append(note)
        return
    turn.items.append(Item(kind="note", key=str(len(turn.notes))))
    turn.notes.append(note)
