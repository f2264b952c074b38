"""What a turn does next, as a function of the state alone.

Nothing is kept between two actions but the log: a session that is taken up again enters the same
function at the same place.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tui_agent.core.actions import (
    Action,
    Announce,
    AskBudget,
    CallModel,
    CallPlanned,
    Compact,
    End,
    Enter,
    FindChecks,
    Gather,
    GoBack,
    Idle,
    RecordCheck,
    RunCalls,
    StartCheck,
)
from tui_agent.core.blob import preview_of
from tui_agent.core.budget import Stop, remedy, stop_before_call, told
from tui_agent.core.events import Phase
from tui_agent.core.messages import ToolCall
from tui_agent.core.optional_steps import can_be_done_without
from tui_agent.core.plan import PlanStep
from tui_agent.core.settings import Settings
from tui_agent.core.state.as_run import feedback_on_check
from tui_agent.core.state.values import Agent, Call, Session, Step, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the decision rests on beside the state."""

    settings: Settings
    reads: Collection[str]
    """Names of the tools whose calls only read."""
    attended: bool = True
    context_tokens: int | None = None
    stop: Stop | None = None
    """The cap in dollars that the next call of the model would pass."""


_FIRST: dict[str, Phase] = {
    "shell": "act",
    "review": "act",
    "undo": "act",
    "rewind": "act",
    "client": "act",
    "checks": "verify",
}
"""Where a turn that calls no model begins."""

OWN_EDITS = ("review", "undo", "rewind")
"""Kinds of turns in which the user's own call edits files."""


def next_action(session: Session, agent: Agent, terms: Terms) -> Action:
    """Return what this agent's open turn does next."""
    turn = agent.turn
    if turn is None:
        return Idle()
    if turn.phase == "ingest":
        return Enter(phase=_FIRST.get(turn.kind, "gate"), loop=turn.loop)
    if turn.phase == "gate":
        return Enter(phase="gather", loop=turn.loop)
    if turn.phase == "gather":
        if not turn.gathered:
            return Gather()
        return Enter(phase="plan" if turn.mode == "plan" else "act", loop=turn.loop)
    open_calls = _open_calls(turn, terms.reads)
    if open_calls:
        return RunCalls(call_ids=open_calls)
    ended = _ended_by_call(turn)
    if ended is not None:
        return ended
    if turn.phase == "verify":
        return _verify(session, turn, terms)
    if turn.phase == "report":
        return _end(session, turn)
    return _act(session, agent, turn, terms)


def _open_calls(turn: Turn, reads: Collection[str]) -> tuple[str, ...]:
    """The first unfinished call, or the unfinished reading calls that follow each other there."""
    chosen: list[str] = []
    for call in turn.calls.values():
        if call.status == "finished":
            if chosen:
                continue
        elif call.tool in reads:
            chosen.append(call.id)
        else:
            return tuple(chosen) or (call.id,)
    return tuple(chosen)


def _ended_by_call(turn: Turn) -> End | None:
    last = next(reversed(turn.calls.values()), None)
    if last is None or last.output is None:
        return None
    if last.origin == "engine" and not last.output.ok:
        question = last.proposal.question if last.proposal is not None else None
        pause = question.pause if question is not None else None
        detail = told(pause) if pause is not None else last.output.summary
        return End(reason="budget_exceeded", detail=detail)
    latest = _latest_step(turn)
    ids = latest.calls if latest is not None else ()
    for call_id in ids:
        call = turn.calls[call_id]
        # The work stands without its check, and the report says that it was not run.
        if call.origin != "check" and call.output is not None and call.output.end_turn:
            return End(reason="rejected")
    return None


def _act(session: Session, agent: Agent, turn: Turn, terms: Terms) -> Action:
    if turn.kind in ("shell", "client", *OWN_EDITS):
        return _own_end(turn)
    planned = _planned(agent, turn)
    if planned is not None:
        return CallPlanned(step=planned)
    if _compacts_first(turn):
        return Compact(by="user")
    latest = next(reversed(turn.steps.values()), None)
    if latest is not None and latest.purpose == "compaction":
        return _after_compaction(session, agent, turn, terms)
    step = _latest_step(turn)
    if step is not None and step.failure is not None and step.response is None:
        return _after_failure(session, agent, turn, terms)
    if step is not None and any(call.id not in turn.calls for call in _asked(step)):
        return Announce(step=step.number)
    if step is None or agent.unsent_calls or any(one.kind in _ANSWERED for one in agent.unsent):
        return _call_model(session, agent, turn, terms)
    if turn.edits > max(turn.verified_edits, 0) and terms.settings.verify and turn.mode != "plan":
        return Enter(phase="verify", loop=turn.loop)
    return Enter(phase="report", loop=turn.loop)


