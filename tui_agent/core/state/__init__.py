"""The fold: what the session is, derived from what happened."""

from __future__ import annotations

from tui_agent.core.state.as_run import command_of, title_of
from tui_agent.core.state.fold import apply, fold
from tui_agent.core.state.lineage import calls_by_turn, is_apart, joined, tree_turns
from tui_agent.core.state.of_rewinds import mark_at
from tui_agent.core.state.queue import place_of
from tui_agent.core.state.standing import Queued, Waiting
from tui_agent.core.state.timeline import Timeline
from tui_agent.core.state.values import (
    Agent,
    Call,
    Item,
    Note,
    Session,
    Step,
    Turn,
    Unsent,
    UserMessage,
)

__all__ = [
    "Agent",
    "Call",
    "Item",
    "Note",
    "Queued",
    "Session",
    "Step",
    "Timeline",
    "Turn",
    "Unsent",
    "UserMessage",
    "Waiting",
    "apply",
    "calls_by_turn",
    "command_of",
    "fold",
    "is_apart",
    "joined",
    "mark_at",
    "place_of",
    "title_of",
    "tree_turns",
]
