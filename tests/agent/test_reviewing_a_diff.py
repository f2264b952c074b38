"""A diff from anywhere goes through the same review, is recorded, and calls no model."""

from __future__ import annotations

from typing import Literal

import pytest

from tests.agent.conftest import LINES, Script
from tests.agent.invariants import assert_same_forwards_and_backwards, assert_whole, records_of
from tests.agent.scripts import DONE
from tests.support.agent_at_work import AgentAtWork
from tests.support.repository import Repository
from tests.support.workspace import picture
from tui_agent.agent.manner import Manner
from tui_agent.core.commands import Interrupt, Review, RunChecks
from tui_agent.core.events import (
    ApprovalRequested,
    EditApplied,
    ModelRequested,
    Notice,
    SnapshotTaken,
    ToolCalled,
    ToolFinished,
    TurnEnded,
    TurnStarted,
)
from tui_agent.core.patch import HunkDecision
from tui_agent.core.proposal import Decision
from tui_agent.core.settings import RuleSettings

CHANGED = LINES.replace("line 3\n", "LINE 3\n").replace("line 30\n", "LINE 30\n")


@pytest.fixture
def diff(repository: Repository) -> str:
    """Return a diff of two hunks and a new file, on a work tree that has none of it."""
    repository.write("a.txt", LINES)
    repository.commit("old")
    repository.write("a.txt", CHANGED)
    repository.write("b.txt", "new\n")
    repository.git("add", "--all")
    made = repository.git("diff", "--cached", "--full-index", "--binary")
    repository.git("reset", "--quiet", "--hard")
    return made


async def end_of(work: AgentAtWork) -> TurnEnded:
    """Wait for the first turn's end."""
    await work.until(lambda _: work.events(TurnEnded))
    return work.last(TurnEnded)


def review(work: AgentAtWork, diff: str, *, whole: bool = False) -> None:
    work.send(Review(source="fix.patch", diff=diff, whole=whole))


@pytest.mark.capability("S0.15", part="a diff from outside, hunk by hunk")
async def test_what_is_accepted_of_a_diff_is_applied_and_recorded_like_an_edit(
    repository: Repository, script: Script, diff: str
) -> None:
    setting = script(DONE)
    async with setting.opened() as work:
        review(work, diff)
        waiting, call, proposal = await work.asked()
        assert (call.tool, call.origin) == ("review", "user")
        assert proposal.patch is not None
        assert [file.path for file in proposal.patch.files] == ["a.txt", "b.txt"]
        first, second = proposal.patch.files[0].run_ids
        hunks = (
            HunkDecision(path="a.txt", runs=(first,), verdict="accept"),
            HunkDecision(path="a.txt", runs=(second,), verdict="reject", reason="not thirty"),
            HunkDecision(path="b.txt", runs=proposal.patch.files[1].run_ids, verdict="accept"),
        )
        await work.decide(Decision(verdict="once", hunks=hunks))
        await work.ended()
        assert repository.read("a.txt") == LINES.replace("line 3\n", "LINE 3\n").encode()
        assert repository.read("b.txt") == b"new\n"
        started = work.last(TurnStarted)
        assert (started.kind, started.text) == ("review", "review fix.patch")
        [kept] = started.attachments
        assert await work.agent.blob(kept.content.sha) == diff.encode()
        assert kept.content.sha in str(work.last(ToolCalled).arguments)
        assert [file.path for file in work.last(EditApplied).files] == ["a.txt", "b.txt"]
        assert len(work.events(SnapshotTaken)) == 2
        assert work.events(ModelRequested) == []
        assert work.last(TurnEnded).reason == "done"
        assert work.last(TurnEnded).report.checks == ()
        assert waiting.request_id
    records = records_of(setting.folder)
    assert_whole(records)
    assert_same_forwards_and_backwards(records)


async def test_an_open_review_is_taken_up_again(
    repository: Repository, script: Script, diff: str
) -> None:
    setting = script(DONE)
    async with setting.opened() as work:
        review(work, diff)
        await work.asked()
    assert repository.read("a.txt") == LINES.encode()
    async with setting.opened(again=True) as work:
        await work.decide(Decision(verdict="once"))
        await work.ended()
        assert repository.read("a.txt") == CHANGED.encode()
    assert_whole(records_of(setting.folder))


async def test_esc_ends_a_review_and_writes_nothing(
    repository: Repository, script: Script, diff: str
) -> None:
    setting = script(DONE)
    async with setting.opened() as work:
        review(work, diff)
        await work.asked()
        work.send(Interrupt())
        assert (await end_of(work)).reason == "interrupted"
        assert repository.read("a.txt") == LINES.encode()
    assert_whole(records_of(setting.folder))


async def test_no_mode_and_no_rule_lets_a_diff_pass_unasked(
    repository: Repository, script: Script, diff: str
) -> None:
    rules = (RuleSettings(action="allow", tool="review"),)
    for mode in ("auto", "plan"):
        setting = script(DONE).with_mode(mode=mode, rules=rules)
        setting.state = setting.state / mode
        async with setting.opened() as work:
            review(work, diff)
            await work.decide(Decision(verdict="reject", feedback="not now"))
            await work.ended()
            assert len(work.events(ApprovalRequested)) == 1
            assert work.last(TurnEnded).reason == "done"
    assert picture(repository.root).keys() == {"a.txt"}


