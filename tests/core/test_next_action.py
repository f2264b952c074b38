"""What a turn does next, told as short histories."""

from __future__ import annotations

import pytest

from tests.support.recording import Recording
from tui_agent.core import actions as do
from tui_agent.core.budget import Stop, told
from tui_agent.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    Check,
    CheckFinished,
    ChecksFound,
    EditApplied,
    Event,
    InstructionsLoaded,
    ModelFailed,
    ModelRequested,
    ModelResponded,
    PhaseEntered,
    PlanUpdated,
    SessionStarted,
    SnapshotTaken,
    ToolCalled,
    ToolFinished,
    ToolStarted,
    TurnStarted,
)
from tui_agent.core.messages import Message, ToolCall, Usage
from tui_agent.core.next_action import Terms, next_action
from tui_agent.core.plan import Plan, PlannedCall, PlanStep
from tui_agent.core.proposal import (
    Command,
    Decision,
    FileEffect,
    Proposal,
    Question,
    Reason,
    ToolOutput,
)
from tui_agent.core.settings import LimitSettings, Settings
from tui_agent.core.spending import Forecast, Pause, Spend

BEGIN: tuple[Event, ...] = (
    SessionStarted(session_id="s", program="agent", cwd="/w", workspace="/w"),
    TurnStarted(text="do it", mode="ask"),
)
READY: tuple[Event, ...] = (
    *BEGIN,
    PhaseEntered(phase="gate"),
    PhaseEntered(phase="gather"),
    InstructionsLoaded(),
    PhaseEntered(phase="act"),
)


def asked(number: int = 1) -> ModelRequested:
    added = (Message(role="user", text="do it"),)
    return ModelRequested(request_id=f"r{number}", model="m", request_hash="h", added=added)


def answered(*calls: str, text: str = "", usage: Usage | None = None) -> ModelResponded:
    named = tuple(
        ToolCall(id=name, name=name.rstrip("0123456789"), arguments="{}") for name in calls
    )
    return ModelResponded(
        request_id="r", text=text, tool_calls=named, usage=usage or Usage(cost_usd=0.0)
    )


def called(*names: str, origin: str = "model", origin_id: str = "") -> list[Event]:
    return [
        ToolCalled(
            call_id=name,
            tool=name.rstrip("0123456789"),
            arguments="{}",
            origin=origin,  # type: ignore[arg-type]
            origin_id=origin_id,
        )
        for name in names
    ]


def ended(name: str, *, ok: bool = True, **more: object) -> ToolFinished:
    return ToolFinished(call_id=name, output=ToolOutput(ok=ok, **more))  # type: ignore[arg-type]


EDIT: tuple[Event, ...] = (
    asked(),
    answered("edit1"),
    *called("edit1"),
    ToolStarted(call_id="edit1"),
    EditApplied(call_id="edit1", files=(FileEffect(path="a", sha_before="1", sha_after="2"),)),
    ended("edit1"),
    SnapshotTaken(tree="t2", parent="t1", reason="edit1"),
    asked(2),
    answered(text="Done."),
)
CHECK = Check(name="tests", command="pytest", origin="settings")


def check(call_id: str, exit_code: int) -> list[Event]:
    run = Proposal(
        call_id=call_id,
        tool="shell",
        title="pytest",
        effects=frozenset({"execute"}),
        command=Command(text="pytest"),
        check="tests",
    )
    return [
        ToolCalled(
            call_id=call_id, tool="shell", arguments="{}", origin="check", origin_id="tests"
        ),
        ApprovalDecided(
            call_id=call_id, decision=Decision(verdict="rule", by="rule"), proposal=run
        ),
        ToolStarted(call_id=call_id),
        ended(call_id, ok=exit_code == 0, exit_code=exit_code),
        SnapshotTaken(tree="t2", parent="t2", reason=call_id),
    ]


def checked(call_id: str, exit_code: int) -> CheckFinished:
    return CheckFinished(
        name="tests", command="pytest", call_id=call_id, exit_code=exit_code, tree="t2", seconds=1.0
    )


def after(
    *events: Event,
    settings: Settings | None = None,
    attended: bool = True,
    stop: Stop | None = None,
    window: int | None = None,
) -> do.Action:
    state = Recording().add(*events).state()
    terms = Terms(
        settings=settings or Settings(),
        reads=frozenset({"read", "list"}),
        attended=attended,
        stop=stop,
        context_tokens=window,
    )
    return next_action(state, state.main, terms)


def test_without_a_turn_nothing_happens() -> None:
    assert after(BEGIN[0]) == do.Idle()


