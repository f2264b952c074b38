"""The tool `plan`: the steps of the work, replaced whole each time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui_agent.core.arguments import canonical, parse_arguments
from tui_agent.core.digest import seal
from tui_agent.core.messages import ToolSpec
from tui_agent.core.plan import Plan, PlannedCall, PlanStep
from tui_agent.core.ports import ArgumentsError, RunContext, View
from tui_agent.core.proposal import Approved, Choice, Proposal, Question, ToolOutput

STEPS = 30
CALLS = 12
STATES = ["to_do", "current", "done", "failed", "dropped"]

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "steps": {
            "type": "array",
            "minItems": 1,
            "maxItems": STEPS,
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string", "minLength": 1, "maxLength": 300},
                    "state": {"type": "string", "enum": STATES},
                    "id": {"type": "string", "minLength": 1, "maxLength": 40},
                    "files": {"type": "array", "items": {"type": "string"}, "maxItems": 50},
                    "expected_outcome": {"type": "string", "maxLength": 500},
                    "calls": {
                        "type": "array",
                        "maxItems": CALLS,
                        "description": "Exact calls, run in order once the user approves the plan",
                        "items": {
                            "type": "object",
                            "properties": {
                                "tool": {"type": "string"},
                                "arguments": {"type": "object", "additionalProperties": True},
                            },
                            "required": ["tool", "arguments"],
                            "additionalProperties": False,
                        },
                    },
                },
                "required": ["text"],
                "additionalProperties": False,
            },
        },
        "rollback": {"type": "string", "maxLength": 1000},
    },
    "required": ["steps"],
    "additionalProperties": False,
}

CHOICES = (
    Choice(key="y", label="Approve", detail="the calls run in order, each through the gate"),
    Choice(key="e", label="Edit"),
    Choice(key="r", label="Reject"),
)


class SetPlan:
    """Sets the plan; it changes no file."""

    reads_only = False
    spec = ToolSpec(
        name="plan",
        description=(
            "Show the user your plan, and where you are. Send all steps each time; one of them is "
            "`current`. Keep texts to a few words."
        ),
        parameters=SCHEMA,
    )

    async def prepare(self, arguments: str, view: View) -> Proposal:
        given = parse_arguments(arguments, SCHEMA)
        plan = _plan(given)
        carries = plan.carries_calls()
        question = Question(
            text="Carry out this plan?", choices=CHOICES, free_text=False, kind="plan", plan=plan
        )
        return seal(
            Proposal(
                call_id=view.call_id,
                tool="plan",
                title=_title(plan),
                effects=frozenset({"question" if carries else "read"}),
                question=question if carries else None,
                arguments=canonical(given),
            )
        )

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:
        del context
        question = approved.proposal.question
        if question is not None and question.plan is not None:
            edited = approved.decision.plan is not None
            text = "The user approved the plan" + (", as edited by them." if edited else ".")
            return ToolOutput(
                ok=True,
                text=f"{text} Its calls now run in order.",
                summary="approved",
                plan=question.plan,
            )
        plan = _plan(parse_arguments(approved.proposal.arguments, SCHEMA))
        return ToolOutput(ok=True, text="Plan shown.", summary=_summary(plan), plan=plan)


def _plan(given: Mapping[str, Any]) -> Plan:
    """Return the plan that was sent.

    Raises ArgumentsError where two steps share an id or are current at once.
    """
    steps = tuple(_step(number, one) for number, one in enumerate(given["steps"], 1))
    ids = [step.id for step in steps]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        message = f"plan_invalid: two steps have the id {twice!r}; ids must differ, or be left out."
        raise ArgumentsError(message)
    if sum(step.state == "current" for step in steps) > 1:
        message = "plan_invalid: only one step can be `current`."
        raise ArgumentsError(message)
    nested = [call.tool for step in steps for call in step.calls if call.tool in {"plan", "ask"}]
    if nested:
        message = f"plan_invalid: a step cannot carry a call of {nested[0]!r}."
        raise ArgumentsError(message)
    return Plan(steps=steps, rollback=given.get("rollback", ""))


def _step(number: int, given: Mapping[str, Any]) -> PlanStep:
    return PlanStep(
        id=given.get("id", str(number)),
        text=given["text"].strip(),
        state=given.get("state", "to_do"),
        calls=tuple(
            PlannedCall(tool=call["tool"], arguments=call["arguments"])
            for call in given.get("calls", ())
        ),
        expected_outcome=given.get("expected_outcome", ""),
        files=tuple(given.get("files", ())),
    )


def _title(plan: Plan) -> str:
    current = next((step.text for step in plan.steps if step.state == "current"), "")
    count = f"{len(plan.steps)} step{'s' * (len(plan.steps) != 1)}"
    return f"{count}: {current}" if current else count


def _summary(plan: Plan) -> str:
    done = sum(step.state == "done" for step in plan.steps)
    return f"{done} of {len(plan.steps)} done"
