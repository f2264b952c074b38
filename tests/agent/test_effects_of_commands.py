"""Stories of commands that run in a copy of the workspace, and of what they changed there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.agent.conftest import Script
from tests.agent.invariants import assert_whole, records_of
from tests.agent.scripts import DONE, shell
from tests.stories.program import Program
from tests.support.agent_at_work import AgentAtWork
from tests.support.repository import Repository
from tui_agent.core.blob import preview_of
from tui_agent.core.commands import Interrupt, RunShell, Undo
from tui_agent.core.events import (
    ApprovalRequested,
    ModelRequested,
    ToolFinished,
    ToolStarted,
    TurnEnded,
    WorkspaceChanged,
)
from tui_agent.core.patch import HunkDecision
from tui_agent.core.proposal import Decision, Proposal
from tui_agent.core.settings import ReviewSettings

COPY = Decision(verdict="once", view="copy")
YES, NO = Decision(verdict="once"), Decision(verdict="reject")


@pytest.fixture(params=["copy", "layer"])
def place(request: pytest.FixtureRequest, script: Script) -> Script:
    """Give settings whose commands run in a plain copy, and again over a layer."""
    return lambda text: replace(script(text), layers=request.param == "layer")


async def second(work: AgentAtWork) -> Proposal:
    """Wait for the question about what the command changed."""
    await work.until(lambda state: any(state.call(one).round > 1 for one in state.waiting.values()))
    _, _, proposal = await work.asked()
    return proposal


def paths(proposal: Proposal) -> list[str]:
    assert proposal.patch is not None
    return [file.path for file in proposal.patch.files]


@pytest.mark.capability("K.2", part="effects of commands")
async def test_what_a_command_changed_is_reviewed_before_it_reaches_the_tree(
    repository: Repository, place: Script
) -> None:
    repository.write("a.txt", "one\ntwo\n")
    repository.write("gone.txt", "bye\n")
    repository.commit()
    setting = place(shell("sed -i s/two/2/ a.txt; rm gone.txt; echo new > b.txt; echo said") + DONE)
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(COPY)
        await second(work)
        _, call, proposal = await work.asked()
        assert repository.read("a.txt") == b"one\ntwo\n"
        assert (repository.root / "gone.txt").exists()
        assert not (repository.root / "b.txt").exists()
        assert paths(proposal) == ["a.txt", "b.txt", "gone.txt"]
        assert proposal.effects == {"edit"}
        assert call.round == 2
        rejected = proposal.patch and proposal.patch.files[2]
        assert rejected
        accepted = [
            HunkDecision(path=file.path, runs=file.run_ids, verdict="accept")
            for file in (proposal.patch.files if proposal.patch else ())[:2]
        ]
        no = HunkDecision(
            path="gone.txt", runs=rejected.run_ids, verdict="reject", reason="keep it"
        )
        await work.decide(replace(YES, hunks=(*accepted, no)))
        await work.ended()
        assert repository.read("a.txt") == b"one\n2\n"
        assert repository.read("b.txt") == b"new\n"
        assert (repository.root / "gone.txt").exists()
        told = preview_of(work.last(ToolFinished).output.text)
        assert told.startswith("said\n[exit 0")
        assert "keep it" in told
        assert [one.round for one in work.events(ToolStarted)] == [1, 2]
        assert len(work.events(ToolFinished)) == 1
        assert work.last(ToolFinished).output.exit_code == 0
        work.send(Undo())
        await work.ended()
        assert repository.read("a.txt") == b"one\ntwo\n"
        assert not (repository.root / "b.txt").exists()
    assert_whole(records_of(setting.folder))
    assert not list((setting.state / "views").iterdir())


async def test_a_command_that_changed_nothing_ends_without_a_second_question(
    repository: Repository, place: Script
) -> None:
    repository.write("a.txt", "one\n")
    async with place(shell("cat a.txt") + DONE).opened() as work:
        work.send_text("go")
        await work.decide(COPY)
        await work.ended()
        assert len(work.events(ApprovalRequested)) == 1
        told = preview_of(work.last(ToolFinished).output.text)
        assert "changed no file there" in told
        assert work.state.tree_edits == 0


async def test_what_was_rejected_is_told_as_with_edits_and_ends_the_turn(
    repository: Repository, place: Script
) -> None:
    repository.write("a.txt", "one\n")
    setting = place(shell("echo two > a.txt; exit 3") + DONE)
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(COPY)
        await second(work)
        await work.decide(NO)
        await work.ended()
        output = work.last(ToolFinished).output
        assert repository.read("a.txt") == b"one\n"
        assert "Nothing applied: the user rejected every change" in preview_of(output.text)
        assert (output.exit_code, output.error, output.ok) == (3, "rejected", False)
        assert work.last(TurnEnded).reason == "rejected"
        assert len(work.events(ModelRequested)) == 1
    assert_whole(records_of(setting.folder))


@pytest.mark.parametrize("mode", ["edit", "auto"])
async def test_somebody_who_wanted_to_see_it_first_is_asked_in_every_mode(
    repository: Repository, script: Script, mode: str
) -> None:
    repository.write("a.txt", "one\n")
    setting = script(shell("echo two > a.txt") + DONE).with_mode(mode=mode)
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(COPY)
        await second(work)
        assert repository.read("a.txt") == b"one\n"
        await work.decide(YES)
        await work.ended()
        assert repository.read("a.txt") == b"two\n"


async def test_always_runs_what_asks_in_a_copy_but_not_what_writes_gits_own_data(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "one\n")
    repository.commit()
    setting = script(shell("echo two > a.txt") + shell("git add a.txt") + DONE)
    setting = setting.with_mode(review=ReviewSettings(commands="always"))
    async with setting.opened() as work:
        work.send_text("go")
        asked = await work.decide(YES)
        assert asked.command is not None
        assert asked.command.view == "copy"
        await second(work)
        await work.decide(YES)
        await work.until(lambda state: len(state.main.turns[-1].calls) > 1 and state.waiting)
        asked = await work.decide(YES)
        assert asked.command is not None
        assert asked.command.view == "tree"
        assert any("git's own data" in note for note in asked.notes)
        await work.ended()
    assert repository.git("diff", "--cached", "--name-only") == "a.txt\n"


async def test_the_user_may_run_it_in_the_workspace_all_the_same(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "one\n")
    setting = script(shell("echo two > a.txt") + DONE)
    setting = setting.with_mode(review=ReviewSettings(commands="always"))
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(replace(YES, view="tree"))
        await work.ended()
        assert repository.read("a.txt") == b"two\n"
        assert len(work.events(ApprovalRequested)) == 1


async def test_a_file_that_changes_while_the_question_is_open_is_merged_and_asked_again(
    repository: Repository, place: Script
) -> None:
    lines = "".join(f"{n}\n" for n in range(20))
    repository.write("a.txt", lines)
    async with place(shell("sed -i s/^3$/three/ a.txt") + DONE).opened() as work:
        work.send_text("go")
        await work.decide(COPY)
        await second(work)
        repository.write("a.txt", lines.replace("17\n", "seventeen\n"))
        await work.decide(YES)
        await work.until(lambda state: any(
            state.call(one).asked_before for one in state.waiting.values()))  # fmt: skip
        await work.decide(YES)
        await work.ended()
        merged = lines.replace("3\n", "three\n", 1).replace("17\n", "seventeen\n")
        assert repository.read("a.txt").decode() == merged
        assert "exit 0" in preview_of(work.last(ToolFinished).output.text)


async def test_what_no_hunk_shows_is_one_question_and_written_with_the_rest(
    repository: Repository, place: Script
) -> None:
    repository.write(".gitignore", "node_modules/\n")
    repository.write("package.json", "{}\n")
    repository.commit()
    command = (
        "mkdir -p node_modules/x; echo 1 > node_modules/x/i.js; echo '{1}' > package.json;"
        " ln -sf package.json link"
    )
    setting = place(shell(command) + shell(command) + DONE)
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(COPY)
        question = (await second(work)).question
        assert question is not None
        assert "node_modules, made from other files: node_modules/x/i.js" in question.text
        await work.decide(replace(YES, answer="l"))
        await work.until(lambda state: any(
            state.call(one).round == 3 for one in state.waiting.values()))  # fmt: skip
        assert paths((await work.asked())[2]) == ["package.json"]
        await work.decide(YES)
        await work.until(lambda state: len(state.main.turns[-1].calls) > 1 and state.waiting)
        assert repository.read("package.json") == b"{1}\n"
        assert not (repository.root / "node_modules").exists()
        assert "Left in the copy" in preview_of(work.events(ToolFinished)[0].output.text)
        await work.decide(COPY)
        await second(work)
        await work.decide(replace(YES, answer="t"))
        await work.ended()
        assert repository.read("node_modules/x/i.js") == b"1\n"
        assert (repository.root / "link").readlink().as_posix() == "package.json"
        assert "Taken over as a whole" in preview_of(work.last(ToolFinished).output.text)
        work.send(RunShell(command="true"))
        await work.ended()
        assert work.events(WorkspaceChanged) == []
    assert_whole(records_of(setting.folder))


async def test_a_session_cut_off_at_the_second_question_takes_it_up_again(
    repository: Repository, place: Script
) -> None:
    repository.write("a.txt", "one\n")
    setting = place(shell("echo two > a.txt; echo said") + DONE)
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(COPY)
        await second(work)
    assert repository.read("a.txt") == b"one\n"
    async with setting.opened(again=True) as work:
        await second(work)
        await work.decide(YES)
        await work.ended()
        assert repository.read("a.txt") == b"two\n"
        assert preview_of(work.last(ToolFinished).output.text).startswith("said\n")
    assert_whole(records_of(setting.folder))


async def test_stopping_at_the_second_question_applies_nothing_and_tells_what_ran(
    repository: Repository, place: Script
) -> None:
    repository.write("a.txt", "one\n")
    async with place(shell("echo two > a.txt; echo said") + DONE).opened() as work:
        work.send_text("go")
        await work.decide(COPY)
        await second(work)
        work.send(Interrupt())
        await work.until(lambda state: state.main.turns[-1].ended is not None)
        assert repository.read("a.txt") == b"one\n"
        told = preview_of(work.last(ToolFinished).output.text)
        assert told.startswith("said\n")
        assert "nothing applied" in told


async def test_effects_that_no_longer_fit_are_refused_and_are_so_in_a_re_execution(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "one\ntwo\n")
    repository.commit()
    setting = script(shell("sed -i s/two/2/ a.txt") + DONE)
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(COPY)
        await second(work)
        repository.write("a.txt", "one\nTWO\n")
        await work.decide(YES)
        await work.ended()
        output = work.last(ToolFinished).output
        assert output.error == "stale"
        assert "a.txt has changed since it was read" in preview_of(output.text)
    assert repository.read("a.txt") == b"one\nTWO\n"
    done = Program(repository.root).run("replay", str(setting.folder), "--run", "--json")
    assert done.lines[-1]["verdict"] == "same", done.lines[-1]["divergences"]
