"""The tool `write`: a whole file."""

from __future__ import annotations

from typing import Any

from tui_agent.core.arguments import parse_arguments
from tui_agent.core.edit_call import carry_out, propose_changes
from tui_agent.core.edits import OnStale, write_file
from tui_agent.core.messages import ToolSpec
from tui_agent.core.ports import RunContext, View
from tui_agent.core.proposal import Approved, Proposal, ToolOutput

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "path": {"type": "string"},
        "content": {"type": "string", "description": "The whole content, final newline included"},
    },
    "required": ["path", "content"],
    "additionalProperties": False,
}


class Write:
    """Creates a file or replaces all of it; `on_stale` as in `edit`."""

    reads_only = False
    spec = ToolSpec(
        name="write",
        description=(
            "Create a file, or replace all of one that you have read. Folders are made. To change "
            "part of a file, use edit."
        ),
        parameters=SCHEMA,
    )

    def __init__(self, *, on_stale: OnStale = "refuse") -> None:
        self._on_stale: OnStale = on_stale

    async def prepare(self, arguments: str, view: View) -> Proposal:
        given = parse_arguments(arguments, SCHEMA)
        changes = write_file(given["path"], given["content"], view.files, on_stale=self._on_stale)
        return propose_changes("write", changes, given, view)

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:
        del approved
        return carry_out(context)