@pytest.mark.capability("S0.10", part="order of the phases")
def test_a_turn_passes_ingest_gate_and_gather_before_it_acts() -> None:
    assert after(*BEGIN) == do.Enter(phase="gate", loop=1)
    assert after(*BEGIN, PhaseEntered(phase="gate")) == do.Enter(phase="gather", loop=1)
    assert after(*BEGIN, PhaseEntered(phase="gather")) == do.Gather()
    assert after(*READY[:-1]) == do.Enter(phase="act", loop=1)
    assert after(*READY) == do.CallModel()


def test_the_calls_of_a_response_are_recorded_before_any_of_them_runs() -> None:
    assert after(*READY, asked(), answered("read1", "edit2")) == do.Announce(step=1)


@pytest.mark.capability("S0.7", part="order")
def test_reading_calls_run_together_and_others_alone_and_in_order() -> None:
    history = (*READY, asked(), answered("read1", "list2", "edit3", "read4"))
    calls = called("read1", "list2", "edit3", "read4")
    assert after(*history, *calls) == do.RunCalls(call_ids=("read1", "list2"))
    some = (*history, *calls, ended("read1"), ended("list2"))
    assert after(*some) == do.RunCalls(call_ids=("edit3",))
    assert after(*some, ended("edit3")) == do.RunCalls(call_ids=("read4",))
    assert after(*some, ended("edit3"), ended("read4")) == do.CallModel()


def test_an_open_question_is_taken_up_again_where_it_was() -> None:
    proposal = Proposal(call_id="edit1", tool="edit", title="a", effects=frozenset({"edit"}))
    request = ApprovalRequested(
        request_id="q", call_id="edit1", proposal=proposal, reason=Reason(rule="r", text="t")
    )
    history = (*READY, asked(), answered("edit1"), *called("edit1"), request)
    assert after(*history) == do.RunCalls(call_ids=("edit1",))


def test_an_answer_that_was_cut_off_is_asked_for_again() -> None:
    cut = ModelFailed(request_id="r1", kind="cancelled", message="cut off", partial="I wi")
    assert after(*READY, asked(), cut) == do.CallModel()


def test_a_model_that_failed_for_good_ends_the_turn_with_its_message() -> None:
    failure = ModelFailed(request_id="r1", kind="key", message="no key")
    end = do.End(reason="model_failed", detail="no key")
    assert after(*READY, asked(), failure) == end
    trying = ModelFailed(request_id="r1", kind="rate", message="slow", retry_seconds=1.0)
    assert after(*READY, asked(), trying, failure) == end


def test_a_request_that_does_not_fit_is_summarised_once_and_sent_again() -> None:
    full = ModelFailed(request_id="r1", kind="context", message="too long")
    history = (*READY, asked(), full)
    assert after(*history) == do.Compact(by="overflow")
    summary = (
        ModelRequested(request_id="r2", model="m", request_hash="h", purpose="compaction"),
        ModelResponded(request_id="r2", text="so far"),
    )
    assert after(*history, *summary) == do.CallModel()
    failed = ModelFailed(request_id="r2", kind="server", message="down")
    assert after(*history, summary[0], failed).__class__ is do.End


def test_a_turn_that_changed_nothing_ends_without_checks() -> None:
    history = (*READY, asked(), answered(text="Because."))
    assert after(*history) == do.Enter(phase="report", loop=1)
    assert after(*history, PhaseEntered(phase="report")) == do.End(reason="done")


@pytest.mark.capability("S0.8", part="loop")
def test_a_changed_tree_is_verified_and_a_red_check_goes_back_to_the_model() -> None:
    history = (*READY, *EDIT)
    assert after(*history) == do.Enter(phase="verify", loop=1)
    verify = (*history, PhaseEntered(phase="verify"))
    assert after(*verify) == do.FindChecks()
    found = (*verify, ChecksFound(checks=(CHECK,)))
    assert after(*found) == do.StartCheck(check=CHECK)
    assert after(*found, *check("c1", 1)) == do.RecordCheck(call_id="c1")
    red = (*found, *check("c1", 1), checked("c1", 1))
    assert after(*red) == do.Enter(phase="act", loop=2)
    assert after(*red, PhaseEntered(phase="act", loop=2)) == do.CallModel()
    green = (*found, *check("c1", 0), checked("c1", 0))
    assert after(*green) == do.Enter(phase="report", loop=1)
    assert after(*green, PhaseEntered(phase="report")) == do.End(reason="done")


def test_a_model_that_gives_up_on_red_checks_is_not_asked_to_verify_again() -> None:
    red = (
        *READY,
        *EDIT,
        PhaseEntered(phase="verify"),
        ChecksFound(checks=(CHECK,)),
        *check("c1", 1),
        checked("c1", 1),
        PhaseEntered(phase="act", loop=2),
        asked(3),
        answered(text="I cannot."),
    )
    assert after(*red) == do.Enter(phase="report", loop=2)
    assert after(*red, PhaseEntered(phase="report", loop=2)) == do.End(reason="checks_failed")


