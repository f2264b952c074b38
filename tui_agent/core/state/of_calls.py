"""Folds of tool calls: asked for, proposed, decided, run, finished; and of what they changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_agent.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    EditApplied,
    Record,
    ToolCalled,
    ToolFinished,
    ToolOutputDelta,
    ToolOutputKept,
    ToolStarted,
    VerdictsDrafted,
)
from tui_agent.core.grants import grant_of
from tui_agent.core.patch import decide, withdraw
from tui_agent.core.plan import Plan, PlanState
from tui_agent.core.proposal import in_copy
from tui_agent.core.seen import joined
from tui_agent.core.state.as_run import feedback_on_check
from tui_agent.core.state.lineage import is_apart, open_turns
from tui_agent.core.state.standing import Waiting
from tui_agent.core.state.values import Agent, Call, Item, Session, Turn, Unsent

if TYPE_CHECKING:
    from tui_agent.core.state.fold import Fold

LIVE_LIMIT = 64 * 1024
"""Characters of a running command's output that the state keeps; the log has head and tail."""


def _called(_state: Session, agent: Agent, record: Record, event: ToolCalled) -> None:
    turn = agent.turn
    if turn is None:
        return
    turn.calls[event.call_id] = Call(
        id=event.call_id,
        tool=event.tool,
        arguments=event.arguments,
        origin=event.origin,
        origin_id=event.origin_id,
        step=record.step,
        ts=record.ts,
        seq=record.seq,
    )
    turn.items.append(Item(kind="call", key=event.call_id))
    step = turn.steps.get(record.step)
    if step is not None:
        turn.steps[record.step] = replace(step, calls=(*step.calls, event.call_id))
    if event.origin == "check":
        turn.check_calls[event.origin_id] = (turn.loop, event.call_id)
    elif event.origin == "model":
        agent.unsent_calls.append(event.call_id)
    elif event.origin in ("plan", "user", "client"):
        agent.unsent.append(Unsent(kind="call", text=event.call_id))
    if event.origin == "plan":
        made = turn.planned.get(event.origin_id, ())
        turn.planned[event.origin_id] = (*made, event.call_id)
        _mark_plan_step(agent, turn, event.origin_id)


def _requested(state: Session, agent: Agent, record: Record, event: ApprovalRequested) -> None:
    turn, call = _find(agent, event.call_id)
    if turn is None or call is None:
        return
    if call.request_id in state.waiting and call.request_id != event.request_id:
        del state.waiting[call.request_id]
    turn.calls[call.id] = replace(
        call,
        status="asked",
        proposal=event.proposal,
        request_id=event.request_id,
        reason=event.reason,
        round=event.round,
        kept=event.kept,
        asked_before=event.asked_before,
        considered=event.considered,
        offers=event.offers,
    )
    state.waiting[event.request_id] = Waiting(
        request_id=event.request_id,
        agent_id=agent.id,
        turn=turn.number,
        call_id=call.id,
        ts=record.ts,
        mono_ms=record.mono_ms,
    )


def _drafted(_state: Session, agent: Agent, _record: Record, event: VerdictsDrafted) -> None:
    turn, call = _find(agent, event.call_id)
    if turn is not None and call is not None and call.request_id == event.request_id:
        kept = decide(withdraw(call.kept, event.taken_back), *event.hunks)
        turn.calls[call.id] = replace(call, kept=kept)


def _decided(state: Session, agent: Agent, record: Record, event: ApprovalDecided) -> None:
    state.waiting.pop(event.request_id, None)
    for name in event.decision.reason.used if event.decision.reason is not None else ():
        state.used[name] = state.used.get(name, 0) + 1
    state.trials.pop(event.request_id, None)
    turn, call = _find(agent, event.call_id)
    if event.request_id and call is not None and call.proposal is not None:
        grant = grant_of(event.request_id, agent.id, record.ts, call.proposal, event.decision)
        if grant is not None:
            state.grants[grant.id] = grant
    if turn is None or call is None or call.status == "finished":
        return
    turn.calls[call.id] = replace(
        call,
        status="decided",
        proposal=event.proposal or call.proposal,
        decision=event.decision,
        reason=event.decision.reason or call.reason,
        waited_ms=call.waited_ms + event.waited_ms,
        round=event.round,
    )


