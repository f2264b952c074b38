"""Turns with tools: reads, commands, checks, limits, and calls that come to nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.agent.conftest import Script
from tests.agent.invariants import assert_whole, records_of
from tests.agent.scripts import DONE, call, shell
from tests.support.repository import Repository
from tui_agent.core.blob import preview_of
from tui_agent.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    Check,
    CheckFinished,
    InstructionsLoaded,
    ModelRequested,
    Notice,
    PhaseEntered,
    ToolCalled,
    ToolFinished,
    TurnEnded,
    TurnStarted,
)
from tui_agent.core.proposal import Decision
from tui_agent.core.settings import LimitSettings


@pytest.mark.capability("S0.7", part="reads side by side, results in order")
async def test_reads_of_one_response_come_back_in_the_order_they_were_asked(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "alpha\n")
    repository.write("b.txt", "beta\n")
    text = """
[[turn]]
[[turn.call]]
name = "read"
arguments = { path = "a.txt" }
[[turn.call]]
name = "read"
arguments = { path = "missing.txt" }
[[turn.call]]
name = "search"
arguments = { pattern = "beta" }

"""
    setting = script(text + DONE)
    async with setting.opened() as work:
        await work.say("look")
        added = work.last(ModelRequested).added
        assert [message.role for message in added] == ["tool"] * 3
        told = [preview_of(message.text) for message in added]
        assert "alpha" in told[0]
        assert "missing.txt" in told[1]
        assert "b.txt" in told[2]
        assert not work.events(ApprovalRequested)
        assert work.last(TurnEnded).report.intent == "question"
    assert_whole(records_of(setting.folder))


@pytest.mark.capability("S0.3", part="a question ends without edit and verify")
async def test_a_question_passes_no_verify(repository: Repository, script: Script) -> None:
    repository.write("a.txt", "x\n")
    async with script(DONE).opened() as work:
        await work.say("why is it so?")
        phases = [one.phase for one in work.events(PhaseEntered)]
        assert phases == ["gate", "gather", "act", "report"]
        assert work.last(TurnEnded).reason == "done"
        assert len(work.events(InstructionsLoaded)) == 1


async def test_an_empty_message_is_refused_and_nothing_is_sent(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    async with script(DONE).opened() as work:
        await work.say("   \n")
        assert "empty" in work.last(Notice).text
        assert not work.events(TurnStarted)


@pytest.mark.capability("S1.14")
async def test_an_approval_for_the_session_silences_the_same_command_and_no_other(
    repository: Repository, script: Script
) -> None:
    text = shell("echo one") + shell("echo one") + shell("echo one; echo two") + DONE
    setting = script(text)
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="session"))
        await work.until(lambda state: len(state.main.turns[-1].calls) == 3)
        await work.decide(Decision(verdict="reject", feedback="no"))
        await work.ended()
        assert len(work.events(ApprovalRequested)) == 2
        by = [one.decision.by for one in work.events(ApprovalDecided)]
        assert by == ["user", "rule", "user"]
    assert_whole(records_of(setting.folder))
    async with setting.opened(again=True) as work:
        assert not work.state.grants
    assert repository.root.exists()


async def test_an_edited_command_is_what_runs(repository: Repository, script: Script) -> None:
    async with script(shell("echo wrong > out.txt") + DONE).opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="once", command="echo right > out.txt"))
        await work.ended()
        assert repository.read("out.txt") == b"right\n"


@pytest.mark.capability("S0.8")
async def test_a_red_check_goes_back_to_the_model_is_repaired_and_turns_green(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "one\n")
    repository.commit()
    text = (
        call("edit", '{ path = "a.txt", edits = [{ old = "one", new = "two" }] }')
        + '[[turn]]\ntext = "Done."\n\n'
        + call("edit", '{ path = "a.txt", edits = [{ old = "two", new = "three" }] }')
        + DONE
    )
    check = Check(name="three", command="grep -q three a.txt", origin="settings")
    setting = replace(script(text).with_mode(mode="edit"), checks=(check,))
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="session"))
        await work.ended()
        assert [one.exit_code for one in work.events(CheckFinished)] == [1, 0]
        ended = work.last(TurnEnded)
        assert ended.reason == "done"
        assert ended.report.verified
        assert ended.report.checks[0].status == "passed"
        assert ended.report.checks[0].tree == work.state.tree
        assert not work.state.stale(work.state.checks["three"])
        loops = [one.loop for one in work.events(PhaseEntered) if one.phase == "verify"]
        assert loops == [1, 2]
    assert_whole(records_of(setting.folder))


async def test_a_model_that_gives_up_gets_an_honest_report(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "one\n")
    text = (
        call("edit", '{ path = "a.txt", edits = [{ old = "one", new = "two" }] }')
        + DONE
        + '\n[[turn]]\ntext = "I cannot."\n'
    )
    check = Check(name="never", command="false", origin="settings")
    setting = replace(script(text).with_mode(mode="edit"), checks=(check,))
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="once"))
        await work.ended()
        assert work.last(TurnEnded).reason == "checks_failed"
        assert not work.last(TurnEnded).report.verified
        assert work.last(TurnEnded).report.checks[0].status == "failed"


async def test_a_check_that_was_refused_leaves_the_turn_unverified(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "one\n")
    text = call("edit", '{ path = "a.txt", edits = [{ old = "one", new = "two" }] }') + DONE
    check = Check(name="tests", command="true", origin="settings")
    setting = replace(script(text).with_mode(mode="edit"), checks=(check,))
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="reject"))
        await work.ended()
        report = work.last(TurnEnded).report
        assert work.last(TurnEnded).reason == "done"
        assert not report.verified
        assert report.checks[0].status == "not_run"


@pytest.mark.capability("S0.4", part="halt at the last loop")
async def test_red_checks_end_the_turn_when_the_loops_are_spent(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "0\n")
    edit = '{{ path = "a.txt", edits = [{{ old = "{}", new = "{}" }}] }}'
    text = "".join(call("edit", edit.format(n, n + 1)) + DONE + "\n" for n in range(3))
    check = Check(name="never", command="false", origin="settings")
    setting = replace(script(text).with_mode(mode="edit"), checks=(check,))
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="session"))
        await work.ended()
        assert work.last(TurnEnded).reason == "max_loops_exhausted"
        assert len(work.events(CheckFinished)) == 3


@pytest.mark.capability("S0.7")
async def test_the_thirteenth_call_of_a_response_is_refused_and_the_run_goes_on(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    one = '[[turn.call]]\nname = "read"\narguments = { path = "a.txt", offset = %d }\n'
    text = "[[turn]]\n" + "".join(one % n for n in range(1, 14)) + "\n" + DONE
    setting = script(text)
    async with setting.opened() as work:
        await work.say("go")
        finished = work.events(ToolFinished)
        assert len(finished) == 13
        refused = [one for one in finished if one.output.error == "tool_call_budget_exceeded"]
        assert len(refused) == 1
        assert refused[0].call_id == work.events(ToolCalled)[12].call_id
        assert work.last(TurnEnded).reason == "done"
    assert_whole(records_of(setting.folder))


@pytest.mark.case(77)
async def test_the_same_call_over_and_over_is_refused_in_the_end(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    same = '[[turn]]\nrepeat = 7\n[[turn.call]]\nname = "read"\narguments = { path = "a.txt" }\n\n'
    async with script(same + DONE).opened() as work:
        await work.say("go")
        errors = [one.output.error for one in work.events(ToolFinished)]
        assert errors == [""] * 5 + ["repeated_call"] * 2


@pytest.mark.capability("S4.4", part="named stop")
async def test_a_turn_ends_at_its_last_step_with_the_stop_named(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    text = '[[turn]]\nrepeat = 5\n[[turn.call]]\nname = "read"\narguments = { path = "a.txt" }\n\n'
    setting = script(text + DONE).with_mode(limits=LimitSettings(steps=2))
    async with setting.opened() as work:
        await work.say("go")
        assert work.last(TurnEnded).reason == "max_steps_exceeded"
        assert work.last(TurnEnded).report.steps == 2


@pytest.mark.case(75)
@pytest.mark.parametrize(
    ("name", "arguments", "error", "words"),
    [
        ("teleport", "{ to = 'x' }", "unknown_tool", "apply_patch"),
        ("read", "{ path = 3 }", "invalid_arguments", "path"),
        ("read", "'{'", "invalid_arguments", "JSON"),
        ("read", "{ path = 'a.txt', approved = true }", "invalid_arguments", "approved"),
        (
            "edit",
            "{ path = 'a.txt', edits = [{ old = 'no', new = 'x' }] }",
            "no-match",
            "othing was",
        ),
        ("write", "{ path = '../out', content = 'x' }", "outside-workspace", "othing was"),
    ],
)
async def test_a_call_that_comes_to_nothing_is_a_result_that_helps(
    repository: Repository, script: Script, name: str, arguments: str, error: str, words: str
) -> None:  # fmt: skip
    repository.write("a.txt", "x\n")
    setting = script(call(name, arguments) + DONE)
    async with setting.opened() as work:
        await work.say("go")
        output = work.last(ToolFinished).output
        assert output.error == error
        assert words in preview_of(output.text)
        assert work.last(TurnEnded).reason == "done"
    assert_whole(records_of(setting.folder))
    assert repository.read("a.txt") == b"x\n"


@pytest.mark.capability("S0.4", part="patch bytes")
async def test_a_patch_beyond_the_limit_is_refused_before_anybody_is_asked(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "one\n")
    text = call("write", '{ path = "b.txt", content = "much too much" }') + DONE
    async with script(text).with_mode(limits=LimitSettings(patch_bytes=20)).opened() as work:
        await work.say("go")
        assert work.last(ToolFinished).output.error == "patch_size_budget_exceeded"
        assert not work.events(ApprovalRequested)
        assert not (repository.root / "b.txt").exists()