def _after_compaction(session: Session, agent: Agent, turn: Turn, terms: Terms) -> Action:
    """Go on, whether the summary came or was cut off; end where nothing goes without it.

    A summary made before the window is full can be done without: the conversation still fits.
    """
    latest = next(reversed(turn.steps.values()))
    failure = latest.failure
    over = turn.compacted > latest.seq or failure is None or failure.kind == "cancelled"
    if over or failure is None or can_be_done_without(turn, latest):
        return _call_model(session, agent, turn, terms)
    return End(reason="model_failed", detail=failure.message)


def _compacts_first(turn: Turn) -> bool:
    """Whether a person has chosen, before a call that would pass a cap, to compact first."""
    last = next(reversed(turn.calls.values()), None)
    if last is None or last.origin != "engine" or last.decision is None:
        return False
    return last.decision.answer == "c" and all(
        step.seq < last.seq for step in turn.steps.values() if step.purpose == "compaction"
    )


_ANSWERED = ("user", "steer", "call")
"""Kinds of unsent things that the model is called for; the others wait for the next request."""

MOST_COMPACTIONS = 3
"""In a row: a conversation that three summaries do not make fit is not saved by a fourth."""


def _after_failure(session: Session, agent: Agent, turn: Turn, terms: Terms) -> Action:
    """A response that was cut off is asked for again; one that did not fit, after a summary."""
    step = _latest_step(turn)
    failure = step.failure if step is not None else None
    if failure is None:
        return End(reason="model_failed")
    if failure.kind == "cancelled" or (step is not None and _is_answered(turn, step)):
        return _call_model(session, agent, turn, terms)
    if failure.pause is not None and terms.attended:
        stop = Stop(reason="budget_exceeded", text=told(failure.pause), pause=failure.pause)
        return AskBudget(stop=stop)
    if failure.kind != "context":
        return End(reason="model_failed", detail=failure.message)
    if _compactions_in_vain(turn) >= MOST_COMPACTIONS:
        return End(reason="model_failed", detail=failure.message)
    return _stopped(session, turn, terms) or Compact(by="overflow")


def _is_answered(turn: Turn, step: Step) -> bool:
    """Whether a person has said how to go on, where a stand-in would have passed a cap."""
    last = next(reversed(turn.calls.values()), None)
    return last is not None and last.origin == "engine" and last.seq > step.seq


def _asked(step: Step) -> tuple[ToolCall, ...]:
    return step.response.tool_calls if step.response is not None else ()


HELPED = 0.9
"""Of what the request for a summary took: what is sent after it must be shorter than that."""
STEPS_WITHOUT = 5
"""Steps after which a summary that failed or was cut off is asked for again."""


def _compactions_in_vain(turn: Turn) -> int:
    """Return how many summaries were made since the model last answered."""
    count = 0
    for step in reversed(turn.steps.values()):
        if step.purpose == "compaction":
            count += 1
        elif step.response is not None:
            break
    return count


def _last_one_helped(turn: Turn) -> bool:
    """Whether the turn's last summary, if there is one, made what was sent after it shorter.

    A turn of many steps may need several; one that changed nothing is not tried again, and one
    that never came not at once.
    """
    after: list[int] = []
    for step in reversed(turn.steps.values()):
        if step.purpose == "compaction" and step.response is None:
            return sum(used > 0 for used in after) >= STEPS_WITHOUT
        if step.purpose == "compaction":
            return any(0 < used < _used(step) * HELPED for used in after)
        after.append(_used(step))
    return True


def _used(step: Step) -> int:
    usage = step.response.usage if step.response is not None else None
    return (usage.input_tokens or 0) + (usage.output_tokens or 0) if usage is not None else 0


