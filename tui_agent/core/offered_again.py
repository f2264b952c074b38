"""A command that the sandbox seems to have held back: the same once more, with what it lacked.

Only a person may say yes to that: no mode, no rule and no earlier approval does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from tui_agent.core.digest import seal
from tui_agent.core.proposal import Proposal, Ran, ToolOutput

WHAT = {"network": "the network", "outside": "files outside of the workspace"}


def offered_again(
    proposal: Proposal, output: ToolOutput, held: Literal["", "network", "outside"], ms: int
) -> Proposal | None:
    """Return what asks to run a failed command once more; None where nothing more can be had."""
    command = proposal.command
    if not held or command is None or proposal.failed is not None or command.view == "copy":
        return None
    if command.reach in (held, "outside"):
        return None
    note = f"it failed ({output.summary}); the sandbox seems to have kept it from {WHAT[held]}"
    return seal(
        replace(
            proposal,
            command=replace(command, reach=held, unasked=False, copying=None),
            effects=frozenset({"execute", held}),
            failed=Ran(command=command, output=output, ms=ms),
            notes=(*proposal.notes, note),
        )
    )


def not_again(failed: ToolOutput, text: str, reach: str, feedback: str) -> ToolOutput:
    """Return how the command, which had printed `text`, ended before it was not let run again."""
    held = WHAT.get(reach, "what it wanted")
    said = f"The sandbox held back {held}, and the user did not let it run again with that."
    more = f" They say: {feedback}" if feedback else ""
    return replace(failed, text=f"{text}\n[{said}{more}]")
