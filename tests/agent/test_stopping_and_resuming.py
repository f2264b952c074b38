"""Esc ends a turn; quitting and crashing suspend it; a session is taken up at the very place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.agent.conftest import Script
from tests.agent.invariants import assert_whole, records_of
from tests.agent.scripts import DONE
from tests.support.agent_at_work import Setting
from tests.support.repository import Repository
from tui_agent.agent.manner import Manner
from tui_agent.core.commands import Decide, Interrupt, Recall, Steer, Submit
from tui_agent.core.events import (
    ApprovalDecided,
    EditApplied,
    MessageQueued,
    ModelFailed,
    ModelRequested,
    SessionEnded,
    SessionResumed,
    ToolFinished,
    ToolStarted,
    TurnEnded,
    TurnStarted,
)
from tui_agent.core.proposal import Decision
from tui_agent.ui.tui.summary import status_of

EDIT = """
[[turn]]
[[turn.call]]
name = "edit"
arguments = { path = "a.txt", edits = [{ old = "one", new = "two" }] }

[[turn]]
text = "Done."
"""
SLOW = """
[[turn]]
text = "This takes a long while to say, word for word, and more of it."
rate = 4

[[turn]]
text = "Second."
"""
COMMAND = """
[[turn]]
[[turn.call]]
name = "shell"
arguments = { command = "echo begun; sleep 30" }

