"""The tool `ask`: a question to the person, with choices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_agent.core.digest import seal
from tui_agent.core.messages import ToolSpec
from tui_agent.core.proposal import Choice, Proposal, Question, ToolOutput
from tui_agent.tools.arguments import canonical, parsed

if TYPE_CHECKING:
    from tui_agent.core.ports import RunContext, View
    from tui_agent.core.proposal import Approved

MOST_CHOICES = 9

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "question": {"type": "string", "minLength": 1},
        "choices": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "description": "Up to 9 answers to choose from; other words are always possible.",
        },
    },
    "required": ["question"],
}


class AskTool:
    """Asks the person something that only they can know."""

    reads_only = False
    spec = ToolSpec(
        name="ask",
        description="Ask the person a question, when the answer changes what you do and the code "
        "cannot tell. One question at a time.",
        parameters=SCHEMA,
    )

    async def prepare(self, arguments: str, view: View) -> Proposal:
        """Say what would be asked."""
        given = parsed(arguments, SCHEMA)
        labels = given.get("choices", [])[:MOST_CHOICES]
        choices = tuple(Choice(key=str(n), label=label) for n, label in enumerate(labels, 1))
        return seal(
            Proposal(
                call_id=view.call_id,
                tool="ask",
                title=given["question"],
                effects=frozenset({"question"}),
                question=Question(text=given["question"], choices=choices),
                arguments=canonical(given),
            )
        )

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:  # noqa: ARG002 - the port's form
        """Pass the answer on, word for word."""
        question = approved.proposal.question
        answer = approved.decision.answer or ""
        for choice in question.choices if question is not None else ():
            if choice.key == answer:
                answer = choice.label
        more = f" {approved.decision.feedback}" if approved.decision.feedback else ""
        return ToolOutput(ok=True, text=f"The user answers: {answer}{more}", summary=answer[:40])
