"""The tool `task`: a child agent does a piece of the work, with a fresh mind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui_agent.core.agents import TASK_TOOL, AgentDefinition
from tui_agent.core.arguments import canonical, parse_arguments
from tui_agent.core.copies import CopyChanges
from tui_agent.core.digest import seal
from tui_agent.core.effect_call import effects_of, next_round
from tui_agent.core.messages import ToolSpec
from tui_agent.core.ports import RunContext, View
from tui_agent.core.proposal import Approved, Proposal, ToolOutput

DESCRIPTION_CHARACTERS = 200
"""Of each agent's description, what the model is told."""


class Task:
    """Sends a child agent out; the children of one response work side by side."""

    reads_only = True

    def __init__(self, definitions: Mapping[str, AgentDefinition]) -> None:
        """Offer these kinds of children."""
        self._schema = _schema(sorted(definitions))
        lines = [_line(definitions[name]) for name in sorted(definitions)]
        self.spec = ToolSpec(
            name=TASK_TOOL,
            description=(
                "Hand a self-contained piece of work to a child agent. It sees nothing of this "
                "conversation: put into `task` all that it needs, and what to report. You get its "
                "last message. Ask for several in one response and they work side by side.\n"
                + "\n".join(lines)
            ),
            parameters=self._schema,
        )

    async def prepare(self, arguments: str, view: View) -> Proposal:
        given = parse_arguments(arguments, self._schema)
        first = given["task"].strip().partition("\n")[0]
        return seal(
            Proposal(
                call_id=view.call_id,
                tool=TASK_TOOL,
                title=f"{given['agent']}: {first}",
                effects=frozenset({"read"}),
                arguments=canonical(given),
            )
        )

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput | Proposal:
        if approved.proposal.ran is not None:
            return next_round(approved, context)
        given = parse_arguments(approved.proposal.arguments, self._schema)
        if context.agents is None:
            return ToolOutput(ok=False, text="There are no child agents here.", error="no_agents")
        back = await context.agents.run(context.call_id, given["agent"], given["task"])
        if back.changes == CopyChanges():
            return back.output
        return effects_of(approved, back.output, 0, back.changes, context)


def _schema(names: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "agent": {"type": "string", "enum": names},
            "task": {"type": "string", "minLength": 1, "maxLength": 20_000},
        },
        "required": ["agent", "task"],
        "additionalProperties": False,
    }


def _line(one: AgentDefinition) -> str:
    text = " ".join(one.description.split())
    short = text[: DESCRIPTION_CHARACTERS - 1] + "…" if len(text) > DESCRIPTION_CHARACTERS else text
    return f"- {one.name}: {short}"
