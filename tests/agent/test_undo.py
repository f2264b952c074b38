"""An edit is taken back: the agent's lines are gone, what a person wrote since stays."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agent.conftest import LINES, Script
from tests.agent.invariants import assert_same_forwards_and_backwards, assert_whole, records_of
from tests.agent.scripts import DONE, call
from tests.support.agent_at_work import AgentAtWork, Setting
from tests.support.repository import Repository, make_repository
from tui_agent.agent.manner import Manner
from tui_agent.core.commands import Command, Undo
from tui_agent.core.events import (
    ApprovalRequested,
    ModelRequested,
    Notice,
    ToolStarted,
    TurnEnded,
)
from tui_agent.core.proposal import Decision
from tui_agent.core.settings import LimitSettings


def edit(old: str, new: str, path: str = "a.txt") -> str:
    edits = f"[{{ old = {json.dumps(old)}, new = {json.dumps(new)} }}]"
    return call("edit", f'{{ path = "{path}", edits = {edits} }}')


async def undone(work: AgentAtWork, wish: Command) -> None:
    """Take edits back and wait until all of it has been told."""
    work.send(wish)
    await work.ended()
    await work.until(lambda state: work.records[-1].seq == state.seq)


def patch(*lines: str) -> str:
    text = "\n".join(["*** Begin Patch", *lines, "*** End Patch"])
    return call("apply_patch", f"{{ patch = {json.dumps(text)} }}")


TWO_FILES = (
    edit("line 3\n", "LINE 3\n") + call("write", '{ path = "new.txt", content = "new\\n" }') + DONE
)


async def test_an_undo_may_be_larger_than_a_patch_of_the_model(
    numbered: Repository, script: Script
) -> None:
    limits = LimitSettings(patch_bytes=100)
    async with script(TWO_FILES).with_mode(mode="edit", limits=limits).opened() as work:
        await work.say("go")
        assert numbered.read("a.txt") != LINES.encode()
        await undone(work, Undo())
        assert not [one.text for one in work.events(Notice) if "limit" in one.text]
    assert numbered.read("a.txt") == LINES.encode()
    assert not (numbered.root / "new.txt").exists()


@pytest.mark.capability("S0.19", part="undo of a turn")
async def test_the_agents_edits_are_gone_and_the_users_own_lines_stay(
    numbered: Repository, script: Script
) -> None:
    dirty = LINES.replace("line 20\n", "mine, before\n")
    numbered.write("a.txt", dirty)
    numbered.write("b.txt", "staged\n")
    numbered.git("add", "b.txt")
    setting = script(TWO_FILES).with_mode(mode="edit")
    async with setting.opened() as work:
        await work.say("change it")
        edited = dirty.replace("line 3\n", "LINE 3\n")
        assert numbered.read("a.txt") == edited.encode()
        numbered.write("a.txt", edited.replace("line 30\n", "mine, after\n"))
        git = whole_git(numbered)
        await undone(work, Undo())
        assert numbered.read("a.txt") == dirty.replace("line 30\n", "mine, after\n").encode()
        assert not (numbered.root / "new.txt").exists()
        assert whole_git(numbered) == git
        assert work.last(TurnEnded).reason == "done"
        assert not work.events(ApprovalRequested)
    records = records_of(setting.folder)
    assert_whole(records)
    assert_same_forwards_and_backwards(records)


PERSON = st.dictionaries(
    st.integers(1, 40).filter(lambda n: n not in (3, 30)),
    st.lists(st.text("ab é\t#", max_size=6), max_size=2),
    max_size=5,
)


@settings(max_examples=8, deadline=None)
@given(person=PERSON)
def test_whatever_a_person_writes_in_between_stays_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, person: dict[int, list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("undo")
    asyncio.run(_written_in_between(folder, person))


async def _written_in_between(folder: Path, person: dict[int, list[str]]) -> None:
    repository = make_repository(folder / "repository")
    repository.write("a.txt", LINES)
    repository.write("b.txt", "b\n")
    repository.commit()
    repository.write("b.txt", "put by\n")
    repository.git("stash")
    repository.write("b.txt", "staged\n")
    repository.git("add", "b.txt")
    repository.write("b.txt", "staged, and dirty\n")
    script = folder / "script.toml"
    script.write_text(edit("line 3\n", "LINE 3\n") + edit("line 30\n", "LINE 30\n") + DONE)
    setting = Setting(repository=repository, state=folder / "state", script=script)
    async with setting.with_mode(mode="edit").opened() as work:
        await work.say("change it")
        edited = lines_of(repository)
        theirs = written_over(edited, person)
        repository.write("a.txt", theirs)
        git = whole_git(repository)
        await undone(work, Undo())
        assert repository.read("b.txt") == b"staged, and dirty\n"
        assert whole_git(repository) == git
        left = written_over(LINES.split("\n")[:-1], person)
        beside = {n for line in (3, 30) for n in (line - 1, line + 1)} & set(person)
        assert repository.read("a.txt") == left or (beside and repository.read("a.txt") == theirs)


def lines_of(repository: Repository) -> list[str]:
    return repository.read("a.txt").decode().split("\n")[:-1]


def written_over(lines: list[str], person: dict[int, list[str]]) -> bytes:
    """Put a person's lines in the place of some of these, numbered from 1."""
    new = [one for n, line in enumerate(lines, 1) for one in person.get(n, [line])]
    return "".join(f"{line}\n" for line in new).encode()