def _tool_started(_state: Session, agent: Agent, record: Record, event: ToolStarted) -> None:
    turn, call = _find(agent, event.call_id)
    if turn is not None and call is not None:
        turn.calls[call.id] = replace(
            call, status="running", started=event, started_ts=record.ts, round=event.round
        )


def _output(_state: Session, agent: Agent, _record: Record, event: ToolOutputDelta) -> None:
    turn, call = _find(agent, event.call_id)
    if turn is not None and call is not None and call.status == "running":
        turn.calls[call.id] = replace(
            call,
            live=(call.live + event.text)[-LIVE_LIMIT:],
            live_end=event.offset + len(event.text),
        )


def _output_kept(_state: Session, agent: Agent, _record: Record, event: ToolOutputKept) -> None:
    """Take what was kept, where nothing of it was seen live: in another process, in a replay."""
    turn, call = _find(agent, event.call_id)
    if turn is not None and call is not None and call.status == "running" and not call.live_end:
        turn.calls[call.id] = replace(call, live=event.text)


def _finished(state: Session, agent: Agent, _record: Record, event: ToolFinished) -> None:
    turn, call = _find(agent, event.call_id)
    if turn is None or call is None:
        return
    if call.request_id in state.waiting:
        del state.waiting[call.request_id]
    if call.started is not None and not is_apart(state, agent):
        state.tree_edits += _may_have_written(call)
    turn.calls[call.id] = replace(
        call,
        status="finished",
        output=event.output,
        ended=event.status,
        ms=event.ms,
        live="",
    )
    for seen in event.output.seen:
        read = joined(seen, agent.seen.get(seen.path))
        agent.saw.append(read)
        agent.seen = {**agent.seen, seen.path: read}
    if call.origin == "plan":
        _mark_plan_step(agent, turn, call.origin_id)
    if call.origin == "check" and event.status == "denied":
        turn.verified_edits = turn.edits
        if feedback_on_check(turn.calls[call.id]):
            agent.unsent.append(Unsent(kind="call", text=call.id))


def _mark_plan_step(agent: Agent, turn: Turn, step_id: str) -> None:
    """Derive the state of a plan's step from the results of the calls that it carries."""
    plan = agent.plan
    if plan is None:
        return
    made = [turn.calls[name] for name in turn.planned.get(step_id, ()) if name in turn.calls]

    def state_of(carried: int) -> PlanState:
        if any(call.output is not None and not call.output.ok for call in made):
            return "failed"
        if len(made) >= carried and all(call.status == "finished" for call in made):
            return "done"
        return "current"

    agent.plan = Plan(
        steps=tuple(
            replace(step, state=state_of(len(step.calls))) if step.id == step_id else step
            for step in plan.steps
        ),
        by=plan.by,
        rollback=plan.rollback,
    )


def _may_have_written(call: Call) -> bool:
    """Return whether a call beside its edits may have changed the workspace."""
    proposal = call.proposal
    if proposal is None:
        return False
    if proposal.served is not None:
        return proposal.served.writes
    ran_there = "execute" in proposal.effects and not in_copy(proposal, call.decision)
    return ran_there or (proposal.rest is not None and proposal.rest.take)


def _edited(state: Session, agent: Agent, _record: Record, event: EditApplied) -> None:
    state.tree_edits += not is_apart(state, agent)
    turn = agent.turn
    if turn is None:
        return
    call = turn.calls.get(event.call_id)
    if call is not None:
        turn.calls[call.id] = replace(call, applied=True)
    for each in open_turns(state, agent):
        each.edits += 1
        for file in event.files:
            added, removed = each.changed.get(file.path, (0, 0))
            each.changed[file.path] = (added + file.added, removed + file.removed)


def _find(agent: Agent, call_id: str) -> tuple[Turn | None, Call | None]:
    turn = agent.turn
    return turn, turn.calls.get(call_id) if turn is not None else None


FOLDS: dict[type[Any], Fold] = {
    ToolCalled: _called,
    ApprovalRequested: _requested,
    VerdictsDrafted: _drafted,
    ApprovalDecided: _decided,
    ToolStarted: _tool_started,
    ToolOutputDelta: _output,
    ToolOutputKept: _output_kept,
    ToolFinished: _finished,
    EditApplied: _edited,
}
