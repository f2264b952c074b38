"""Folds of turns: the user's messages, phases, plan, queue and the end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_agent.core.events import (
    ChecksFound,
    MessageQueued,
    MessageRecalled,
    PhaseEntered,
    PlanUpdated,
    Record,
    TurnEnded,
    TurnStarted,
    UserSteered,
)
from tui_agent.core.state.of_rewinds import mark
from tui_agent.core.state.standing import Queued
from tui_agent.core.state.values import Agent, Item, Session, Turn, Unsent, UserMessage

if TYPE_CHECKING:
    from tui_agent.core.state.fold import Fold


def _started(state: Session, agent: Agent, record: Record, event: TurnStarted) -> None:
    mark(state, agent, record.seq - 1)
    turn = Turn(
        number=record.turn,
        ts=record.ts,
        mono_ms=record.mono_ms,
        mode=event.mode,
        seq=record.seq,
        kind=event.kind,
    )
    agent.turns.append(turn)
    if not agent.parent:
        state.raised.pop("turn", None)
    agent.plan_approved = False
    _say(turn, UserMessage(text=event.text, ts=record.ts, attachments=event.attachments))
    if event.kind == "message":
        agent.unsent.append(Unsent(kind="user", text=event.text, attachments=event.attachments))


def _steered(_state: Session, agent: Agent, record: Record, event: UserSteered) -> None:
    if agent.turn is not None:
        _say(
            agent.turn,
            UserMessage(text=event.text, ts=record.ts, attachments=event.attachments, steered=True),
        )
    agent.unsent.append(Unsent(kind="steer", text=event.text, attachments=event.attachments))


def _say(turn: Turn, message: UserMessage) -> None:
    turn.items.append(Item(kind="user", key=str(len(turn.users))))
    turn.users.append(message)


def _phase(_state: Session, agent: Agent, _record: Record, event: PhaseEntered) -> None:
    if agent.turn is not None:
        agent.turn.phase, agent.turn.loop = event.phase, event.loop


def _queued(state: Session, _agent: Agent, _record: Record, event: MessageQueued) -> None:
    state.queue.append(Queued(id=event.message_id, text=event.text, attachments=event.attachments))


def _recalled(state: Session, _agent: Agent, _record: Record, event: MessageRecalled) -> None:
    state.queue = [one for one in state.queue if one.id != event.message_id]


def _plan(_state: Session, agent: Agent, _record: Record, event: PlanUpdated) -> None:
    agent.plan, agent.plan_approved = event.plan, event.approved
    if event.plan.by == "user":
        agent.unsent = [one for one in agent.unsent if one.kind != "plan"]
        agent.unsent.append(Unsent(kind="plan", text=""))


def _checks(_state: Session, agent: Agent, _record: Record, event: ChecksFound) -> None:
    if agent.turn is not None:
        agent.turn.checks_found = event


def _ended(state: Session, agent: Agent, record: Record, event: TurnEnded) -> None:
    turn = agent.turn
    if turn is None:
        return
    turn.ended, turn.ended_ts, turn.ended_mono_ms = event, record.ts, record.mono_ms
    turn.phase = "report"
    turn.version += 1
    if agent.plan is not None and event.reason != "done":
        agent.plan = replace(
            agent.plan,
            steps=tuple(
                replace(step, state="to_do") if step.state == "current" else step
                for step in agent.plan.steps
            ),
        )
    for request_id, waiting in list(state.waiting.items()):
        if waiting.agent_id == agent.id:
            del state.waiting[request_id]


FOLDS: dict[type[Any], Fold] = {
    TurnStarted: _started,
    UserSteered: _steered,
    PhaseEntered: _phase,
    MessageQueued: _queued,
    MessageRecalled: _recalled,
    PlanUpdated: _plan,
    ChecksFound: _checks,
    TurnEnded: _ended,
}
