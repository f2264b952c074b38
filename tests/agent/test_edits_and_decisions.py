"""A patch waits, a person decides hunk by hunk, and exactly that is written."""

from __future__ import annotations

import pytest

from tests.agent.conftest import LINES, Script
from tests.agent.invariants import assert_same_forwards_and_backwards, assert_whole, records_of
from tests.support.repository import Repository
from tui_agent.agent.manner import Manner
from tui_agent.core.commands import Decide
from tui_agent.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    EditApplied,
    ModelRequested,
    Notice,
    SnapshotTaken,
    ToolFinished,
    ToolStarted,
    TurnEnded,
)
from tui_agent.core.patch import HunkDecision
from tui_agent.core.proposal import Decision
from tui_agent.core.settings import EditSettings

TWO_HUNKS = """
[[turn]]
text = "I change two places."
[[turn.call]]
name = "edit"
arguments = { path = "a.txt", edits = [
  { old = "line 3\\n", new = "LINE 3\\n" },
  { old = "line 30\\n", new = "LINE 30\\n" },
] }

[[turn]]
when = { contains = "REJECTED" }
text = "Understood."

[[turn]]
text = "Done."
"""


@pytest.mark.case(67)
@pytest.mark.capability("K.2")
@pytest.mark.capability("S0.15", part="hunks rejected and told")
async def test_one_hunk_is_accepted_and_the_other_rejected_with_a_reason(
    numbered: Repository, script: Script
) -> None:
    setting = script(TWO_HUNKS)
    async with setting.opened() as work:
        work.send_text("change it")
        waiting, _, proposal = await work.asked()
        assert numbered.read("a.txt") == LINES.encode()
        assert proposal.patch is not None
        first, second = proposal.patch.files[0].run_ids
        hunks = (
            HunkDecision(path="a.txt", runs=(first,), verdict="accept"),
            HunkDecision(path="a.txt", runs=(second,), verdict="reject", reason="keep thirty"),
        )
        decision = Decision(verdict="once", hunks=hunks)
        work.send(Decide(request_id=waiting.request_id, decision=decision))
        await work.ended()
        expected = LINES.replace("line 3\n", "LINE 3\n")
        assert numbered.read("a.txt") == expected.encode()
        told = str(work.last(ModelRequested).added[0].text)
        assert "REJECTED" in told
        assert "keep thirty" in told
        assert work.last(EditApplied).files[0].added == 1
        assert work.state.main.turns[-1].steps[2].text == "Understood."
        assert work.last(TurnEnded).report.intent == "code_change"
    records = records_of(setting.folder)
    assert_whole(records)
    assert_same_forwards_and_backwards(records)


async def test_an_answer_that_leaves_a_hunk_undecided_is_not_taken(
    numbered: Repository, script: Script
) -> None:
    async with script(TWO_HUNKS).opened() as work:
        work.send_text("change it")
        waiting, _, proposal = await work.asked()
        assert proposal.patch is not None
        one = HunkDecision(path="a.txt", runs=proposal.patch.files[0].run_ids[:1], verdict="accept")
        decision = Decision(verdict="once", hunks=(one,))
        work.send(Decide(request_id=waiting.request_id, decision=decision))
        assert waiting.request_id in work.state.waiting
        await work.until(lambda _: work.events(Notice))
        assert "no verdict" in work.last(Notice).text
        assert not work.events(ApprovalDecided)
    assert numbered.read("a.txt") == LINES.encode()


async def test_all_rejected_without_a_reason_ends_the_turn_and_asks_the_model_nothing(
    numbered: Repository, script: Script
) -> None:
    setting = script(TWO_HUNKS)
    async with setting.opened() as work:
        work.send_text("change it")
        await work.decide(Decision(verdict="reject"))
        await work.ended()
        assert work.last(TurnEnded).reason == "rejected"
        assert len(work.events(ModelRequested)) == 1
        assert numbered.read("a.txt") == LINES.encode()
        assert not work.events(ToolStarted)
    assert_whole(records_of(setting.folder))


async def test_the_first_answer_wins(numbered: Repository, script: Script) -> None:
    async with script(TWO_HUNKS).opened() as work:
        work.send_text("change it")
        waiting, _, _ = await work.asked()
        work.send(Decide(request_id=waiting.request_id, decision=Decision(verdict="once")))
        work.send(Decide(request_id=waiting.request_id, decision=Decision(verdict="reject")))
        await work.ended()
        assert len(work.events(ApprovalDecided)) == 1
        assert b"LINE 30" in numbered.read("a.txt")


@pytest.mark.case(15)
@pytest.mark.capability("S0.15", part="stale")
async def test_a_file_that_changed_under_the_review_is_not_written(
    numbered: Repository, script: Script
) -> None:
    async with script(TWO_HUNKS).opened() as work:
        work.send_text("change it")
        waiting, _, _ = await work.asked()
        theirs = LINES.replace("line 3\n", "a person's line\n")
        numbered.write("a.txt", theirs)
        work.send(Decide(request_id=waiting.request_id, decision=Decision(verdict="once")))
        await work.ended()
        assert numbered.read("a.txt") == theirs.encode()
        output = work.last(ToolFinished).output
        assert output.error == "stale"
        assert not work.events(EditApplied)


