"""What today's code makes in a child's place: its requests, the gate's word, its report.

A child's records are put in again as they stand, for children work side by side in an order that
no re-execution could find again. What follows from them alone is made anew at its place.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.agent.children import engine_of
from tui_agent.agent.gate import outcome_of
from tui_agent.agent.request import next_request
from tui_agent.core import actions as do
from tui_agent.core.agents import name_of, result_of, told_of
from tui_agent.core.events import (
    MAIN_AGENT,
    AgentFinished,
    ApprovalDecided,
    ApprovalRequested,
    Event,
    ModelRequested,
    Record,
    TurnEnded,
)
from tui_agent.core.next_action import next_action
from tui_agent.core.proposal import Decision

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine


def made_anew(engine: Engine, record: Record) -> Event | None:
    """Return what today's code makes where this record stands; None where it is nothing of ours.

    `engine` is the main agent's, with everything before the record in its state. Raises KeyError
    where a payload is missing.
    """
    event = record.event
    if isinstance(event, AgentFinished):
        return _report(engine, event)
    child = engine.live.state.agents.get(record.agent_id)
    if record.agent_id == MAIN_AGENT or child is None:
        return None
    own = engine_of(engine, child)
    if isinstance(event, ModelRequested):
        return next_request(own, event.purpose, event.request_id)[1]
    if isinstance(event, ApprovalRequested | ApprovalDecided):
        return _said(own, event)
    return None


def done_otherwise(engine: Engine, record: Record) -> str:
    """Return what a child would do now where it once asked its model or ended; empty: the same."""
    event = record.event
    child = engine.live.state.agents.get(record.agent_id)
    if record.agent_id == MAIN_AGENT or child is None or child.turn is None:
        return ""
    own = engine_of(engine, child)
    action = next_action(own.live.state, child, own.terms)
    if isinstance(event, ModelRequested):
        return "" if isinstance(action, do.CallModel | do.Compact) else type(action).__name__
    if isinstance(event, TurnEnded) and event.reason != "interrupted":
        same = isinstance(action, do.End) and action.reason == event.reason
        return "" if same else type(action).__name__
    return ""


def child_named(engine: Engine, record: Record) -> str:
    """Return how a person is told which child a record belongs to: its name and its id."""
    event = record.event
    child_id = event.child_id if isinstance(event, AgentFinished) else record.agent_id
    child = engine.live.state.agents.get(child_id)
    return child_id if child is None or not child.name else f"{name_of(child)} ({child_id})"


def _report(engine: Engine, event: AgentFinished) -> AgentFinished | None:
    """Return what the parent is told of its child; nothing where somebody stopped the child."""
    child = engine.live.state.agents.get(event.child_id)
    if child is None or not child.turns or child.turn is not None or not event.result:
        return None
    text = told_of(child, child.turns[-1], engine.loaded(result_of(child)))
    return replace(event, result=engine.stored(text))


def _said(
    own: Engine, event: ApprovalRequested | ApprovalDecided
) -> ApprovalRequested | ApprovalDecided | None:
    """Return what the gate says now of what was proposed then."""
    proposal = event.proposal
    turn = own.agent.turn
    call = turn.calls.get(event.call_id) if turn is not None else None
    # A person's word is no gate's, nor is a question that comes again since files have changed.
    other = event.request_id if isinstance(event, ApprovalDecided) else event.asked_before
    if other or proposal is None or call is None:
        return None
    outcome = outcome_of(own, call, proposal)
    if outcome.action == "ask":
        return ApprovalRequested(
            request_id="",
            call_id=event.call_id,
            proposal=proposal,
            round=event.round,
            reason=outcome.reason,
        )
    decision = Decision(
        verdict="rule" if outcome.action == "allow" else "reject",
        by="rule",
        reason=outcome.reason,
    )
    return ApprovalDecided(
        call_id=event.call_id, proposal=proposal, round=event.round, decision=decision
    )
