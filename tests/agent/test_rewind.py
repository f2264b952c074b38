"""Going back: the conversation, the files or both; a person's lines stay, and it can be undone."""

from __future__ import annotations

import asyncio

import pytest

from tests.agent.conftest import LINES, Script
from tests.agent.invariants import assert_same_forwards_and_backwards, assert_whole, records_of
from tests.agent.scripts import DONE, shell
from tests.agent.test_undo import edit, undone, whole_git
from tests.support.agent_at_work import AgentAtWork
from tests.support.repository import Repository
from tui_agent.agent.manner import Manner
from tui_agent.core.blob import preview_of
from tui_agent.core.commands import Rewind, Undo
from tui_agent.core.context import pending
from tui_agent.core.events import ApprovalRequested, ModelRequested, Notice, Rewound, TurnEnded
from tui_agent.core.messages import Message
from tui_agent.core.proposal import Decision
from tui_agent.core.undo import point_named, rewind_points

TWO_TURNS = edit("line 3\n", "LINE 3\n") + DONE + edit("line 9\n", "LINE 9\n") + DONE
FREE = Manner(unconfined=True)


def next_request(work: AgentAtWork) -> list[Message]:
    main = work.state.main
    return [*main.messages, *pending(work.state, main)]


def messages(work: AgentAtWork) -> list[str]:
    return [preview_of(one.text) for one in next_request(work) if one.role == "user"]


async def back(
    work: AgentAtWork, name: str, *, conversation: bool = True, files: bool = True
) -> None:
    """Go back to a place, accepting the diff that is shown."""
    to_seq = point_named(work.state.main, name).to_seq
    work.send(Rewind(to_seq=to_seq, conversation=conversation, files=files))
    ended = asyncio.ensure_future(work.agent.wait_idle())
    await work.until(lambda state: state.waiting or ended.done())
    if work.state.waiting:
        await work.decide(Decision(verdict="once"))
    await ended
    await work.until(lambda state: work.records[-1].seq == state.seq)


@pytest.mark.capability("S0.19", part="rewind of conversation and files")
async def test_conversation_and_files_are_as_before_the_turn_and_the_persons_lines_stay(
    numbered: Repository, script: Script
) -> None:
    setting = script(TWO_TURNS + DONE).with_mode(mode="edit")
    async with setting.opened() as work:
        await work.say("first wish")
        before = messages(work)
        once = numbered.read("a.txt")
        await work.say("second wish")
        numbered.write("a.txt", numbered.read("a.txt").replace(b"line 30\n", b"mine\n"))
        git = whole_git(numbered)
        await back(work, "2")
        shown = work.last(ApprovalRequested).proposal
        assert shown.patch is not None
        assert (shown.patch.plus, shown.patch.minus) == (1, 1)
        assert numbered.read("a.txt") == once.replace(b"line 30\n", b"mine\n")
        assert whole_git(numbered) == git
        went = work.last(Rewound)
        assert (went.place, went.changed_files) == ("before turn 2", ("a.txt",))
        assert [one for one in messages(work) if "wish" in one] == ["first wish"]
        assert "not by your edits" in messages(work)[-1]
        assert messages(work)[: len(before)] == before
        await work.say("third wish")
        assert any(one.added[-1].text == "third wish" for one in work.events(ModelRequested))
        assert not any("second wish" in one for one in messages(work))
    records = records_of(setting.folder)
    assert_whole(records)
    assert_same_forwards_and_backwards(records)


async def test_a_rewind_can_be_undone_by_going_back_to_before_it(
    numbered: Repository, script: Script
) -> None:
    setting = script(TWO_TURNS + DONE).with_mode(mode="edit")
    async with setting.opened() as work:
        await work.say("first wish")
        await work.say("second wish")
        twice, whole = numbered.read("a.txt"), messages(work)
        await back(work, "1")
        assert numbered.read("a.txt") == LINES.encode()
        assert messages(work) == []
        assert [point.name for point in rewind_points(work.state.main)] == ["3"]
        await back(work, "3")
        assert numbered.read("a.txt") == twice
        assert messages(work) == whole
        assert [turn.rewound_from for turn in work.state.main.turns] == [None, None, 0, None]
        await work.say("third wish")
        assert "third wish" in messages(work)
    assert_whole(records_of(setting.folder))


async def test_the_files_alone_go_back_and_the_model_is_told(
    numbered: Repository, script: Script
) -> None:
    setting = script(TWO_TURNS + DONE).with_mode(mode="edit")
    async with setting.opened() as work:
        await work.say("first wish")
        await work.say("second wish")
        await back(work, "1", conversation=False)
        assert numbered.read("a.txt") == LINES.encode()
        told = " ".join(messages(work))
        assert "second wish" in told
        assert "The user took edits back: files to before turn 1: a.txt" in told
        await undone(work, Undo(turn=3))
        assert b"LINE 3" in numbered.read("a.txt")
    assert_whole(records_of(setting.folder))


