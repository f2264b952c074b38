"""The tool `plan`: the whole plan, validated; one that carries calls waits for approval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_agent.core.digest import seal
from tui_agent.core.messages import ToolSpec
from tui_agent.core.plan import Plan, PlannedCall, PlanStep
from tui_agent.core.ports import ArgumentsError
from tui_agent.core.proposal import Choice, Proposal, Question, ToolOutput
from tui_agent.tools.arguments import canonical, parsed

if TYPE_CHECKING:
    from tui_agent.core.ports import RunContext, View
    from tui_agent.core.proposal import Approved

MOST_STEPS = 50

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "steps": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string", "minLength": 1},
                    "state": {
                        "type": "string",
                        "enum": ["to_do", "current", "done", "failed", "dropped"],
                    },
                    "expected_outcome": {"type": "string"},
                    "files": {"type": "array", "items": {"type": "string", "minLength": 1}},
                    "calls": {
                        "type": "array",
                        "description": "Rarely: calls to run in order once the person approves.",
                        "items": {
                            "type": "object",
                            "properties": {
                                "tool": {"type": "string", "minLength": 1},
                                "arguments": {"type": "object"},
                            },
                            "required": ["tool", "arguments"],
                        },
                    },
                },
                "required": ["text"],
            },
        },
        "rollback": {"type": "string"},
    },
    "required": ["steps"],
}


class PlanTool:
    """Shows the plan to the person and keeps it for the model.

    Args:
        tools: Names of the tools that a step's calls may name.
    """

    reads_only = False
    spec = ToolSpec(
        name="plan",
        description="Show the person your plan, or how far it is: send all steps each time, at "
        "most one of them current. A step with calls is run for you once the person approves.",
        parameters=SCHEMA,
    )

    def __init__(self, tools: frozenset[str] = frozenset()) -> None:
        self._tools = tools

    async def prepare(self, arguments: str, view: View) -> Proposal:
        """Say which plan would be shown; one that carries calls is a question first."""
        given = parsed(arguments, SCHEMA)
        plan = self._plan(given)
        asks = plan.carries_calls()
        question = None
        if asks:
            choices = (Choice(key="y", label="approve"), Choice(key="n", label="reject"))
            question = Question(
                text="Run the calls that this plan carries?",
                choices=choices,
                kind="plan",
                plan=plan,
            )
        return seal(
            Proposal(
                call_id=view.call_id,
                tool="plan",
                title=f"{len(plan.steps)} steps",
                effects=frozenset({"question"}) if asks else frozenset({"read"}),
                question=question,
                arguments=canonical(given),
            )
        )

    def _plan(self, given: dict[str, Any]) -> Plan:
        steps = given["steps"]
        if len(steps) > MOST_STEPS:
            message = f"plan_invalid: {len(steps)} steps are too many; at most {MOST_STEPS}."
            raise ArgumentsError(message)
        current = [n for n, step in enumerate(steps, 1) if step.get("state") == "current"]
        if len(current) > 1:
            message = f"plan_invalid: steps {current} are all current; at most one may be."
            raise ArgumentsError(message)
        made = tuple(self._step(number, step) for number, step in enumerate(steps, 1))
        return Plan(steps=made, rollback=given.get("rollback", ""))

    def _step(self, number: int, given: dict[str, Any]) -> PlanStep:
        if not given["text"].strip():
            message = f"plan_invalid: step {number} has no text."
            raise ArgumentsError(message)
        for call in given.get("calls", ()):
            if self._tools and call["tool"] not in self._tools:
                known = ", ".join(sorted(self._tools))
                message = f"plan_invalid: step {number} names no tool of ours; known: {known}."
                raise ArgumentsError(message)
        calls = tuple(
            PlannedCall(tool=call["tool"], arguments=call["arguments"])
            for call in given.get("calls", ())
        )
        return PlanStep(
            id=str(number),
            text=given["text"].strip(),
            state=given.get("state", "to_do"),
            calls=calls,
            expected_outcome=given.get("expected_outcome", ""),
            files=tuple(given.get("files", ())),
        )

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:  # noqa: ARG002 - the port's form
        """Give the plan to the session, as the person left it."""
        question = approved.proposal.question
        plan = question.plan if question is not None else None
        if plan is None:
            plan = self._plan(parsed(approved.proposal.arguments, SCHEMA))
        edited = approved.decision.plan is not None
        text = "The plan is shown to the user."
        if question is not None:
            text = "The user approved the plan; its calls run now, in order."
        if edited:
            text += " The user edited it; their version holds."
        return ToolOutput(ok=True, text=text, summary=f"{len(plan.steps)} steps", plan=plan)