[[turn]]
text = "Done."
"""


async def test_esc_closes_an_open_question_and_writes_nothing(
    one: Repository, script: Script
) -> None:
    setting = script(EDIT)
    async with setting.opened() as work:
        work.send_text("go")
        await work.asked()
        work.send(Interrupt())
        await work.ended()
        assert work.last(TurnEnded).reason == "interrupted"
        assert work.last(ApprovalDecided).decision.by == "engine"
        assert work.last(ToolFinished).status == "cancelled"
        assert one.read("a.txt") == b"one\n"
    assert_whole(records_of(setting.folder))


async def test_esc_keeps_the_text_that_had_been_read(one: Repository, script: Script) -> None:
    setting = script(SLOW)
    async with setting.opened() as work:
        work.send_text("go")
        await work.until(lambda state: state.main.turns and _text(work.state))
        work.send(Interrupt())
        await work.ended()
        failed = work.last(ModelFailed)
        assert failed.kind == "cancelled"
        assert str(failed.partial)
        assert "This takes a long while".startswith(str(failed.partial)[:10])
    assert_whole(records_of(setting.folder))
    assert one.read("a.txt") == b"one\n"


def _text(state: object) -> str:
    turn = state.main.turn  # type: ignore[attr-defined]
    return turn.steps[1].text if turn is not None and turn.steps else ""


async def test_esc_ends_a_running_command_with_all_it_started(
    one: Repository, script: Script
) -> None:
    setting = script(COMMAND)
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="once"))
        await work.until(
            lambda state: "begun" in next(iter(state.main.turns[-1].calls.values())).live
        )
        work.send(Interrupt())
        await work.ended()
        assert work.last(ToolFinished).status == "cancelled"
    assert_whole(records_of(setting.folder))
    assert one.read("a.txt") == b"one\n"


async def test_a_session_left_at_a_question_is_taken_up_at_that_very_question(
    one: Repository, script: Script
) -> None:
    setting = script(EDIT)
    async with setting.opened() as work:
        work.send_text("go")
        waiting, _, _ = await work.asked()
    assert isinstance(records_of(setting.folder)[-1].event, SessionEnded)
    async with setting.opened(again=True) as work:
        again, _, _ = await work.asked()
        assert again.request_id == waiting.request_id
        await work.decide(Decision(verdict="once"))
        await work.ended()
        assert one.read("a.txt") == b"two\n"
        assert work.last(TurnEnded).reason == "done"
        assert len(work.events(SessionResumed)) == 1
    assert_whole(records_of(setting.folder))


async def test_where_nobody_is_there_the_gate_answers_what_was_left_open(
    one: Repository, script: Script
) -> None:
    setting = script(EDIT)
    async with setting.opened() as work:
        work.send_text("go")
        await work.asked()
    alone = Manner(trusted=True, attended=False)
    async with setting.opened(again=True, manner=alone) as work:
        await work.ended()
        assert one.read("a.txt") == b"one\n"
        assert work.last(ApprovalDecided).decision.verdict == "reject"
        assert not work.state.waiting
        assert work.last(TurnEnded).reason == "needs_approval"
    assert_whole(records_of(setting.folder))


async def test_an_answer_cut_off_by_quitting_is_asked_for_again(
    one: Repository, script: Script
) -> None:
    setting = script(SLOW)
    async with setting.opened() as work:
        work.send_text("go")
        await work.until(lambda _: _text(work.state))
    setting.script.write_text(SLOW.replace("rate = 4", "rate = 0"))
    async with setting.opened(again=True) as work:
        await work.ended()
        assert len(work.events(ModelRequested)) == 2
        assert work.state.main.turns[-1].steps[2].text.startswith("This takes")
        assert work.last(ModelRequested).added == ()
    assert_whole(records_of(setting.folder))
    assert one.read("a.txt") == b"one\n"


async def _run_to_the_end(setting: Setting) -> None:
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="once"))
        await work.ended()


def _cut_after(setting: Setting, event: str, copy: Path) -> Setting:
    """Make the session as a process left it that was killed right after this event."""
    lines = (setting.folder / "events.jsonl").read_text().split("\n")
    index = next(n for n, line in enumerate(lines) if f'"type":"{event}"' in line)
    target = copy / "sessions" / "story"
    shutil.copytree(setting.folder, target)
    (target / "events.jsonl").write_text("\n".join(lines[: index + 1]) + "\n")
    return Setting(repository=setting.repository, state=copy, script=setting.script)


@pytest.mark.capability("S0.12", part="a cut-off edit")
@pytest.mark.parametrize("written", [False, True])
async def test_an_edit_cut_off_after_its_start_is_rolled_forward_once(
    one: Repository, script: Script, tmp_path: Path, *, written: bool
) -> None:
    setting = script(EDIT)
    await _run_to_the_end(setting)
    one.write("a.txt", "two\n" if written else "one\n")
    cut = _cut_after(setting, "ToolStarted", tmp_path / "cut")
    async with cut.opened(again=True) as work:
        await work.ended()
        assert one.read("a.txt") == b"two\n"
        assert len(work.events(EditApplied)) == 1
        assert len(work.events(ToolFinished)) == 1
        assert work.last(ToolFinished).status == "finished"
    assert_whole(records_of(cut.folder))


async def test_an_edit_whose_file_is_neither_old_nor_new_is_left_alone_and_said(
    one: Repository, script: Script, tmp_path: Path
) -> None:
    setting = script(EDIT)
    await _run_to_the_end(setting)
    one.write("a.txt", "a person was here\n")
    cut = _cut_after(setting, "ToolStarted", tmp_path / "cut")
    async with cut.opened(again=True) as work:
        await work.ended()
        assert one.read("a.txt") == b"a person was here\n"
        assert work.last(ToolFinished).status == "unknown"
        assert any("a.txt" in note.text for note in work.state.main.turns[-1].notes)
    assert_whole(records_of(cut.folder))


async def test_an_approval_on_disk_is_not_asked_again_after_a_crash(
    one: Repository, script: Script, tmp_path: Path
) -> None:
    setting = script(EDIT)
    await _run_to_the_end(setting)
    one.write("a.txt", "one\n")
    cut = _cut_after(setting, "ApprovalDecided", tmp_path / "cut")
    async with cut.opened(again=True) as work:
        await work.ended()
        assert one.read("a.txt") == b"two\n"
        assert len(work.events(ApprovalDecided)) == 1
    assert_whole(records_of(cut.folder))


@pytest.mark.capability("S3.9", part="of a session: what was done is kept, the rest goes on")
async def test_every_place_at_which_a_process_may_die_leads_to_the_same_end(
    one: Repository, script: Script, tmp_path: Path
) -> None:
    setting = script(EDIT)
    await _run_to_the_end(setting)
    lines = (setting.folder / "events.jsonl").read_text().split("\n")
    names = [json.loads(line)["type"] for line in lines if line]
    begun = names.index("TurnStarted")
    ended = names.index("TurnEnded")
    started = names.index("ToolStarted")
    for place in range(begun, ended):
        one.write("a.txt", "one\n" if place < names.index("EditApplied") else "two\n")
        copy = tmp_path / f"cut{place}"
        target = copy / "sessions" / "story"
        shutil.copytree(setting.folder, target)
        (target / "events.jsonl").write_text("\n".join(lines[: place + 1]) + '\n{"torn')
        again = Setting(repository=one, state=copy, script=setting.script)
        async with again.opened(again=True) as work:
            if place < names.index("ApprovalDecided"):
                await work.decide(Decision(verdict="once"))
            await work.ended()
            assert one.read("a.txt") == b"two\n", names[place]
            assert work.last(TurnEnded).reason == "done", names[place]
            assert len(work.events(EditApplied)) == 1, names[place]
        assert_whole(records_of(again.folder))
    assert started > begun


async def test_a_command_cut_off_is_never_run_again_by_itself(
    one: Repository, script: Script, tmp_path: Path
) -> None:
    setting = script(COMMAND.replace("echo begun; sleep 30", "echo x >> ran.txt"))
    await _run_to_the_end(setting)
    cut = _cut_after(setting, "ToolStarted", tmp_path / "cut")
    async with cut.opened(again=True) as work:
        await work.ended()
        assert work.events(ToolFinished)[0].status == "unknown"
        assert one.read("ran.txt") == b"x\n"
        assert len(work.events(ToolStarted)) == 1


async def test_a_message_sent_while_a_turn_runs_waits_for_its_end(
    one: Repository, script: Script
) -> None:
    async with script(SLOW.replace("rate = 4", "rate = 60")).opened() as work:
        work.send_text("go")
        await work.until(lambda _: _text(work.state))
        work.send(Submit(text="and then"))
        work.send(Submit(text="never mind"))
        await work.until(lambda state: len(state.queue) == 2)
        work.send(Recall(message_id=work.state.queue[1].id))
        await work.ended()
        assert [one.text for one in work.events(TurnStarted)] == ["go", "and then"]
        assert len(work.events(MessageQueued)) == 2
        assert not work.state.queue
    assert one.read("a.txt") == b"one\n"


async def test_a_word_to_the_running_turn_reaches_the_next_request(
    one: Repository, script: Script
) -> None:
    async with script(EDIT).opened() as work:
        work.send_text("go")
        waiting, _, _ = await work.asked()
        work.send(Steer(text="mind the commas"))
        await work.until(lambda state: len(state.main.turns[-1].users) == 2)
        decision = Decision(verdict="once")
        work.send(Decide(request_id=waiting.request_id, decision=decision))
        await work.ended()
        said = [str(message.text) for message in work.last(ModelRequested).added]
        assert said[-1] == "mind the commas"
    assert one.read("a.txt") == b"two\n"


async def test_the_status_row_names_the_branch_that_the_folder_stands_at_now(
    one: Repository, script: Script
) -> None:
    setting = script(DONE + DONE)
    one.git("switch", "--quiet", "--create", "first")
    async with setting.opened() as work:
        await work.say("go")
        assert status_of(work.state).branch == "first"
        one.git("switch", "--quiet", "--create", "second")
        await work.say("again")
        assert status_of(work.state).branch == "second"
    one.git("switch", "--quiet", "--detach")
    async with setting.opened(again=True) as work:
        assert status_of(work.state).branch == ""
