"""Children in copies of their own: what they changed comes back as one proposal, hunk by hunk."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from tests.agent.conftest import Script
from tests.agent.family import Family, child, tasks, with_children
from tests.agent.invariants import (
    assert_same_forwards_and_backwards,
    assert_whole,
    records_of,
)
from tests.agent.scripts import DONE, call
from tests.support.agent_at_work import AgentAtWork, Setting
from tests.support.repository import Repository
from tests.support.workspace import picture
from tui_agent.core.blob import preview_of
from tui_agent.core.commands import Decide, Undo
from tui_agent.core.events import (
    AgentFinished,
    AgentStarted,
    ApprovalRequested,
    EditApplied,
    ToolFinished,
    TurnEnded,
)
from tui_agent.core.patch import HunkDecision
from tui_agent.core.patch.modes import LINK
from tui_agent.core.proposal import Decision, Proposal
from tui_agent.core.state import Session
from tui_agent.ui.tui.reviewed import subject_of

LINES = "".join(f"line {number}\n" for number in range(1, 31))


def edit(old: str, new: str) -> str:
    return call("edit", f'{{ path = "a.txt", edits = [{{ old = "{old}", new = "{new}" }}] }}')


def words(*hunks: bool, of: Proposal) -> Decision:
    """Accept or reject the runs of the only file, in order."""
    assert of.patch is not None
    [file] = of.patch.files
    return Decision(
        verdict="once",
        hunks=tuple(
            HunkDecision(path=file.path, runs=(run,), verdict="accept" if yes else "reject")
            for run, yes in zip(file.run_ids, hunks, strict=True)
        ),
    )


def apart(repository: Repository, script: Script, family: Family) -> Setting:
    """A child that changes the first and the last line of a file that is not committed yet."""
    repository.write("a.txt", LINES.replace("line 15", "line 15, by hand"))
    edits = edit("line 2\\n", "first\\n") + edit("line 29\\n", "last\\n")
    ended = '[[turn]]\ntext = "Both ends are mended."\n'
    family.add("mender", edits + ended, "edit", "shell", apart=True)
    return with_children(script(tasks(("mender", "Mend both ends.")) + DONE), family)


async def test_a_childs_total_diff_is_one_proposal_of_which_a_person_takes_hunks(
    repository: Repository, script: Script, family: Family
) -> None:
    setting = apart(repository, script, family)
    before = repository.git("status", "--porcelain=v2")
    async with setting.opened() as work:
        work.send_text("go")
        _, _, proposal = await work.asked()
        assert repository.git("status", "--porcelain=v2") == before
        await work.until(lambda _: work.events(ApprovalRequested))
        assert len(work.events(ApprovalRequested)) == 1
        assert [one.path for one in proposal.patch.files] == ["a.txt"] if proposal.patch else False
        await work.decide(words(True, False, of=proposal))
        await work.ended()
        text = repository.read("a.txt").decode()
        assert "first\n" in text
        assert "line 29\n" in text
        assert "line 15, by hand\n" in text
        told = preview_of(work.events(ToolFinished)[-1].output.text)
        assert "Both ends are mended." in told
        assert "It worked in a copy of the workspace" in told
        assert [one.path for one in work.last(TurnEnded).report.files] == ["a.txt"]
        shown = subject_of(work.state)
        assert shown is not None
        assert shown.patch == proposal.patch, "not an edit in the copy, which came later"
        assert not (setting.state / "copies" / child(work, "mender").id).exists()
    records = records_of(setting.folder)
    assert_whole(records)
    assert_same_forwards_and_backwards(records)


async def test_what_was_taken_from_a_child_can_be_taken_back(
    repository: Repository, script: Script, family: Family
) -> None:
    setting = apart(repository, script, family)
    before = repository.read("a.txt")
    async with setting.opened() as work:
        work.send_text("go")
        _, _, proposal = await work.asked()
        await work.decide(words(True, True, of=proposal))
        await work.ended()
        assert repository.read("a.txt") != before
        work.send(Undo())
        await work.ended()
        assert repository.read("a.txt") == before


async def test_three_children_try_at_once_and_a_person_takes_hunks_from_each(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", LINES)
    for number, name in ((2, "one"), (15, "two"), (28, "three")):
        here = edit(f"line {number}\\n", f"{name}\\n")
        family.add(name, here + edit("line 8\\n", f"eight by {name}\\n") + DONE, "edit", apart=True)
    three = tasks(("one", "Try."), ("two", "Try."), ("three", "Try."))
    setting = with_children(script(three + DONE), family)
    async with setting.opened() as work:
        work.send_text("go")
        await work.until(lambda state: len(state.waiting) == 3)
        await _take(work, "one", (True, False))
        await _take(work, "two", (True, True))
        await _take(work, "three", (False, True))
        await work.ended()
        text = repository.read("a.txt").decode()
        assert [word for word in ("one\n", "two\n", "three\n") if word in text] == [
            "one\n",
            "two\n",
            "three\n",
        ]
        assert "eight by two\n" in text
        assert len(work.events(EditApplied)) == 3 + 6
    assert_whole(records_of(setting.folder))


async def _take(work: AgentAtWork, name: str, hunks: tuple[bool, ...]) -> None:
    """Decide on a child's changes; where the file changed meanwhile, take what still fits."""
    set_out = child(work, name).set_out
    assert set_out is not None
    calls = work.state.main.turns[0].calls
    while calls[set_out.call_id].status != "finished":
        asked = [one for one in work.state.waiting.values() if one.call_id == set_out.call_id]
        call = work.state.call(asked[0])
        assert call.proposal is not None
        whole = Decision(verdict="once")
        decision = whole if call.asked_before else words(*hunks, of=call.proposal)
        work.send(Decide(request_id=asked[0].request_id, decision=decision))
        request = asked[0].request_id
        await work.until(partial(_settled, call_id=set_out.call_id, request=request))


