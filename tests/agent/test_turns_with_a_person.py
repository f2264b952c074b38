"""Turns with a person: plans, questions, money, secrets, summaries, commands of their own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.agent.conftest import Script
from tests.agent.invariants import assert_whole, records_of
from tests.agent.scripts import DONE, call, shell
from tests.support.repository import Repository
from tui_agent.core.blob import preview_of
from tui_agent.core.commands import Decide, EditPlan, RunChecks, RunShell, SetModel
from tui_agent.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    Check,
    CheckFinished,
    ModelRequested,
    Notice,
    PlanUpdated,
    Redacted,
    ToolCalled,
    ToolFinished,
    ToolStarted,
    TurnEnded,
    WorkspaceChanged,
)
from tui_agent.core.plan import Plan, PlanStep
from tui_agent.core.proposal import Decision
from tui_agent.core.state import command_of, place_of, title_of
from tui_agent.ui.tool_lines import tool_line
from tui_agent.ui.tui.call_line import object_of
from tui_agent.ui.tui.summary import View, activity_of


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
    ask = call("ask", "{ question = 'Which?', choices = [{ label = 'red' }, { label = 'blue' }] }")
    async with script(ask + ask.replace("Which", "Why") + DONE).opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="once", answer="2"))
        await work.until(lambda state: len(state.main.turns[-1].calls) == 2)
        assert "blue" in preview_of(work.events(ToolFinished)[0].output.text)
        await work.decide(Decision(verdict="once", answer="because"))
        await work.ended()
        assert "because" in preview_of(work.last(ToolFinished).output.text)


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
        await work.until(lambda _: any("variable" in one.text for one in work.events(Notice)))
        await work.decide(Decision(verdict="once", command="printf hunt%s er2"))
        await work.ended()
        assert work.events(Redacted)
        assert "[masked]" in preview_of(work.last(ToolFinished).output.text)
        assert "hunter2" not in repr(work.records)
    stored = b"".join(path.read_bytes() for path in setting.state.rglob("*") if path.is_file())
    assert b"hunter2" not in stored
    assert repository.root.exists()


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


async def test_what_a_person_changed_between_two_turns_is_told_to_the_model(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    setting = script(shell("echo 1 > made.txt") + DONE + "\n" + shell("true") + DONE)
    async with setting.opened() as work:
        work.send_text("first")
        await work.decide(Decision(verdict="once"))
        await work.ended()
        repository.write("a.txt", "a person was here\n")
        work.send_text("second")
        await work.decide(Decision(verdict="once"))
        await work.ended()
        assert work.last(WorkspaceChanged).paths == ("a.txt",)
        # The look at the tree runs beside the turn's first request: either may be the first to end.
        asked = [one for request in work.events(ModelRequested) for one in request.added]
        said = [
            text for text in (str(one.text) for one in asked) if "and not by your edits" in text
        ]
        assert len(said) == 1
        assert "a.txt" in said[0]
    assert_whole(records_of(setting.folder))


@pytest.mark.capability("S1.17", part="the queue of approvals")
async def test_requests_of_one_response_wait_side_by_side_and_know_their_place(
    repository: Repository, script: Script
) -> None:
    reads = ""
    for name in ("one.env", "two.env", "three.env"):
        repository.write(name, "KEY=x\n")
        reads += f'[[turn.call]]\nname = "read"\narguments = {{ path = "{name}" }}\n'
    async with script(f"[[turn]]\n{reads}\n{DONE}").opened() as work:
        work.send_text("look")
        await work.until(lambda state: len(state.waiting) == 3)
        open_requests = list(work.state.waiting.values())
        places = [place_of(work.state, waiting) for waiting in open_requests]
        assert places == ["1 of 3", "2 of 3", "3 of 3"]
        await work.decide(Decision(verdict="once"))
        await work.until(lambda state: len(state.waiting) == 2)
        left = next(iter(work.state.waiting.values()))
        assert place_of(work.state, left) == "2 of 3"
        await work.decide(Decision(verdict="once"))
        await work.decide(Decision(verdict="reject", feedback="not this one"))
        await work.ended()
        assert len(work.events(ApprovalRequested)) == 3


@pytest.mark.parametrize(("ran", "status"), [("echo fine", "not_run"), ("false", "failed")])
async def test_a_check_that_a_person_has_worded_anew_verifies_nothing_and_is_shown_as_it_ran(
    repository: Repository, script: Script, ran: str, status: str
) -> None:
    repository.write("a.txt", "x\n")
    check = Check(name="tests", command="true", origin="settings")
    async with replace(script(DONE), checks=(check,)).opened() as work:
        work.send(RunChecks())
        await work.decide(Decision(verdict="once", command=ran))
        await work.ended()
        assert work.last(CheckFinished).command == ran
        report = work.last(TurnEnded).report
        assert not report.verified
        assert report.checks[0].status == status
        assert ran in f"{report.checks[0].command} {report.checks[0].summary}"
        call = next(iter(work.state.main.turns[-1].calls.values()))
        assert command_of(call) == title_of(call) == ran
        assert ran in "".join(text for _, text in tool_line(call))
        assert object_of(call) == ran


async def test_the_whole_name_of_a_tool_that_is_none_is_shown(
    repository: Repository, script: Script
) -> None:
    async with script(call("frobnicate_it", "{ x = 1, how = 'well' }") + DONE).opened() as work:
        await work.say("go")
        made = next(iter(work.state.main.turns[-1].calls.values()))
        assert object_of(made) == "frobnicate_it well"
    assert repository.root.exists()


EDIT = call("edit", '{ path = "a.txt", edits = [{ old = "one", new = "two" }] }')


async def test_work_whose_check_is_not_wanted_is_done_and_unverified(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "one\n")
    check = Check(name="tests", command="true", origin="settings")
    setting = replace(script(EDIT + DONE), checks=(check,))
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="once"))
        await work.decide(Decision(verdict="reject"))
        await work.ended()
        ended = work.last(TurnEnded)
        assert (ended.reason, ended.report.verified) == ("done", False)
        assert [one.status for one in ended.report.checks] == ["not_run"]
    assert_whole(records_of(setting.folder))


async def test_why_a_check_is_not_wanted_is_told_to_the_model(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "one\n")
    check = Check(name="tests", command="true", origin="settings")
    answer = '[[turn]]\ntext = "As you like."\nwhen = { contains = "too slow today" }\n\n'
    setting = replace(script(EDIT + DONE + "\n" + answer), checks=(check,))
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="once"))
        await work.decide(Decision(verdict="reject", feedback="too slow today"))
        await work.ended()
        ended = work.last(TurnEnded)
        assert ended.reason == "done"
        assert preview_of(ended.report.summary) == "As you like."
        assert len(work.events(ModelRequested)) == 3


@pytest.mark.parametrize("said", ['text = ""', 'text = " \\n "', 'reasoning = "I only think."'])
async def test_an_empty_answer_is_called_one(
    repository: Repository, script: Script, said: str
) -> None:
    async with script(f"[[turn]]\n{said}\n").opened() as work:
        await work.say("go")
        assert work.last(Notice).text.startswith("The model's answer was empty")
        assert len(work.events(Notice)) == 1
    assert repository.root.exists()


async def test_a_question_of_several_lines_takes_one_row_of_the_screen(script: Script) -> None:
    ask = call("ask", '{ question = "Which?\\nRed is warm.", choices = [{ label = "red" }] }')
    async with script(ask + DONE).opened() as work:
        work.send_text("ask me")
        await work.asked()
        row = activity_of(work.state, {}, View())
        assert row.facts == ("Which?",)
