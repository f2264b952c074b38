"""Stories of the checks that run on the accepted hunks of an open review, in a copy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.agent.conftest import Script
from tests.agent.invariants import assert_whole, records_of
from tests.agent.scripts import DONE, call
from tests.support.agent_at_work import AgentAtWork, Setting
from tests.support.repository import Repository
from tui_agent.core.blob import preview_of
from tui_agent.core.commands import Decide, TryHunks
from tui_agent.core.events import Check, CheckFinished, Notice, TrialEnded, TrialStarted
from tui_agent.core.patch import HunkDecision, Patch
from tui_agent.core.proposal import Decision
from tui_agent.core.settings import RuleSettings
from tui_agent.core.state.of_trials import Trial

YES = Decision(verdict="once")
CHECK = Check(name="sums", command="sh check.sh", origin="settings")

EDIT = call(
    "edit",
    """{ path = "sums.txt", edits = [
  { old = "1 1 3", new = "1 1 2" }, { old = "2 2 4", new = "2 2 5" },
] }""",
)


@pytest.fixture(params=["copy", "layer"])
def setting(request: pytest.FixtureRequest, repository: Repository, script: Script) -> Setting:
    lines = "".join(f"line {number}\n" for number in range(20))
    repository.write("sums.txt", f"1 1 3\n{lines}2 2 4\n")
    repository.write(
        "check.sh",
        'grep -v line sums.txt | while read a b c; do [ $((a+b)) = $c ] || { echo "no: $a+$b"; '
        "exit 1; }; done && echo checked > report.txt\n",
    )
    repository.commit()
    made = script(EDIT + DONE).with_mode(verify=False)
    return replace(made, checks=(CHECK,), layers=request.param == "layer")


def accept(patch: Patch, *numbers: int) -> tuple[HunkDecision, ...]:
    file = patch.files[0]
    return tuple(
        HunkDecision(path=file.path, runs=(file.run_ids[number],), verdict="accept")
        for number in numbers
    )


async def tried(work: AgentAtWork, *numbers: int) -> Trial:
    """Run the checks on some hunks of the edit that waits, and return what came of it."""
    waiting, _, proposal = await work.asked()
    assert proposal.patch is not None
    before = work.state.trials.get(waiting.request_id)
    hunks = accept(proposal.patch, *numbers)
    work.send(TryHunks(request_id=waiting.request_id, hunks=hunks))

    def ended(trial: Trial | None) -> bool:
        return trial is not None and trial is not before and trial.hunks == hunks and not trial.runs

    await work.until(lambda state: ended(state.trials.get(waiting.request_id)))
    return work.state.trials[waiting.request_id]


async def test_the_checks_judge_what_has_been_accepted_and_touch_nothing(
    repository: Repository, setting: Setting
) -> None:
    before = repository.read("sums.txt")
    async with setting.opened() as work:
        work.send_text("go")
        both = await tried(work, 0, 1)
        assert [(one.exit_code, one.passed) for one in both.results] == [(1, False)]
        assert preview_of(both.results[0].output) == "no: 2+2\n"
        first = await tried(work, 0)
        assert first.results[0].passed
        assert first.tree not in ("", both.tree, work.state.tree)
        assert repository.read("sums.txt") == before
        assert not (repository.root / "report.txt").exists()
        assert work.state.checks == {}
        await work.decide(YES)
        await work.ended()
        assert work.state.trials == {}
    assert_whole(records_of(setting.folder))


async def test_the_tree_that_was_judged_is_the_one_that_comes_of_it(
    repository: Repository, setting: Setting
) -> None:
    async with setting.opened() as work:
        work.send_text("go")
        trial = await tried(work, 0, 1)
        await work.decide(YES)
        await work.ended()
        assert work.state.tree == trial.tree
        assert repository.read("sums.txt").startswith(b"1 1 2\n")


async def test_checks_that_cannot_be_told_of_are_said_to_have_broken_off(setting: Setting) -> None:
    def masked(text: str) -> tuple[str, tuple[str, ...]]:
        if text == "no: 2+2\n":
            raise OSError(28, "No space left on device")
        return text, ()

    async with replace(setting, redact=masked).opened() as work:
        work.send_text("go")
        assert not (await tried(work, 0, 1)).results
        await work.until(lambda _: work.events(Notice))
        assert "this was not done: OSError: " in work.last(Notice).text


async def test_a_verdict_stops_the_checks_that_still_run(
    repository: Repository, setting: Setting
) -> None:
    repository.write("check.sh", "sleep 60\n")
    async with setting.opened() as work:
        work.send_text("go")
        waiting, _, proposal = await work.asked()
        assert proposal.patch is not None
        hunks = accept(proposal.patch, 0)
        work.send(TryHunks(request_id=waiting.request_id, hunks=hunks))
        await work.until(lambda state: waiting.request_id in state.trials)
        work.send(Decide(request_id=waiting.request_id, decision=YES))
        await work.ended()
        await work.until(lambda _: work.events(TrialEnded))
        assert work.last(TrialEnded).stopped
        assert work.events(CheckFinished) == []


async def test_no_hunks_stop_them_too_and_the_review_stays_open(setting: Setting) -> None:
    setting.repository.write("check.sh", "sleep 60\n")
    async with setting.opened() as work:
        work.send_text("go")
        waiting, _, proposal = await work.asked()
        assert proposal.patch is not None
        hunks = accept(proposal.patch, 0)
        work.send(TryHunks(request_id=waiting.request_id, hunks=hunks))
        await work.until(lambda state: waiting.request_id in state.trials)
        work.send(TryHunks(request_id=waiting.request_id))
        await work.until(lambda state: not state.trials[waiting.request_id].runs)
        assert waiting.request_id in work.state.waiting


async def test_a_trial_that_was_cut_off_does_not_seem_to_run(setting: Setting) -> None:
    setting.repository.write("check.sh", "sleep 60\n")
    async with setting.opened() as work:
        work.send_text("go")
        waiting, _, proposal = await work.asked()
        assert proposal.patch is not None
        hunks = accept(proposal.patch, 0)
        work.send(TryHunks(request_id=waiting.request_id, hunks=hunks))
        await work.until(lambda _: work.events(TrialStarted))
    async with setting.opened(again=True) as work:
        await work.asked()
        assert not work.state.trials[waiting.request_id].runs


async def test_a_check_that_a_rule_forbids_is_not_run(setting: Setting) -> None:
    rule = RuleSettings(action="deny", tool="shell", prefix=("sh",))
    async with setting.with_mode(rules=(rule,)).opened() as work:
        work.send_text("go")
        trial = await tried(work, 0)
        assert trial.results[0].exit_code is None
        assert trial.results[0].summary.startswith("not run: deny")