async def test_in_mode_edit_nobody_is_asked_and_the_rule_is_named(
    numbered: Repository, script: Script
) -> None:
    setting = script(TWO_HUNKS).with_mode(mode="edit")
    async with setting.opened() as work:
        await work.say("change it")
        decided = work.last(ApprovalDecided)
        assert decided.decision.by == "mode"
        assert decided.decision.reason is not None
        assert decided.decision.reason.rule == "mode.edit"
        assert decided.proposal is not None
        assert b"LINE 30" in numbered.read("a.txt")
        trees = [one.tree for one in work.events(SnapshotTaken)]
        assert len(set(trees)) == 2
    assert_whole(records_of(setting.folder))


@pytest.mark.capability("S1.13", part="engine")
@pytest.mark.parametrize(
    ("answer", "reason", "written"),
    [("", "needs_approval", False), ("reject", "done", False), ("approve", "done", True)],
)
async def test_where_nobody_is_there_automation_decides(
    numbered: Repository, script: Script, answer: str, reason: str, *, written: bool
) -> None:
    manner = Manner(attended=False, answer=answer)  # type: ignore[arg-type]
    setting = script(TWO_HUNKS)
    async with setting.opened(manner=manner) as work:
        await work.say("change it")
        assert work.last(TurnEnded).reason == reason
        assert (b"LINE 30" in numbered.read("a.txt")) == written
        if not written:
            assert work.last(TurnEnded).report.denied
    assert_whole(records_of(setting.folder))


@pytest.mark.parametrize("mode", ["plan"])
async def test_mode_plan_refuses_every_mutation_in_the_engine(
    numbered: Repository, script: Script, mode: str
) -> None:
    async with script(TWO_HUNKS).with_mode(mode=mode).opened() as work:
        await work.say("change it")
        assert work.last(ToolFinished).output.error == "denied"
        assert work.last(ToolFinished).status == "denied"
        assert numbered.read("a.txt") == LINES.encode()


@pytest.mark.capability("S0.17")
async def test_what_was_altered_after_the_approval_is_not_executed(
    numbered: Repository, script: Script
) -> None:
    setting = script(TWO_HUNKS)
    async with setting.opened() as work:
        work.send_text("change it")
        await work.asked()
    log = setting.folder / "events.jsonl"
    text = log.read_text()
    lines = text.split("\n")
    index = next(n for n, line in enumerate(lines) if '"ApprovalRequested"' in line)
    lines[index] = lines[index].replace('"path":"a.txt","kind"', '"path":"b.txt","kind"')
    log.write_text("\n".join(lines))
    assert lines[index] != text.split("\n")[index]
    async with setting.opened(again=True) as work:
        if work.state.waiting:
            await work.decide(Decision(verdict="once"))
            await work.ended()
            assert work.last(ToolFinished).output.error == "approval_mismatch"
    assert numbered.read("a.txt") == LINES.encode()
    assert not (numbered.root / "b.txt").exists()


@pytest.mark.case(15)
async def test_a_review_whose_file_changed_is_merged_and_asked_again_keeping_what_still_holds(
    numbered: Repository, script: Script
) -> None:
    setting = script(TWO_HUNKS).with_mode(edits=EditSettings(stale="merge"))
    async with setting.opened() as work:
        work.send_text("change it")
        waiting, _, _ = await work.asked()
        theirs = LINES.replace("line 20\n", "a person's line\n")
        numbered.write("a.txt", theirs)
        work.send(Decide(request_id=waiting.request_id, decision=Decision(verdict="once")))
        await work.until(lambda _: len(work.events(ApprovalRequested)) == 2)
        assert numbered.read("a.txt") == theirs.encode()
        again = work.last(ApprovalRequested)
        assert again.asked_before
        assert {run for one in again.kept for run in one.runs} == set(
            again.proposal.patch.files[0].run_ids if again.proposal.patch else ()
        )
        assert again.proposal.digest != work.events(ApprovalRequested)[0].proposal.digest
        await work.decide(Decision(verdict="once", hunks=again.kept))
        await work.ended()
        merged = theirs.replace("line 3\n", "LINE 3\n").replace("line 30\n", "LINE 30\n")
        assert numbered.read("a.txt") == merged.encode()
    assert_whole(records_of(setting.folder))


async def test_a_review_that_a_person_wrote_into_is_refused_as_stale(
    numbered: Repository, script: Script
) -> None:
    setting = script(TWO_HUNKS).with_mode(edits=EditSettings(stale="merge"))
    async with setting.opened() as work:
        work.send_text("change it")
        waiting, _, _ = await work.asked()
        theirs = LINES.replace("line 3\n", "a person's line\n")
        numbered.write("a.txt", theirs)
        work.send(Decide(request_id=waiting.request_id, decision=Decision(verdict="once")))
        await work.ended()
        assert work.last(ToolFinished).output.error == "stale"
        assert numbered.read("a.txt") == theirs.encode()
    assert_whole(records_of(setting.folder))