@pytest.mark.parametrize(
    ("answer", "reason", "applied"),
    [("", "needs_approval", False), ("approve", "done", True), ("reject", "done", False)],
)
async def test_without_a_person_automation_answers_or_nothing_happens(
    repository: Repository,
    script: Script,
    diff: str,
    answer: Literal["", "approve", "reject"],
    reason: str,
    applied: bool,
) -> None:
    async with script(DONE).opened(manner=Manner(attended=False, answer=answer)) as work:
        review(work, diff)
        ended = await end_of(work)
        assert ended.reason == reason
        assert bool(ended.report.denied) == (not applied)
        assert repository.read("a.txt") == (CHANGED if applied else LINES).encode()


async def test_a_rule_that_denies_is_stronger_than_automation(
    repository: Repository, script: Script, diff: str
) -> None:
    rules = (RuleSettings(action="deny", path="b.txt"),)
    manner = Manner(attended=False, answer="approve")
    async with script(DONE).with_mode(rules=rules).opened(manner=manner) as work:
        review(work, diff)
        assert (await end_of(work)).report.denied
        assert repository.read("a.txt") == LINES.encode()


async def test_a_file_that_does_not_fit_is_left_out_or_refuses_all_of_it(
    repository: Repository, script: Script, diff: str
) -> None:
    repository.write("a.txt", LINES.replace("line 4\n", "line four\n"))
    before = picture(repository.root)
    async with script(DONE).opened() as work:
        review(work, diff, whole=True)
        ended = await end_of(work)
        assert ended.reason == "failed"
        assert "a.txt: hunk 1: its old lines are not in the file" in ended.detail
        assert picture(repository.root) == before

        review(work, diff)
        proposal = await work.decide(Decision(verdict="once"))
        await work.ended()
        assert proposal.notes[0].startswith("left out: a.txt: hunk 1")
        assert repository.read("b.txt") == b"new\n"
        assert repository.read("a.txt") == before["a.txt"][1]


async def test_a_diff_that_is_there_already_or_is_none_is_said(
    repository: Repository, script: Script, diff: str
) -> None:
    repository.write("a.txt", CHANGED)
    repository.write("b.txt", "new\n")
    async with script(DONE).opened() as work:
        review(work, diff)
        assert (await end_of(work)).reason == "done"
        output = work.last(ToolFinished).output
        assert output.ok
        assert "Everything in this diff is there already." in str(output.text)
        review(work, "no diff\n")
        await work.until(lambda _: len(work.events(TurnEnded)) == 2)
        assert "it is no diff" in work.last(TurnEnded).detail


async def test_a_file_that_changes_under_the_review_is_merged_and_asked_again(
    repository: Repository, script: Script, diff: str
) -> None:
    async with script(DONE).opened() as work:
        review(work, diff)
        await work.asked()
        repository.write("a.txt", "first\n" + LINES)
        await work.decide(Decision(verdict="once"))
        await work.until(lambda _: len(work.events(ApprovalRequested)) == 2)
        await work.decide(Decision(verdict="once"))
        await work.ended()
        assert repository.read("a.txt") == ("first\n" + CHANGED).encode()


async def test_the_model_learns_of_it_with_the_next_message_and_cannot_call_it(
    script: Script, diff: str
) -> None:
    calling = '[[turn]]\n[[turn.call]]\nname = "review"\narguments = { source = "x", diff = "y" }\n'
    async with script(calling + DONE).opened() as work:
        review(work, diff)
        await work.decide(Decision(verdict="once"))
        await work.ended()
        await work.say("go on")
        request = work.events(ModelRequested)[0]
        assert "review" not in [tool.name for tool in request.tools]
        told = "\n".join(str(message.text) for message in request.added)
        assert "The user reviewed a diff that is not yours: a.txt, b.txt" in told
        assert work.last(ToolFinished).output.error == "unknown_tool"
        assert "a.txt" not in work.state.main.seen


async def test_it_waits_for_no_open_turn_and_checks_run_when_asked(
    script: Script, diff: str
) -> None:
    async with script(DONE).opened() as work:
        review(work, diff)
        await work.asked()
        review(work, diff)
        await work.until(lambda _: work.events(Notice))
        assert "A turn is open" in work.last(Notice).text
        await work.decide(Decision(verdict="once"))
        await work.ended()
        work.send(RunChecks())
        await work.until(lambda _: len(work.events(TurnEnded)) == 2)


async def test_bytes_that_are_no_text_come_through_whole(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", b"caf\xe9\r\nna\xefve\r\n")
    diff = b"--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n-caf\xe9\r\n-na\xefve\r\n"
    diff += b"+caf\xe9s\r\n+na\xefve\n\\ No newline at end of file\n"
    async with script(DONE).opened() as work:
        review(work, diff.decode("utf-8", "surrogateescape"))
        await work.decide(Decision(verdict="once"))
        await work.ended()
        assert repository.read("a.txt") == b"caf\xe9s\r\nna\xefve"
