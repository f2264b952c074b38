"""The tool `ask`: a question to the person, with choices."""

from __future__ import annotations

from typing import Any

from tui_agent.core.arguments import canonical, parse_arguments
from tui_agent.core.digest import seal
from tui_agent.core.messages import ToolSpec
from tui_agent.core.ports import ArgumentsError, RunContext, View
from tui_agent.core.proposal import Approved, Choice, Proposal, Question, ToolOutput

CHOICES = 9
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "question": {"type": "string", "minLength": 1, "maxLength": 2000},
        "choices": {
            "type": "array",
            "maxItems": CHOICES,
            "items": {
                "type": "object",
                "properties": {
                    "label": {"type": "string", "minLength": 1, "maxLength": 120},
                    "detail": {"type": "string", "maxLength": 300},
                },
                "required": ["label"],
                "additionalProperties": False,
            },
        },
        "free_text": {
            "type": "boolean",
            "description": "Whether an answer in their own words is taken; true if left out",
        },
    },
    "required": ["question"],
    "additionalProperties": False,
}


class Ask:
    """Asks the person."""

    reads_only = False
    spec = ToolSpec(
        name="ask",
        description=(
            "Ask the user, and wait. Only where the answer changes what you do and cannot be "
            "found out; offer choices where you can, the one you would take first."
        ),
        parameters=SCHEMA,
    )

    async def prepare(self, arguments: str, view: View) -> Proposal:
        given = parse_arguments(arguments, SCHEMA)
        choices = tuple(
            Choice(key=str(number), label=one["label"].strip(), detail=one.get("detail", ""))
            for number, one in enumerate(given.get("choices", ()), 1)
        )
        free_text = given.get("free_text", True)
        if not choices and not free_text:
            message = "A question without choices needs free_text, or nobody can answer it."
            raise ArgumentsError(message)
        return seal(
            Proposal(
                call_id=view.call_id,
                tool="ask",
                title=given["question"].strip().partition("\n")[0],
                effects=frozenset({"question"}),
                question=Question(
                    text=given["question"].strip(), choices=choices, free_text=free_text
                ),
                arguments=canonical(given),
            )
        )

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:
        del context
        question = approved.proposal.question
        answer = approved.decision.answer or ""
        chosen = [one for one in (question.choices if question else ()) if one.key == answer]
        said = f"The user chose: {chosen[0].label}" if chosen else f"The user answered: {answer}"
        if approved.decision.feedback:
            said += f"\nThey add: {approved.decision.feedback}"
        return ToolOutput(ok=True, text=said, summary=chosen[0].label if chosen else answer)
