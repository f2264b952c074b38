"""The tool `edit`: exact text of one file replaced, one or several places in order."""

from __future__ import annotations

from typing import Any

from tui_agent.core.arguments import parse_arguments
from tui_agent.core.edit_call import carry_out, propose_changes
from tui_agent.core.edits import OnStale, Replacement, str_replace
from tui_agent.core.messages import ToolSpec
from tui_agent.core.ports import RunContext, View
from tui_agent.core.proposal import Approved, Proposal, ToolOutput

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "path": {"type": "string"},
        "edits": {
            "type": "array",
            "minItems": 1,
            "maxItems": 200,
            "items": {
                "type": "object",
                "properties": {
                    "old": {"type": "string", "description": "Text as it is in the file"},
                    "new": {"type": "string", "description": "Text in its place"},
                    "all": {"type": "boolean", "description": "Replace every occurrence"},
                },
                "required": ["old", "new"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["path", "edits"],
    "additionalProperties": False,
}


class Edit:
    """Replaces text in one file; `on_stale` says what happens to one that changed since."""

    reads_only = False
    spec = ToolSpec(
        name="edit",
        description=(
            "Replace text in one file. `old` must be the file's exact text, indentation included, "
            "without line numbers, and must occur once: add lines around it until it does. Edits "
            "apply in order, each to the result of the one before; all or none."
        ),
        parameters=SCHEMA,
    )

    def __init__(self, *, on_stale: OnStale = "refuse") -> None:
        self._on_stale: OnStale = on_stale

    async def prepare(self, arguments: str, view: View) -> Proposal:
        given = parse_arguments(arguments, SCHEMA)
        edits = [
            Replacement(old=one["old"], new=one["new"], all=one.get("all", False))
            for one in given["edits"]
        ]
        changes = str_replace(given["path"], edits, view.files, on_stale=self._on_stale)
        return propose_changes("edit", changes, given, view)

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:
        del approved
        return carry_out(context)