def whole_git(repository: Repository) -> dict[str, bytes]:
    """Everything that git keeps of the user's: index, HEAD, stash, hooks and objects."""
    folder = repository.root / ".git"
    return {str(one): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


async def test_an_undo_taken_back_gives_the_edit_again_and_undo_goes_on_to_the_turn_before(
    numbered: Repository, script: Script
) -> None:
    first, second = edit("line 3\n", "LINE 3\n"), edit("line 9\n", "LINE 9\n")
    setting = script(first + DONE + second + DONE).with_mode(mode="edit")
    async with setting.opened() as work:
        await work.say("one")
        once = numbered.read("a.txt")
        await work.say("two")
        twice = numbered.read("a.txt")
        await undone(work, Undo())
        assert numbered.read("a.txt") == once
        await undone(work, Undo())
        assert numbered.read("a.txt") == LINES.encode()
        await undone(work, Undo())
        assert "taken back already" in work.last(Notice).text
        await undone(work, Undo(turn=4))
        assert numbered.read("a.txt") == once
        await undone(work, Undo(turn=3))
        assert numbered.read("a.txt") == twice
        await undone(work, Undo(turn=3))
        assert work.last(Notice).text.endswith(
            "the undo in turn 3 is taken back already, by turn 6."
        )
        await undone(work, Undo())
        assert numbered.read("a.txt") == once
    assert_whole(records_of(setting.folder))


async def test_lines_changed_in_the_same_place_are_named_and_the_rest_is_asked_about_first(
    numbered: Repository, script: Script
) -> None:
    setting = script(TWO_FILES).with_mode(mode="edit")
    async with setting.opened() as work:
        await work.say("change it")
        theirs = LINES.replace("line 3\n", "LINE 3, and mine\n")
        numbered.write("a.txt", theirs)
        work.send(Undo())
        _, _, proposal = await work.asked()
        assert "a.txt has been changed since the edit, in the same place (line 3)" in str(
            proposal.notes
        )
        await work.until(lambda _: "in the same place (line 3)" in work.last(Notice).text)
        assert numbered.read("new.txt") == b"new\n"
        await work.decide(Decision(verdict="reject"))
        await work.ended()
        assert numbered.read("new.txt") == b"new\n"
        work.send(Undo())
        await work.decide(Decision(verdict="once"))
        await work.ended()
        assert not (numbered.root / "new.txt").exists()
        assert numbered.read("a.txt") == theirs.encode()
        numbered.write("a.txt", LINES.replace("line 3\n", "LINE 3\n"))
        await undone(work, Undo(turn=1))
        assert numbered.read("a.txt") == LINES.encode()
    assert_whole(records_of(setting.folder))


async def test_where_nothing_can_be_taken_back_the_turn_fails_and_says_where(
    numbered: Repository, script: Script
) -> None:
    setting = script(edit("line 3\n", "LINE 3\n") + DONE).with_mode(mode="edit")
    async with setting.opened() as work:
        await work.say("change it")
        numbered.write("a.txt", "all mine\n")
        await undone(work, Undo())
        assert numbered.read("a.txt") == b"all mine\n"
        assert work.last(TurnEnded).reason == "failed"
        assert "in the same place (line 1)" in work.last(TurnEnded).detail
        requests = len(work.events(ModelRequested))
    assert_whole(records_of(setting.folder))
    assert requests == 2


async def test_where_nobody_is_there_an_undo_that_leaves_something_out_waits_for_approval(
    numbered: Repository, script: Script
) -> None:
    setting = script(TWO_FILES).with_mode(mode="edit")
    async with setting.opened(manner=Manner(attended=False)) as work:
        await work.say("change it")
        numbered.write("a.txt", LINES.replace("line 3\n", "mine\n"))
        await undone(work, Undo())
        assert work.last(TurnEnded).reason == "needs_approval"
        assert numbered.read("new.txt") == b"new\n"


async def test_an_undo_in_another_process_knows_what_the_first_one_did(
    numbered: Repository, script: Script
) -> None:
    setting = script(TWO_FILES).with_mode(mode="edit")
    async with setting.opened() as work:
        await work.say("change it")
    async with setting.opened(again=True) as work:
        await undone(work, Undo())
        assert numbered.read("a.txt") == LINES.encode()
    async with setting.opened(again=True) as work:
        await undone(work, Undo())
        assert "taken back already" in work.last(Notice).text
    assert_whole(records_of(setting.folder))


async def test_what_was_created_deleted_renamed_and_made_executable_is_as_it_was(
    numbered: Repository, script: Script
) -> None:
    numbered.write("gone.txt", "to be deleted\n")
    numbered.write("old.txt", LINES)
    numbered.write("bin.dat", b"\0\1\2")
    numbered.commit()
    moving = patch(
        "*** Add File: deep/new.txt", "+new",
        "*** Delete File: gone.txt",
        "*** Update File: old.txt", "*** Move to: moved.txt", "@@", "-line 5", "+LINE 5",
    )  # fmt: skip
    reading = call("read", '{ path = "gone.txt" }') + call("read", '{ path = "old.txt" }')
    setting = script(reading + moving + DONE).with_mode(mode="edit")
    async with setting.opened() as work:
        await work.say("change it")
        assert not (numbered.root / "gone.txt").exists()
        moved = numbered.read("moved.txt").decode()
        numbered.write("moved.txt", moved.replace("line 30\n", "mine\n"))
        await undone(work, Undo())
        assert numbered.read("gone.txt") == b"to be deleted\n"
        assert numbered.read("old.txt") == LINES.replace("line 30\n", "mine\n").encode()
        assert not (numbered.root / "moved.txt").exists()
        assert not (numbered.root / "deep" / "new.txt").exists()
        await undone(work, Undo(turn=2))
        assert numbered.read("moved.txt") == moved.replace("line 30\n", "mine\n").encode()
        assert numbered.read("deep/new.txt") == b"new\n"
        assert not (numbered.root / "gone.txt").exists()
    assert_whole(records_of(setting.folder))


async def test_one_call_and_one_step_are_taken_back_alone(
    numbered: Repository, script: Script
) -> None:
    edits = edit("line 3\n", "LINE 3\n") + edit("line 9\n", "LINE 9\n")
    setting = script(edits + edit("line 30\n", "LINE 30\n") + DONE).with_mode(mode="edit")
    async with setting.opened() as work:
        await work.say("change it")
        first = work.events(ToolStarted)[0]
        await undone(work, Undo(call_id=first.call_id))
        assert b"LINE 9\n" in numbered.read("a.txt")
        assert b"line 3\n" in numbered.read("a.txt")
        await undone(work, Undo(turn=1, step=2))
        assert numbered.read("a.txt") == LINES.replace("line 30\n", "LINE 30\n").encode()
        await undone(work, Undo(turn=1))
        assert numbered.read("a.txt") == LINES.encode()


@pytest.mark.usefixtures("numbered")
async def test_the_model_is_told_what_was_taken_back(script: Script) -> None:
    setting = script(edit("line 3\n", "LINE 3\n") + DONE + DONE)
    async with setting.with_mode(mode="edit").opened() as work:
        await work.say("change it")
        await undone(work, Undo())
        await work.say("and now?")
        told = " ".join(str(one.text) for one in work.last(ModelRequested).added)
        assert "The user took edits back: turn 1: a.txt" in told


async def test_an_undo_without_an_edit_says_so(script: Script) -> None:
    async with script(DONE).opened() as work:
        await undone(work, Undo())
        assert work.last(Notice).text.endswith("no turn of this session has changed a file.")
        await undone(work, Undo(turn=7))
        assert "There is no turn 7" in work.last(Notice).text
        assert not work.events(ToolStarted)
