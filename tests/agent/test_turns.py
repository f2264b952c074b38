"""Whole turns: commands, checks, limits, plans, questions, money, secrets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.agent.conftest import Script
from tests.agent.invariants import assert_whole, records_of
from tests.support.repository import Repository
from tui_agent.core.blob import preview_of
from tui_agent.core.commands import Compact, Decide, EditPlan, RunChecks, RunShell, SetModel
from tui_agent.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    Check,
    CheckFinished,
    ContextCompacted,
    InstructionsLoaded,
    ModelRequested,
    Notice,
    PhaseEntered,
    PlanUpdated,
    Redacted,
    SettingChanged,
    ToolCalled,
    ToolFinished,
    ToolStarted,
    TurnEnded,
    TurnStarted,
)
from tui_agent.core.plan import Plan, PlanStep
from tui_agent.core.proposal import Decision
from tui_agent.core.settings import BudgetSettings, LimitSettings

DONE = '[[turn]]\ntext = "Done."\n'


def call(name: str, arguments: str) -> str:
    return f'[[turn]]\n[[turn.call]]\nname = "{name}"\narguments = {arguments}\n\n'


def shell(command: str) -> str:
    return call("shell", f'{{ command = "{command}" }}')


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
        assert not work.agent.engine.approved
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
        await work.decide(Decision(verdict="reject", feedback="not now"))
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


@pytest.mark.parametrize(
    ("name", "arguments", "error", "words"),
    [
        ("teleport", "{ to = 'x' }", "unknown_tool", "apply_patch"),
        ("read", "{ path = 3 }", "invalid_arguments", "path"),
        ("read", "'{'", "invalid_arguments", "JSON"),
        ("read", "{ path = 'a.txt', approved = true }", "invalid_arguments", "approved"),
        ("edit", "{ path = 'a.txt', edits = [{ old = 'no', new = 'x' }] }", "no-match", "othing was"),
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


@pytest.mark.capability("S0.6")
async def test_a_plan_that_carries_calls_is_approved_and_runs_without_the_model(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "one\n")
    invalid = "{ steps = [{ text = 'a', state = 'current' }, { text = 'b', state = 'current' }] }"
    steps = """{ steps = [
  { text = "look", calls = [{ tool = "read", arguments = { path = "a.txt" } }] },
  { text = "write", calls = [{ tool = "write", arguments = { path = "b.txt", content = "b" } }] },
] }"""
    setting = script(call("plan", invalid) + call("plan", steps) + DONE)
    async with setting.opened() as work:
        work.send_text("go")
        _, _, proposal = await work.asked()
        assert "plan_invalid" in preview_of(work.events(ToolFinished)[0].output.text)
        assert proposal.question is not None
        assert proposal.question.kind == "plan"
        await work.decide(Decision(verdict="once", answer="y"))
        await work.until(lambda state: state.waiting and state.main.turns[-1].planned.get("2"))
        assert len(work.events(ModelRequested)) == 2
        await work.decide(Decision(verdict="once"))
        await work.ended()
        assert repository.read("b.txt") == b"b"
        assert work.state.main.plan is not None
        assert [step.state for step in work.state.main.plan.steps] == ["done", "done"]
        origins = [one.origin for one in work.events(ToolCalled)]
        assert origins == ["model", "model", "plan", "plan"]
    assert_whole(records_of(setting.folder))


async def test_the_users_plan_is_what_the_model_sees_next(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    async with script(DONE + "\n" + DONE).opened() as work:
        await work.say("go")
        plan = Plan(steps=(PlanStep(id="1", text="only this"),), by="user")
        work.send(EditPlan(plan=plan))
        await work.say("on")
        assert work.last(PlanUpdated).plan == plan
        assert any("only this" in str(one.text) for one in work.last(ModelRequested).added)


async def test_a_question_is_answered_by_its_key_or_in_words(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    ask = call("ask", "{ question = 'Which?', choices = ['red', 'blue'] }")
    async with script(ask + ask.replace("Which", "Why") + DONE).opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="once", answer="2"))
        await work.until(lambda state: len(state.main.turns[-1].calls) == 2)
        assert "blue" in preview_of(work.events(ToolFinished)[0].output.text)
        await work.decide(Decision(verdict="once", answer="because"))
        await work.ended()
        assert "because" in preview_of(work.last(ToolFinished).output.text)


async def test_spent_money_pauses_until_a_person_raises_the_limit(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    dear = call("read", "{ path = 'a.txt' }").rstrip() + "\n[turn.usage]\ncost_usd = 0.6\n\n"
    setting = script(dear + DONE).with_mode(budget=BudgetSettings(session=0.5))
    async with setting.opened() as work:
        work.send_text("go")
        _, one, proposal = await work.asked()
        assert one.tool == "budget"
        assert proposal.question is not None
        assert "$0.60 of $0.50" in proposal.question.text
        await work.decide(Decision(verdict="once", answer="b", feedback="2"))
        await work.ended()
        assert work.last(SettingChanged).value == "2.00"
        assert work.last(TurnEnded).reason == "done"
    assert_whole(records_of(setting.folder))
    again = replace(setting, state=setting.state.with_name("other"))
    async with again.opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="reject"))
        await work.ended()
        assert work.last(TurnEnded).reason == "budget_exceeded"
    assert_whole(records_of(again.folder))


async def test_a_secret_in_an_output_is_masked_in_log_state_and_request(
    repository: Repository, script: Script
) -> None:
    def mask(text: str) -> tuple[str, tuple[str, ...]]:
        found = text.count("hunter2")
        return text.replace("hunter2", "[masked]"), ("held",) * found

    setting = replace(script(shell("echo hunter2") + DONE), redact=mask)
    async with setting.opened() as work:
        work.send_text("the password is hunter2")
        await work.decide(Decision(verdict="once", command="echo hunter2"))
        await work.ended()
        assert work.events(Redacted)
        assert "[masked]" in preview_of(work.last(ToolFinished).output.text)
        assert "hunter2" not in repr(work.records)
    stored = b"".join(path.read_bytes() for path in setting.state.rglob("*") if path.is_file())
    assert b"hunter2" not in stored
    assert repository.root.exists()


@pytest.mark.capability("S4.6", part="compaction")
async def test_the_conversation_is_summarised_on_request_and_goes_on(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    setting = script('side = "A summary."\n' + DONE + "\n" + DONE)
    async with setting.opened() as work:
        await work.say("first")
        work.send(Compact())
        await work.ended()
        if not work.events(ContextCompacted):
            await work.until(lambda _: work.events(ContextCompacted))
        assert work.state.main.messages[0].role == "user"
        await work.say("second")
        assert work.last(TurnEnded).reason == "done"
    assert_whole(records_of(setting.folder))


async def test_the_users_own_command_runs_unasked_and_the_model_hears_of_it(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    setting = script(DONE)
    async with setting.opened() as work:
        work.send(RunShell(command="echo mine > b.txt"))
        await work.ended()
        assert repository.read("b.txt") == b"mine\n"
        assert work.last(ApprovalDecided).decision.reason is not None
        await work.say("and?")
        assert any("echo mine" in str(one.text) for one in work.last(ModelRequested).added)
    assert_whole(records_of(setting.folder))


async def test_the_checks_run_on_request_without_the_model(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    check = Check(name="tests", command="true", origin="settings")
    async with replace(script(DONE), checks=(check,)).opened() as work:
        work.send(RunChecks())
        await work.decide(Decision(verdict="once"))
        await work.ended()
        assert work.last(CheckFinished).passed
        assert not work.events(ModelRequested)
        assert work.last(TurnEnded).report.verified


async def test_another_model_gets_the_whole_request_again(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    setting = script(DONE + "\n" + DONE)
    async with setting.opened() as work:
        await work.say("first")
        assert work.last(ModelRequested).first
        work.send(SetModel(model=f"script:{setting.script}?"))
        work.send(SetModel(model=f"script:{setting.script}"))
        await work.say("second")
        assert work.last(ModelRequested).first
    assert_whole(records_of(setting.folder))


async def test_a_model_that_is_not_there_ends_the_turn_with_what_to_do(
    repository: Repository, script: Script
) -> None:
    setting = script(DONE)
    setting.script.unlink()
    async with setting.opened() as work:
        await work.say("go")
        assert work.last(TurnEnded).reason == "model_failed"
        assert work.last(TurnEnded).detail
    assert_whole(records_of(setting.folder))
    assert repository.root.exists()


async def test_answers_to_a_request_that_is_closed_change_nothing(
    repository: Repository, script: Script
) -> None:
    async with script(shell("echo x") + DONE).opened() as work:
        work.send_text("go")
        waiting, _, _ = await work.asked()
        await work.decide(Decision(verdict="reject"))
        await work.ended()
        late = Decide(request_id=waiting.request_id, decision=Decision(verdict="once"))
        work.send(late)
        assert len(work.events(ApprovalDecided)) == 1
        assert not work.events(ToolStarted)
    assert repository.root.exists()
