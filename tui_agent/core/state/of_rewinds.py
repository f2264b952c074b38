"""Folds of going back: what the model sees is again what it was; nothing else is taken away."""

from __future__ import annotations

from bisect import bisect_right
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_agent.core.events import Record, Rewound
from tui_agent.core.state.notes import add_note
from tui_agent.core.state.values import Agent, Mark, Note, Session, Turn, Unsent

if TYPE_CHECKING:
    from tui_agent.core.state.fold import Fold


FEW = 3
"""Names that fit a line."""


def mark(state: Session, agent: Agent, seq: int) -> None:
    """Keep what the agent's model sees after the record `seq`, to come back to."""
    agent.marks.append(
        Mark(
            seq=seq,
            messages=agent.messages,
            length=len(agent.messages),
            unsent=tuple(agent.unsent),
            unsent_calls=tuple(agent.unsent_calls),
            saw=agent.saw,
            seen_length=len(agent.saw),
            plan=agent.plan,
            plan_approved=agent.plan_approved,
            instructions=None if agent.instructions is None else agent.instructions.text,
            context_used=agent.context_used,
            mode=state.mode,
            tree="" if state.tree_edits else state.tree,
            rewound=tuple(
                (turn.number, turn.rewound_from)
                for turn in agent.turns
                if turn.rewound_from is not None
            ),
        )
    )


def mark_at(agent: Agent, seq: int) -> Mark | None:
    """Return the last place to come back to that lies at or before a record."""
    index = bisect_right(agent.marks, seq, key=lambda one: one.seq)
    return agent.marks[index - 1] if index else None


def _rewound(state: Session, agent: Agent, record: Record, event: Rewound) -> None:
    turn = agent.turn
    if turn is not None:
        turn.went_back = True
    found = mark_at(agent, event.to_seq)
    if event.conversation and found is not None:
        _see_again(state, agent, found)
        _part(agent, found)
    if event.changed_files and event.conversation:
        agent.unsent.append(Unsent(kind="files", text="\n".join(event.changed_files)))
    add_note(state, agent, Note(text=_said(event), ts=record.ts))


def _see_again(state: Session, agent: Agent, found: Mark) -> None:
    agent.messages = found.messages[: found.length]
    agent.unsent = list(found.unsent)
    agent.unsent_calls = list(found.unsent_calls)
    agent.saw = found.saw[: found.seen_length]
    agent.seen = {one.path: one for one in agent.saw}
    agent.plan, agent.plan_approved = found.plan, found.plan_approved
    agent.context_used = found.context_used
    if agent.instructions is not None and found.instructions is not None:
        agent.instructions = replace(agent.instructions, text=found.instructions)
    else:
        agent.instructions = None
    if state.mode != found.mode:
        agent.unsent = [one for one in agent.unsent if one.kind != "mode"]
        agent.unsent.append(Unsent(kind="mode", text=state.mode))


def _part(agent: Agent, found: Mark) -> None:
    """Say of each turn how much of it the model sees; an ended turn is shared, so it is copied."""
    before = dict(found.rewound)
    for index, turn in enumerate(agent.turns):
        wanted = before.get(turn.number)
        if turn.seq > found.seq:
            wanted = 0
        elif wanted is None:
            wanted = _first_after(turn, found.seq)
        if turn is not agent.turn and turn.rewound_from != wanted:
            other = copy(turn)
            other.rewound_from = wanted
            other.version += 1
            agent.turns[index] = other


def _first_after(turn: Turn, seq: int) -> int | None:
    """Return the first step of a turn that began after a record."""
    return next((step.number for step in turn.steps.values() if step.seq > seq), None)


def _said(event: Rewound) -> str:
    what = {
        (True, True): "conversation and files",
        (True, False): "the conversation; the files are as they were",
        (False, True): "the files; the conversation goes on",
    }.get((event.conversation, event.files), "nothing")
    text = f"rewound to {event.place or f'record {event.to_seq}'}: {what}"
    if event.files and event.changed_files:
        paths = event.changed_files
        more = f" and {len(paths) - FEW} more" if len(paths) > FEW else ""
        text += f". Not as they were there: {', '.join(paths[:FEW])}{more}"
    return text


FOLDS: dict[type[Any], Fold] = {Rewound: _rewound}
