"""The tool `list`: names of files and folders, the ignored ones left out."""

from __future__ import annotations

from typing import Any

from tui_agent.core.arguments import canonical, parse_arguments
from tui_agent.core.digest import seal
from tui_agent.core.lookup import LookupFailedError
from tui_agent.core.messages import ToolSpec
from tui_agent.core.ports import RunContext, View
from tui_agent.core.proposal import Approved, Proposal, Target, ToolOutput

ENTRIES = 500
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "path": {"type": "string", "description": "Folder; the workspace if left out"},
        "depth": {
            "type": "integer",
            "minimum": 1,
            "maximum": 20,
            "description": "Levels; 1 if left out",
        },
    },
    "additionalProperties": False,
}


class List:
    """Lists; changes nothing."""

    reads_only = True
    spec = ToolSpec(
        name="list",
        description=(
            "List a folder: one path a line, folders end with /. Ignored files are left out. To "
            "find a file by its name, list with a large depth or use search."
        ),
        parameters=SCHEMA,
    )

    async def prepare(self, arguments: str, view: View) -> Proposal:
        given = parse_arguments(arguments, SCHEMA)
        path = view.workspace.locate(given.get("path") or ".")
        return seal(
            Proposal(
                call_id=view.call_id,
                tool="list",
                title=path,
                effects=frozenset({"read"}),
                targets=(Target(path=path, effect="read"),),
                arguments=canonical(given | {"path": path}),
            )
        )

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:
        given = parse_arguments(approved.proposal.arguments, SCHEMA)
        try:
            listing = await context.workspace.list_files(given["path"], depth=given.get("depth", 1))
        except LookupFailedError as error:
            return ToolOutput(ok=False, text=str(error), summary="not found", error="no-match")
        shown = listing.entries[:ENTRIES]
        more = len(listing.entries) - len(shown)
        lines = [*shown] or ["(no files, or all of them ignored)"]
        if more:
            lines.append(f"… {more:,} more; name a folder or a smaller depth")
        summary = f"{len(listing.entries)} {'entry' if len(listing.entries) == 1 else 'entries'}"
        return ToolOutput(ok=True, text="\n".join(lines), summary=summary, truncated=more > 0)
