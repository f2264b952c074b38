"""Where a replay stops."""

from __future__ import annotations

import pytest

from tests.support.recording import Recording
from tui_agent.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    CheckFinished,
    Labelled,
    ModelFailed,
    ModelRequested,
    ModelResponded,
    Report,
    ToolCalled,
    ToolFinished,
    ToolStarted,
    TurnEnded,
    TurnStarted,
)
from tui_agent.core.patch import FilePatch, HunkDecision, Patch
from tui_agent.core.proposal import Command, Decision, FileEffect, Proposal, Reason, ToolOutput
from tui_agent.core.state import Timeline
from tui_agent.core.state.stops import find_stops, stop_at, stop_of_seq

ASKS = Reason(rule="ask.edit", text="every edit asks")


def edit_of(call_id: str) -> Proposal:
    patch = Patch(files=(FilePatch(path="a.py", kind="update"),))
    return Proposal(call_id=call_id, tool="edit", title="a.py", patch=patch)


def a_session() -> Recording:
    hunks = (
        HunkDecision(path="a.py", runs=("1",), verdict="accept"),
        HunkDecision(path="a.py", runs=("2",), verdict="accept"),
        HunkDecision(path="a.py", runs=("3",), verdict="reject"),
    )
    recording = Recording()
    recording.add(TurnStarted(text="fix it\nplease", mode="ask"))
    recording.add(ModelRequested(request_id="r1", model="m", request_hash="h"))
    recording.add(ModelResponded(request_id="r1", text="I will.", ms=900), after=0.9)
    recording.add(ToolCalled(call_id="c1", tool="edit", arguments="{}"))
    recording.add(
        ApprovalRequested(request_id="q1", call_id="c1", proposal=edit_of("c1"), reason=ASKS)
    )
    recording.add(
        ApprovalDecided(
            call_id="c1",
            request_id="q1",
            decision=Decision(verdict="once", hunks=hunks),
            waited_ms=48_000,
        ),
        after=48,
    )
    recording.add(ToolStarted(call_id="c1"))
    done = ToolOutput(
        ok=True, summary="applied", files=(FileEffect(path="a.py", sha_before="1", sha_after="2"),)
    )
    recording.add(ToolFinished(call_id="c1", output=done, ms=12))
    recording.add(Labelled(text="before the retry"))
    return recording


def test_a_decided_edit_is_a_stop_for_the_decision_and_one_for_what_it_did() -> None:
    stops = find_stops(a_session().records)
    assert [(stop.number, stop.kind, stop.mark) for stop in stops] == [
        (1, "user", "turn"),
        (2, "model", "plain"),
        (3, "approval", "mixed"),
        (4, "call", "edit"),
    ]
    assert stops[0].text == "fix it"
    assert stops[2].text == "2 hunks accepted, 1 rejected, after 48 s"
    assert stops[3].labels == ("before the retry",)


def test_the_state_of_a_stop_shows_everything_up_to_the_next() -> None:
    recording = a_session()
    stops = find_stops(recording.records)
    timeline = Timeline(recording.records)
    assert list(timeline.at(stops[1].count).waiting) == ["q1"]
    assert timeline.at(stops[2].count).main.turns[0].calls["c1"].status == "running"
    assert stops[-1].count == len(recording.records)


def test_a_rejected_call_is_one_stop_and_a_denied_one_too() -> None:
    recording = Recording().add(TurnStarted(text="go", mode="ask"))
    for number, by_user in (("1", True), ("2", False)):
        command = Proposal(
            call_id=number, tool="shell", title="rm -r x", command=Command(text="rm -r x")
        )
        recording.add(ToolCalled(call_id=number, tool="shell", arguments="{}"))
        if by_user:
            recording.add(
                ApprovalRequested(request_id="q", call_id=number, proposal=command, reason=ASKS)
            )
        decision = Decision(verdict="reject", feedback="not this" if by_user else "")
        recording.add(
            ApprovalDecided(
                call_id=number,
                request_id="q" if by_user else "",
                decision=decision,
                proposal=None if by_user else command,
            )
        )
        refused = ToolOutput(ok=False, error="denied")
        recording.add(ToolFinished(call_id=number, output=refused, status="denied"))
    stops = find_stops(recording.records)
    assert [(stop.kind, stop.mark) for stop in stops] == [
        ("user", "turn"),
        ("approval", "rejected"),
        ("call", "denied"),
    ]
    assert stops[1].text == "rejected: not this, after 0.0 s"


def test_a_check_is_one_stop_and_a_retry_none() -> None:
    recording = Recording().add(TurnStarted(text="go", mode="ask"))
    recording.add(ModelRequested(request_id="r", model="m", request_hash="h"))
    recording.add(ModelFailed(request_id="r", kind="server", message="503", retry_seconds=1.0))
    recording.add(ToolCalled(call_id="k", tool="shell", arguments="{}", origin="check"))
    recording.add(ToolFinished(call_id="k", output=ToolOutput(ok=False, exit_code=1)))
    recording.add(
        CheckFinished(
            name="tests", command="pytest", call_id="k", exit_code=1, tree="t", seconds=1.9
        )
    )
    stops = find_stops(recording.records)
    assert [(stop.kind, stop.mark) for stop in stops] == [("user", "turn"), ("check", "failed")]
    assert stops[1].ms == 1900


def test_an_interrupted_turn_says_where_it_was_cut_off() -> None:
    recording = Recording().add(TurnStarted(text="go", mode="ask"))
    recording.add(TurnEnded(reason="interrupted", report=Report()))
    assert [stop.mark for stop in find_stops(recording.records)] == ["turn", "failed"]


def test_a_place_is_named_by_number_time_or_label() -> None:
    stops = find_stops(a_session().records)
    assert stop_at(stops, "2").kind == "model"
    assert stop_at(stops, "14:02").number == 4
    assert stop_at(stops, "14:02:01").number == 2
    assert stop_at(stops, "retry").number == 4
    with pytest.raises(LookupError, match="no step 9: the session has 4"):
        stop_at(stops, "9")
    with pytest.raises(LookupError, match="Labels: before the retry"):
        stop_at(stops, "ci green")


def test_every_record_belongs_to_the_stop_before_it() -> None:
    recording = a_session()
    stops = find_stops(recording.records)
    found = [stop_of_seq(stops, record.seq) for record in recording.records]
    assert [stop.number if stop else 0 for stop in found] == [1, 1, 2, 2, 2, 3, 3, 4, 4]