async def test_the_conversation_alone_goes_back_and_says_which_files_are_not_as_they_were(
    numbered: Repository, script: Script
) -> None:
    setting = script(TWO_TURNS + DONE).with_mode(mode="edit")
    async with setting.opened() as work:
        await work.say("first wish")
        await work.say("second wish")
        twice = numbered.read("a.txt")
        await back(work, "2", files=False)
        assert not work.events(ApprovalRequested)
        assert numbered.read("a.txt") == twice
        assert work.last(Rewound).changed_files == ("a.txt",)
        assert "a.txt" in messages(work)[-1]
    assert_whole(records_of(setting.folder))


async def test_within_a_turn_it_goes_back_to_after_a_step(
    numbered: Repository, script: Script
) -> None:
    steps = edit("line 3\n", "LINE 3\n") + edit("line 9\n", "LINE 9\n") + DONE
    async with script(steps + DONE).with_mode(mode="edit").opened() as work:
        await work.say("both")
        names = [point.name for point in rewind_points(work.state.main)]
        assert names == ["1.2", "1.1", "1"]
        await back(work, "1.1")
        assert numbered.read("a.txt") == LINES.replace("line 3\n", "LINE 3\n").encode()
        roles = [one.role for one in next_request(work)]
        assert roles[-2:] == ["assistant", "tool"]
        assert [turn.rewound_from for turn in work.state.main.turns] == [2, None]
        await work.say("go on")
    assert_whole(records_of(work.repository.root.parent / "state" / "sessions" / "story"))


async def test_what_commands_changed_goes_back_too_and_they_are_named(
    numbered: Repository, script: Script
) -> None:
    async with script(shell("echo new > new.txt") + DONE).opened(manner=FREE) as work:
        work.send_text("run it")
        await work.decide(Decision(verdict="once"))
        await work.ended()
        await back(work, "1")
        assert not (numbered.root / "new.txt").exists()
        [note] = work.last(ApprovalRequested).proposal.notes
        assert note.startswith("with what these commands changed: echo new > new.txt.")


async def test_a_second_rewind_does_not_name_a_command_that_the_first_took_back(
    numbered: Repository, script: Script
) -> None:
    commands = shell("echo new > new.txt") + DONE
    setting = script(edit("line 3\n", "LINE 3\n") + DONE + commands).with_mode(mode="edit")
    async with setting.opened(manner=FREE) as work:
        await work.say("first wish")
        work.send_text("run it")
        await work.decide(Decision(verdict="once"))
        await work.ended()
        await back(work, "2")
        await back(work, "1")
        assert numbered.read("a.txt") == LINES.encode()
        first, second = (one.proposal.notes for one in work.events(ApprovalRequested)[1:])
        assert "echo new" in first[0]
        assert second == ()


async def test_who_rejects_what_is_shown_stays_where_he_is(
    numbered: Repository, script: Script
) -> None:
    async with script(TWO_TURNS).with_mode(mode="edit").opened() as work:
        await work.say("first wish")
        edited, before = numbered.read("a.txt"), messages(work)
        work.send(Rewind(to_seq=point_named(work.state.main, "1").to_seq))
        await work.decide(Decision(verdict="reject"))
        await work.ended()
        assert numbered.read("a.txt") == edited
        assert not work.events(Rewound)
        assert messages(work)[: len(before)] == before


async def test_lines_that_a_person_wrote_over_are_named_and_nothing_goes_back(
    numbered: Repository, script: Script
) -> None:
    async with script(TWO_TURNS).with_mode(mode="edit").opened() as work:
        await work.say("first wish")
        numbered.write("a.txt", LINES.replace("line 3\n", "mine\n"))
        await back(work, "1")
        assert numbered.read("a.txt") == LINES.replace("line 3\n", "mine\n").encode()
        assert work.last(TurnEnded).reason == "failed"
        assert "in the same place (line 3)" in work.last(TurnEnded).detail
        assert not work.events(Rewound)


async def test_an_undo_since_then_and_what_it_took_back_cancel_out(
    numbered: Repository, script: Script
) -> None:
    async with script(TWO_TURNS).with_mode(mode="edit").opened() as work:
        await work.say("first wish")
        await undone(work, Undo())
        numbered.write("a.txt", LINES.replace("line 3\n", "mine\n"))
        await back(work, "1")
        assert not work.events(ApprovalRequested)
        assert numbered.read("a.txt") == LINES.replace("line 3\n", "mine\n").encode()
        assert work.last(Rewound).conversation


async def test_a_rewind_cut_off_before_it_was_recorded_is_ended_by_the_next_process(
    numbered: Repository, script: Script
) -> None:
    setting = script(TWO_TURNS).with_mode(mode="edit")
    async with setting.opened() as work:
        await work.say("first wish")
        work.send(Rewind(to_seq=point_named(work.state.main, "1").to_seq))
        await work.asked()
    async with setting.opened(again=True) as work:
        await work.decide(Decision(verdict="once"))
        await work.ended()
        await work.until(lambda state: work.records[-1].seq == state.seq)
        assert numbered.read("a.txt") == LINES.encode()
        assert work.last(Rewound).place == "before turn 1"
        assert messages(work) == []
    assert_whole(records_of(setting.folder))


async def test_a_place_that_there_is_not_is_refused_in_a_sentence(script: Script) -> None:
    async with script(DONE).opened() as work:
        await undone(work, Rewind(to_seq=0))
        assert "no such place" in work.last(Notice).text
