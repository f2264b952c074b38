"""The tool `review`: a diff that the user brings, decided hunk by hunk like a model's edit.

No model is told of it. Its arguments name the diff by its digest; the diff itself is a payload of
the session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_agent.core.arguments import canonical, parse_arguments
from tui_agent.core.blob import preview_of
from tui_agent.core.digest import seal
from tui_agent.core.edit_call import carry_out, propose_changes
from tui_agent.core.edits import EditError, ForeignFile, foreign_changes
from tui_agent.core.messages import ToolSpec
from tui_agent.core.proposal import Proposal, ToolOutput

if TYPE_CHECKING:
    from tui_agent.core.ports import RunContext, View
    from tui_agent.core.proposal import Approved

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "source": {"type": "string", "minLength": 1},
        "diff": {"type": "string", "minLength": 1},
        "whole": {"type": "boolean"},
    },
    "required": ["source", "diff"],
    "additionalProperties": False,
}

DESCRIPTION = "Apply a diff that the user brings, as far as the user accepts it."

ReadDiff = Callable[[bytes], Sequence[ForeignFile]]


class Review:
    """Proposes what a diff does to the files as they are now.

    Files that do not fit are named and left out; with `whole` they refuse all of it.
    """

    reads_only = False
    spec = ToolSpec(name="review", description=DESCRIPTION, parameters=SCHEMA)

    def __init__(self, read_diff: ReadDiff) -> None:
        """Read diffs with `read_diff`, which raises EditError for what is none."""
        self._read_diff = read_diff

    async def prepare(self, arguments: str, view: View) -> Proposal:
        given = parse_arguments(arguments, SCHEMA)
        reading = foreign_changes(self._read_diff(view.load(given["diff"])), view.files)
        if reading.refused and (given.get("whole") or not reading.changes):
            raise EditError("no-match", "\n".join(reading.refused))
        notes = (
            *(f"left out: {one}" for one in reading.refused),
            *(f"already there: {one}" for one in reading.there),
        )
        if not reading.changes:
            proposal = Proposal(
                call_id=view.call_id,
                tool="review",
                title="already there",
                effects=frozenset({"read"}),
                notes=notes,
                arguments=canonical(given),
            )
            return seal(proposal)
        proposal = propose_changes("review", reading.changes, given, view)
        return seal(replace(proposal, notes=(*notes, *proposal.notes)))

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:
        notes = approved.proposal.notes
        if approved.proposal.patch is None:
            text = "\n".join(["Everything in this diff is there already.", *notes])
            return ToolOutput(ok=True, text=text, summary="already there")
        output = carry_out(context)
        text = "\n".join([preview_of(output.text), *notes])
        return replace(output, text=text, seen=())  # The model has not read these files.
