"""One hunk alone is taken back, and what a command did; what a person wrote since stays."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agent.conftest import LINES, Script
from tests.agent.invariants import assert_same_forwards_and_backwards, assert_whole, records_of
from tests.agent.scripts import DONE, call, shell
from tests.agent.test_undo import edit, patch, undone, whole_git, written_over
from tests.support.agent_at_work import AgentAtWork, Setting
from tests.support.repository import Repository, make_repository
from tui_agent.agent.manner import Manner
from tui_agent.core.commands import Undo
from tui_agent.core.events import (
    ApprovalRequested,
    Notice,
    SnapshotTaken,
    ToolStarted,
    TurnEnded,
    WorkspaceChanged,
)
from tui_agent.core.patch import HunkDecision
from tui_agent.core.proposal import Decision

THREE = patch(
    "*** Update File: a.txt",
    "@@", "-line 3", "+LINE 3",
    "@@", "-line 20", "+LINE 20",
    "@@", "-line 38", "+LINE 38",
)  # fmt: skip
FREE = Manner(unconfined=True)


def with_lines(*numbers: int) -> bytes:
    return written_over(LINES.split("\n")[:-1], {n: [f"LINE {n}"] for n in numbers})


@pytest.mark.capability("S0.19", part="undo of a hunk")
async def test_one_hunk_goes_the_others_and_a_persons_lines_stay_and_it_can_be_given_back(
    numbered: Repository, script: Script
) -> None:
    setting = script(THREE + DONE).with_mode(mode="edit")
    async with setting.opened() as work:
        await work.say("change it")
        numbered.write("a.txt", with_lines(3, 20, 38).replace(b"line 30\n", b"mine\n"))
        git = whole_git(numbered)
        await undone(work, Undo(hunks=("2",)))
        assert numbered.read("a.txt") == with_lines(3, 38).replace(b"line 30\n", b"mine\n")
        assert whole_git(numbered) == git
        assert not work.events(ApprovalRequested)
        await undone(work, Undo(hunks=("2",)))
        assert "Hunk 2 (a.txt, line 20) is taken back already" in work.last(Notice).text
        await undone(work, Undo(turn=2))
        assert numbered.read("a.txt") == with_lines(3, 20, 38).replace(b"line 30\n", b"mine\n")
        await undone(work, Undo(hunks=("1", "3")))
        assert numbered.read("a.txt") == with_lines(20).replace(b"line 30\n", b"mine\n")
        await undone(work, Undo(turn=1))
        assert numbered.read("a.txt") == LINES.replace("line 30\n", "mine\n").encode()
        await undone(work, Undo(turn=1))
        assert "is taken back already" in work.last(Notice).text
    records = records_of(setting.folder)
    assert_whole(records)
    assert_same_forwards_and_backwards(records)


async def test_a_hunk_that_was_rejected_or_is_not_there_cannot_be_taken_back(
    numbered: Repository, script: Script
) -> None:
    async with script(THREE + DONE).opened() as work:
        work.send_text("change it")
        _, _, proposal = await work.asked()
        assert proposal.patch is not None
        first, second, third = proposal.patch.files[0].run_ids
        hunks = (
            HunkDecision(path="a.txt", runs=(first, third), verdict="accept"),
            HunkDecision(path="a.txt", runs=(second,), verdict="reject", reason="no"),
        )
        await work.decide(Decision(verdict="once", hunks=hunks))
        await work.ended()
        assert numbered.read("a.txt") == with_lines(3, 38)
        await undone(work, Undo(hunks=(second,)))
        assert "this hunk was not applied" in work.last(Notice).text
        await undone(work, Undo(hunks=("3",)))
        assert "There is no hunk 3 to take back here: there are 2." in work.last(Notice).text
        await undone(work, Undo(hunks=(third,)))
        assert numbered.read("a.txt") == with_lines(3)


async def test_a_hunk_whose_lines_a_person_changed_is_named_and_nothing_is_written(
    numbered: Repository, script: Script
) -> None:
    async with script(THREE + DONE).with_mode(mode="edit").opened() as work:
        await work.say("change it")
        theirs = with_lines(3, 20, 38).replace(b"LINE 20\n", b"mine now\n")
        numbered.write("a.txt", theirs)
        await undone(work, Undo(hunks=("2",)))
        assert numbered.read("a.txt") == theirs
        assert work.last(TurnEnded).reason == "failed"
        assert "in the same place (line 20)" in work.last(TurnEnded).detail


@settings(max_examples=8, deadline=None)
@given(
    hunks=st.sets(st.integers(1, 3), min_size=1),
    person=st.dictionaries(
        st.integers(1, 40).filter(lambda n: n not in (3, 20, 38)),
        st.lists(st.text("ab é\t#", max_size=6), max_size=2),
        max_size=4,
    ),
)
def test_whatever_a_person_wrote_only_the_named_hunks_go(
    tmp_path_factory: pytest.TempPathFactory, hunks: set[int], person: dict[int, list[str]]
) -> None:
    asyncio.run(_only_the_named(tmp_path_factory.mktemp("hunks"), hunks, person))


async def _only_the_named(folder: Path, hunks: set[int], person: dict[int, list[str]]) -> None:
    repository = make_repository(folder / "repository")
    repository.write("a.txt", LINES)
    repository.commit()
    path = folder / "script.toml"
    path.write_text(THREE + DONE)
    setting = Setting(repository=repository, state=folder / "state", script=path)
    async with setting.with_mode(mode="edit").opened() as work:
        await work.say("change it")
        places = dict(zip((1, 2, 3), (3, 20, 38), strict=True))
        edited = with_lines(3, 20, 38).decode().split("\n")[:-1]
        theirs = written_over(edited, person)
        repository.write("a.txt", theirs)
        await undone(work, Undo(hunks=tuple(str(number) for number in sorted(hunks))))
        kept = with_lines(*(places[n] for n in (1, 2, 3) if n not in hunks))
        left = written_over(kept.decode().split("\n")[:-1], person)
        gone = {places[number] for number in hunks}
        beside = {n for line in gone for n in (line - 1, line + 1)} & set(person)
        now = repository.read("a.txt")
        assert now == left or (beside and now == theirs)


@pytest.mark.capability("S0.19", part="undo of what commands did")
async def test_what_a_command_did_is_shown_and_taken_back_and_a_persons_lines_stay(
    numbered: Repository, script: Script
) -> None:
    numbered.write("gone.txt", "here\n")
    numbered.commit()
    command = "sed -i s/line.3$/LINE/ a.txt; rm gone.txt; echo new > new.txt; chmod +x a.txt"
    async with script(shell(command) + DONE).opened(manner=FREE) as work:
        await run(work)
        assert numbered.read("new.txt") == b"new\n"
        edited = numbered.read("a.txt")
        numbered.write("a.txt", edited.replace(b"line 30\n", b"mine\n"))
        await accepted(work, Undo())
        assert numbered.read("a.txt") == LINES.replace("line 30\n", "mine\n").encode()
        assert not (numbered.root / "a.txt").stat().st_mode & 0o111
        assert numbered.read("gone.txt") == b"here\n"
        assert not (numbered.root / "new.txt").exists()
        said = str(work.events(ApprovalRequested)[-1].proposal.notes)
        assert "with what these commands changed: sed -i" in said
        await accepted(work, Undo(turn=2))
        assert numbered.read("a.txt") == edited.replace(b"line 30\n", b"mine\n")
        assert numbered.read("new.txt") == b"new\n"
    assert_whole(records_of(numbered.root.parent / "state" / "sessions" / "story"))


async def run(work: AgentAtWork) -> None:
    """Let the command of the script run."""
    work.send_text("run it")
    await work.decide(Decision(verdict="once"))
    await work.ended()


async def accepted(work: AgentAtWork, wish: Undo) -> None:
    """Take something back, and accept what is shown if it is shown."""
    work.send(wish)
    ended = asyncio.ensure_future(work.agent.wait_idle())
    await work.until(lambda state: state.waiting or ended.done())
    if work.state.waiting:
        await work.decide(Decision(verdict="once"))
    await ended
    await work.until(lambda state: work.records[-1].seq == state.seq)


async def test_what_a_person_wrote_while_the_command_waited_is_not_the_commands(
    numbered: Repository, script: Script
) -> None:
    async with script(shell("echo new > new.txt") + DONE).opened(
        manner=Manner(unconfined=True)
    ) as work:
        work.send_text("run it")
        await work.asked()
        await work.until(lambda state: state.tree)
        numbered.write("a.txt", "all mine\n")
        numbered.write("new2.txt", "mine, too\n")
        await work.decide(Decision(verdict="once"))
        await work.ended()
        assert {"a.txt", "new2.txt"} == set(work.last(WorkspaceChanged).paths)
        assert [one.reason for one in work.events(SnapshotTaken)].count("before") == 1
        await accepted(work, Undo())
        assert numbered.read("a.txt") == b"all mine\n"
        assert numbered.read("new2.txt") == b"mine, too\n"
        assert not (numbered.root / "new.txt").exists()


async def test_a_person_who_keeps_a_file_of_a_command_may_take_it_back_later(
    numbered: Repository, script: Script
) -> None:
    async with script(shell("echo 1 > one.txt; echo 2 > two.txt") + DONE).opened(
        manner=FREE
    ) as work:
        await run(work)
        work.send(Undo())
        _, _, proposal = await work.asked()
        assert proposal.patch is not None
        one, two = proposal.patch.files
        hunks = (
            HunkDecision(path=one.path, runs=one.run_ids, verdict="reject", reason="keep"),
            HunkDecision(path=two.path, runs=two.run_ids, verdict="accept"),
        )
        await work.decide(Decision(verdict="once", hunks=hunks))
        await work.ended()
        assert (numbered.root / "one.txt").exists()
        assert not (numbered.root / "two.txt").exists()
        await accepted(work, Undo(turn=1))
        assert not (numbered.root / "one.txt").exists()
        assert len(work.events(ToolStarted)) == 3


async def test_a_person_who_keeps_a_hunk_may_take_it_back_later(
    numbered: Repository, script: Script
) -> None:
    command = "sed -i 's/^line 3$/LINE 3/; s/^line 20$/LINE 20/' a.txt"
    async with script(shell(command) + DONE).opened(manner=FREE) as work:
        await run(work)
        work.send(Undo())
        _, _, proposal = await work.asked()
        assert proposal.patch is not None
        [file] = proposal.patch.files
        one, two = ((run_id,) for run_id in file.run_ids)
        hunks = (
            HunkDecision(path="a.txt", runs=one, verdict="accept"),
            HunkDecision(path="a.txt", runs=two, verdict="reject"),
        )
        await work.decide(Decision(verdict="once", hunks=hunks))
        await work.ended()
        assert numbered.read("a.txt") == with_lines(20)
        await undone(work, Undo())
        assert work.last(Notice).text.endswith("what you kept: name its turn to take that back.")
        await accepted(work, Undo(turn=1))
        assert numbered.read("a.txt") == LINES.encode()
        await undone(work, Undo())
        assert work.last(Notice).text.endswith("every edit of this session is taken back already.")


async def test_a_command_that_changed_nothing_leaves_nothing_to_take_back(script: Script) -> None:
    reading = call("shell", '{ command = "python3 -c 0 # nothing" }')
    async with script(reading + DONE).opened(manner=FREE) as work:
        await run(work)
        await undone(work, Undo())
        assert work.last(Notice).text.endswith("no turn of this session has changed a file.")


async def test_a_name_that_is_no_text_stays_and_the_rest_goes(
    numbered: Repository, script: Script
) -> None:
    def odd_is_there() -> bool:
        return any(os.fsencode(one.name) == b"odd\xff.txt" for one in numbered.root.iterdir())

    command = "echo new > new.txt; printf x > $(printf 'odd\\\\377.txt')"
    async with script(shell(command) + DONE).opened(manner=FREE) as work:
        await run(work)
        assert odd_is_there()
        await accepted(work, Undo())
        assert not (numbered.root / "new.txt").exists()
        assert odd_is_there()
        said = "left as it is: odd\\xff.txt has a name that is no text, which cannot be recorded"
        assert said in [one.text for one in work.events(Notice)]


async def test_a_folder_that_a_command_moved_goes_back_whole(
    numbered: Repository, script: Script
) -> None:
    numbered.write("folder/one.txt", "one\n")
    numbered.write("folder/deep/two.txt", "two\n")
    numbered.commit()
    async with script(shell("mv folder away") + DONE).opened(manner=FREE) as work:
        await run(work)
        await accepted(work, Undo())
    assert numbered.read("folder/one.txt") == b"one\n"
    assert numbered.read("folder/deep/two.txt") == b"two\n"
    assert not [one for one in (numbered.root / "away").rglob("*") if one.is_file()]


async def test_what_a_command_only_brought_to_light_was_there_before_and_stays(
    numbered: Repository, script: Script
) -> None:
    numbered.write(".gitignore", "notes.txt\n")
    numbered.write("notes.txt", "mine\n")
    numbered.write("inner/mine.txt", "mine, too\n")
    numbered.git("init", "--quiet", "inner")
    command = "rm -rf .gitignore inner/.git; echo new > new.txt"
    async with (
        script(shell(command) + edit("mine", "MINE", "notes.txt") + DONE)
        .with_mode(mode="edit")
        .opened(manner=FREE) as work
    ):
        await run(work)
        await accepted(work, Undo())
        assert not (numbered.root / "new.txt").exists()
        assert numbered.read(".gitignore") == b"notes.txt\n"
        said = [one.text for one in work.events(Notice)]
    assert numbered.read("notes.txt") == b"mine\n"
    assert numbered.read("inner/mine.txt") == b"mine, too\n"
    assert [one for one in said if "inner/mine.txt was there before the command" in one]
