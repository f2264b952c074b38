"""Moments that have no picture in the design: empty, asked, stopped, a plan to be approved."""

from __future__ import annotations

from tests.ui.stories import edit_waiting
from tests.ui.story import Story, question_proposal
from tui_agent.core.events import (
    ApprovalRequested,
    CheckResult,
    Notice,
    ToolFinished,
    ToolStarted,
)
from tui_agent.core.plan import Plan, PlannedCall, PlanStep
from tui_agent.core.proposal import Choice, Decision, Question, ToolOutput


def empty() -> Story:
    """Return the moment before anything is said."""
    return Story(at="14:02:00").start()


def plan_waiting() -> Story:
    """Return a plan that waits for a person, one of its steps with a call."""
    story = Story(at="14:02:00").start()
    story.user("make redirects drop credentials", at="14:02")
    call = story.call("plan")
    story.model("I would do it in four steps, and change nothing before you agree.", call)
    run = PlannedCall(tool="shell", arguments={"command": "pytest -q tests/client"})
    plan = Plan(
        steps=(
            PlanStep(id="1", text="read how the headers of a redirect are built"),
            PlanStep(id="2", text="drop Cookie and Proxy-Authorization across hosts"),
            PlanStep(id="3", text="add a test for a redirect to another host"),
            PlanStep(id="4", text="run the tests of the client", calls=(run,)),
        ),
        rollback="take the edit back; nothing else is touched",
    )
    question = Question(text="Approve this plan?", kind="plan", plan=plan, free_text=False)
    story.ask(question_proposal(story, call, question))
    return story


def edit_stale() -> Story:
    """Return an edit that was accepted, and not written: its file had changed."""
    story = edit_waiting()
    asked = story.records[-1].event
    assert isinstance(asked, ApprovalRequested)
    call_id = asked.proposal.call_id
    story.decide(asked.proposal, asked.request_id, Decision(verdict="once"))
    story.emit(ToolStarted(call_id=call_id))
    output = ToolOutput(ok=False, text="The file has changed.", error="stale")
    story.emit(ToolFinished(call_id=call_id, output=output, status="failed"))
    return story


def question_waiting() -> Story:
    """Return a question with answers to choose from, or in one's own words."""
    story = Story(at="14:02:00").start()
    story.user("drop credentials on redirects", at="14:02")
    call = story.call("ask")
    story.model("One thing decides how far this goes.", call)
    choices = (
        Choice(key="1", label="any other host", detail="what browsers do"),
        Choice(key="2", label="any other origin", detail="also another port or scheme"),
    )
    text = "To which redirects should a Cookie header not travel?"
    story.ask(question_proposal(story, call, Question(text=text, choices=choices)))
    return story


def stopped() -> Story:
    """Return a turn whose checks fail, and a notice that stays until it is mended."""
    story = Story(at="14:02:00").start()
    story.user("run the tests", at="14:02")
    shell = story.call("shell")
    story.model("I run them.", shell)
    printed = "F....\nFAILED tests/test_wsgi.py::test_body\n1 failed, 31 passed in 2.4s\n"
    story.run(shell, "pytest -q tests", "", printed, exit_code=1, seconds=2.4)
    story.model("The WSGI transport drops the body of a 307.")
    checks = (
        CheckResult(
            name="tests", command="pytest -q tests", status="failed", exit_code=1,
            summary="1 failed, 31 passed",
        ),
        CheckResult(name="types", command="mypy httpx", status="not_run"),
    )  # fmt: skip
    story.end("checks_failed", cost=0.07, checks=checks, intent="code_change", seconds=51.0)
    story.emit(
        Notice(text="The stream broke after 812 tokens.", level="error", remedy="/model NAME")
    )
    return story