def _call_model(session: Session, agent: Agent, turn: Turn, terms: Terms) -> Action:
    stopped = _stopped(session, turn, terms)
    if stopped is not None:
        return stopped
    window, used = terms.context_tokens, agent.context_used
    share = terms.settings.context.compact_at
    full = bool(window and used and share and used > window * share)
    if full and _last_one_helped(turn):
        return Compact(by="limit")
    return CallModel()


def _stopped(session: Session, turn: Turn, terms: Terms) -> AskBudget | End | None:
    stop = stop_before_call(session, turn, terms.settings.limits) or terms.stop
    if stop is None:
        return None
    if stop.money and terms.attended:
        return AskBudget(stop=stop)
    how = f"; {remedy(stop.pause)}" if stop.pause is not None else ""
    return End(reason=stop.reason, detail=stop.text + how)


def _own_end(turn: Turn) -> End | GoBack:
    """End a turn of the user's own call; one that could not edit has failed."""
    for call in turn.calls.values():
        output = call.output
        if turn.kind == "rewind" and output is not None and output.ok and not turn.went_back:
            return GoBack(call_id=call.id)
        if turn.kind not in ("client", *OWN_EDITS) or output is None or output.ok:
            continue
        if output.error == "needs_approval":
            return End(reason="needs_approval")
        if turn.kind != "client" and call.ended != "denied":
            return End(reason="failed", detail=preview_of(output.text))
    return End(reason="done")


def _planned(agent: Agent, turn: Turn) -> PlanStep | None:
    """The next step of an approved plan that carries calls; none once one has failed."""
    if not agent.plan_approved or agent.plan is None:
        return None
    for step in agent.plan.steps:
        if step.state == "failed":
            return None
        if step.calls and step.id not in turn.planned and step.state in ("to_do", "current"):
            return step
    return None


def _verify(session: Session, turn: Turn, terms: Terms) -> Action:
    if turn.checks_found is None:
        return FindChecks()
    unrecorded = _unrecorded_check(session, turn)
    if unrecorded is not None:
        return RecordCheck(call_id=unrecorded.id)
    for check in turn.checks_found.checks:
        loop, _ = turn.check_calls.get(check.name, (0, ""))
        if loop != turn.loop:
            return StartCheck(check=check)
    said = any(feedback_on_check(turn.calls[call_id]) for _, call_id in turn.check_calls.values())
    if not failed_checks(session, turn) and not said:
        return Enter(phase="report", loop=turn.loop)
    if turn.kind == "checks":
        return Enter(phase="report", loop=turn.loop)
    if turn.loop >= terms.settings.limits.loops:
        if not failed_checks(session, turn):
            return Enter(phase="report", loop=turn.loop)
        return End(
            reason="max_loops_exhausted", detail=f"checks still fail after {turn.loop} loops"
        )
    return Enter(phase="act", loop=turn.loop + 1)


def _unrecorded_check(session: Session, turn: Turn) -> Call | None:
    for name, (_, call_id) in turn.check_calls.items():
        call, last = turn.calls[call_id], session.checks.get(name)
        ran = call.ended == "finished" and call.output is not None
        if ran and (last is None or last.call_id != call_id):
            return call
    return None


def _end(session: Session, turn: Turn) -> Action:
    if any(call.output and call.output.error == "needs_approval" for call in asked_for(turn)):
        return End(reason="needs_approval")
    if failed_checks(session, turn):
        return End(reason="checks_failed")
    return End(reason="done")


def asked_for(turn: Turn) -> list[Call]:
    """Return the calls of a turn that somebody asked for: model, plan, the user, or a client."""
    origins = ("user",) if turn.kind in OWN_EDITS else ("model", "plan", "client")
    return [call for call in turn.calls.values() if call.origin in origins]


def failed_checks(session: Session, turn: Turn) -> tuple[str, ...]:
    """Return the names of the checks whose last run in this turn failed."""
    return tuple(
        name
        for name, (_, call_id) in turn.check_calls.items()
        if (check := session.checks.get(name)) is not None
        and check.call_id == call_id
        and not check.passed
    )


def _latest_step(turn: Turn) -> Step | None:
    steps = [step for step in reversed(turn.steps.values()) if step.purpose == "turn"]
    return steps[0] if steps else None