@pytest.mark.capability("S0.4", part="loops")
def test_after_the_last_loop_red_checks_end_the_turn() -> None:
    last = PhaseEntered(phase="verify", loop=3)
    history = (*READY, *EDIT, last, ChecksFound(checks=(CHECK,)), *check("c1", 1), checked("c1", 1))
    assert after(*history) == do.End(
        reason="max_loops_exhausted", detail="checks still fail after 3 loops"
    )


def test_a_rejection_without_a_reason_ends_the_turn() -> None:
    history = (*READY, asked(), answered("edit1"), *called("edit1"))
    assert after(*history, ended("edit1", ok=False, end_turn=True)) == do.End(reason="rejected")
    assert after(*history, ended("edit1", ok=False)) == do.CallModel()


@pytest.mark.capability("S4.4", part="limit")
def test_a_turn_stops_at_its_last_step() -> None:
    settings = Settings(limits=LimitSettings(steps=1))
    history = (*READY, asked(), answered("read1"), *called("read1"), ended("read1"))
    action = after(*history, settings=settings)
    assert isinstance(action, do.End)
    assert action.reason == "max_steps_exceeded"


@pytest.mark.case(96)
def test_a_call_that_would_pass_a_cap_asks_a_person_and_ends_the_turn_where_nobody_is() -> None:
    pause = Pause(
        scope="session",
        cap=1.0,
        spent=Spend(usd=0.94),
        next=Forecast(model="m", input_tokens=10, cost_usd=0.11),
        raised=2.0,
    )
    stop = Stop(reason="budget_exceeded", text=told(pause), pause=pause)
    history = (*READY, asked(), answered("read1"), *called("read1"), ended("read1"))
    assert after(*history, stop=stop) == do.AskBudget(stop=stop)
    alone = after(*history, stop=stop, attended=False)
    assert isinstance(alone, do.End)
    assert alone.reason == "budget_exceeded"
    said = "the session has cost $0.94 of $1.00, and the next call would cost about $0.11"
    assert alone.detail == f"{said}; --budget 2 raises it, or budget.session in your settings"
    chosen = (
        *history,
        *called("budget1", origin="engine"),
        ApprovalDecided(call_id="budget1", decision=Decision(verdict="once", answer="c")),
        ended("budget1"),
    )
    assert after(*chosen, stop=stop) == do.Compact(by="user")


@pytest.mark.capability("S0.6", part="calls of an approved plan")
def test_the_calls_of_an_approved_plan_run_in_order_without_the_model() -> None:
    steps = tuple(
        PlanStep(id=name, text=name, calls=(PlannedCall(tool="edit", arguments={}),))
        for name in ("a", "b")
    )
    plan = Plan(steps=steps)
    question = Question(text="?", kind="plan", plan=plan)
    proposal = Proposal(
        call_id="plan1",
        tool="plan",
        title="plan",
        effects=frozenset({"question"}),
        question=question,
    )
    approved = (
        *READY,
        asked(),
        answered("plan1"),
        *called("plan1"),
        ApprovalRequested(
            request_id="q", call_id="plan1", proposal=proposal, reason=Reason(rule="r", text="t")
        ),
        ApprovalDecided(call_id="plan1", request_id="q", decision=Decision(verdict="once")),
        ToolStarted(call_id="plan1"),
        PlanUpdated(plan=plan, approved=True),
        ended("plan1"),
    )
    assert after(*approved) == do.CallPlanned(step=steps[0])
    first = (*approved, *called("edit1", origin="plan", origin_id="a"))
    assert after(*first) == do.RunCalls(call_ids=("edit1",))
    second = after(*first, ended("edit1"))
    assert isinstance(second, do.CallPlanned)
    assert second.step.id == "b"
    assert after(*first, ended("edit1", ok=False)) == do.CallModel()


def test_a_claimed_done_changes_nothing_and_results_do() -> None:
    plan = Plan(steps=(PlanStep(id="a", text="a", calls=(PlannedCall(tool="x", arguments={}),)),))
    history = (*READY, asked(), answered("plan1"), *called("plan1"), ended("plan1"))
    state = Recording().add(*history, PlanUpdated(plan=plan, approved=True)).state()
    assert state.main.plan is not None
    assert state.main.plan.steps[0].state == "to_do"
    ran = (
        Recording()
        .add(
            *history,
            PlanUpdated(plan=plan, approved=True),
            *called("x1", origin="plan", origin_id="a"),
            ended("x1", ok=False),
        )
        .state()
    )
    assert ran.main.plan is not None
    assert ran.main.plan.steps[0].state == "failed"