def _settled(state: Session, *, call_id: str, request: str) -> bool:
    status = state.main.turns[0].calls[call_id].status
    return status == "finished" or (request not in state.waiting and status == "asked")


async def test_a_child_in_its_copy_goes_on_there_when_the_session_is_taken_up_again(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", LINES)
    command = call("shell", '{ command = "echo more >> a.txt" }')
    steps = edit("line 2\\n", "first\\n") + command + DONE
    family.add("mender", steps, "edit", "shell", apart=True)
    setting = with_children(script(tasks(("mender", "Mend.")) + DONE), family)
    async with setting.opened() as work:
        work.send_text("go")
        _, _, asked = await work.asked()
        assert asked.command is not None
    assert repository.read("a.txt").decode() == LINES
    async with setting.opened(again=True) as work:
        await work.decide(Decision(verdict="once"))
        await work.until(lambda _: work.events(AgentFinished))
        _, _, proposal = await work.asked()
        assert repository.read("a.txt").decode() == LINES
        await work.decide(words(True, True, of=proposal))
        await work.ended()
        assert len(work.events(AgentStarted)) == 1
        text = repository.read("a.txt").decode()
        assert text == LINES.replace("line 2\n", "first\n") + "more\n"
    assert_whole(records_of(setting.folder))


async def test_a_session_left_at_a_childs_proposal_asks_for_it_again(
    repository: Repository, script: Script, family: Family
) -> None:
    setting = apart(repository, script, family)
    async with setting.opened() as work:
        work.send_text("go")
        await work.asked()
    async with setting.opened(again=True) as work:
        _, _, proposal = await work.asked()
        await work.decide(words(False, True, of=proposal))
        await work.ended()
        assert b"last\n" in repository.read("a.txt")
        assert b"line 2\n" in repository.read("a.txt")
    assert_whole(records_of(setting.folder))


async def test_what_a_child_commits_in_its_copy_leaves_the_users_repository_alone(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", LINES)
    repository.commit()
    head = repository.git("rev-parse", "HEAD")
    commit = call("shell", '{ command = "git commit -qam mended" }')
    steps = edit("line 2\\n", "first\\n") + commit + DONE
    family.add("mender", steps, "edit", "shell", apart=True)
    setting = with_children(script(tasks(("mender", "Mend.")) + DONE), family)
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="once"))
        await work.until(lambda _: work.events(AgentFinished))
        _, _, proposal = await work.asked()
        assert repository.git("rev-parse", "HEAD") == head
        assert repository.git("status", "--porcelain") == ""
        await work.decide(words(True, of=proposal))
        await work.ended()
        assert b"first\n" in repository.read("a.txt")
        assert repository.git("rev-parse", "HEAD") == head


async def test_a_child_that_changed_nothing_asks_nothing(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", LINES)
    family.add("reader", '[[turn]]\ntext = "All is well."\n', apart=True)
    setting = with_children(script(tasks(("reader", "Look.")) + DONE), family)
    async with setting.opened() as work:
        await work.say("go")
        assert not work.events(ApprovalRequested)
        assert "All is well." in preview_of(work.last(ToolFinished).output.text)


LINKING = (
    "chmod +x a.txt && ln -s a.txt made && ln -s $PWD/a.txt whole && ln -sfn a.txt led && rm gone "
    "&& rm file && ln -s a.txt file && ln -s /etc/hostname out && rm -r folder && ln -s . folder "
    "&& head -c 6000000 /dev/zero > big"
)
"""What a child does with links and modes, and what no snapshot holds."""


async def test_links_and_modes_that_a_child_changed_come_to_the_review_as_what_they_are(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", LINES)
    repository.write("file", "a file\n")
    repository.write("folder/inner.txt", "inner\n")
    for name in ("led", "gone"):
        (repository.root / name).symlink_to("file")
    repository.commit()
    steps = call("shell", f"{{ command = '{LINKING}' }}")
    family.add("linker", steps + DONE, "shell", apart=True)
    setting = with_children(script(tasks(("linker", "Link.")) + DONE), family)
    before = picture(repository.root)
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="once"))
        await work.until(lambda _: work.events(AgentFinished))
        _, _, proposal = await work.asked()
        assert proposal.patch is not None
        assert {(one.path, one.kind, one.new_mode) for one in proposal.patch.files} == {
            ("a.txt", "mode", 0o755),
            ("file", "update", LINK),
            ("gone", "delete", None),
            ("led", "update", LINK),
            ("made", "create", LINK),
            ("whole", "create", LINK),
        }
        left = [one for one in proposal.notes if one.startswith("left in the copy: ")]
        assert [one.split(": ")[1] for one in left] == ["folder, folder/inner.txt", "out", "big"]
        assert left[1].endswith("a link that leads out of the workspace")
        assert picture(repository.root) == before
        await work.decide(Decision(verdict="once"))
        await work.ended()
        ended = work.events(ToolFinished)[-1].output
        assert ended.ok
        assert "left in the copy: out" in preview_of(ended.text)
        root = repository.root
        for one in ("made", "led", "file"):
            assert (root / one).readlink() == Path("a.txt")
        assert (root / "whole").readlink() == root / "a.txt"
        assert not os.path.lexists(root / "gone")
        assert os.access(root / "a.txt", os.X_OK)
        work.send(Undo())
        await work.ended()
        assert picture(repository.root) == before
    records = records_of(setting.folder)
    assert_whole(records)
    assert_same_forwards_and_backwards(records)
