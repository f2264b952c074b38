"""What the model is told of a call that was refused, and how the end of a call is recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from tui_agent.core.events import ToolFinished
from tui_agent.core.how_to_allow import how_to_allow
from tui_agent.core.offered_again import not_again
from tui_agent.core.patch import Settled, tell
from tui_agent.core.proposal import Decision, Proposal, Reason, ToolOutput

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.state import Call

APART = "It worked in a copy of the workspace; its changes were then decided on."
IN_A_COPY = "The command ran in a copy of the workspace; its changes were then decided on."

EndStatus = Literal["finished", "denied", "cancelled", "unknown", "failed", "not_run"]


def finished(
    engine: Engine, call: Call, output: ToolOutput, status: EndStatus, ms: int = 0
) -> None:
    """Record the end of a call; large texts become blobs.

    Where a command ran in a copy before, what it gave there stands before what became of it.
    """
    proposal = call.proposal
    if proposal is not None and proposal.failed is not None:
        ms += proposal.failed.ms
        if status == "denied" and proposal.command is not None:
            first = proposal.failed.output
            feedback = call.decision.feedback if call.decision is not None else ""
            told = engine.loaded(first.text)
            output = not_again(first, told, proposal.command.reach, feedback)
            status = "finished"
    if proposal is not None and proposal.ran is not None:
        how = IN_A_COPY if proposal.ran.command is not None else APART
        output = _after(engine, proposal.ran.output, output, how)
        ms += proposal.ran.ms
    engine.emit(ToolFinished(call_id=call.id, output=kept(engine, output), ms=ms, status=status))


def kept(engine: Engine, output: ToolOutput) -> ToolOutput:
    """Return an output whose long texts are payloads."""
    return replace(output, text=engine.stored(output.text), output=engine.stored(output.output))


def _after(engine: Engine, ran: ToolOutput, output: ToolOutput, how: str) -> ToolOutput:
    """Return the end of a command whose changes were decided on: one result for all rounds."""
    became = f"{how} {engine.loaded(output.text)}".rstrip()
    return replace(
        output,
        ok=ran.ok and output.ok,
        text=f"{engine.loaded(ran.text)}\n\n{became}",
        summary="  ".join(one for one in (ran.summary, output.summary) if one),
        exit_code=ran.exit_code,
        output=ran.output,
        truncated=ran.truncated,
        error=output.error or ran.error,
    )


def failure(kind: str, text: str) -> ToolOutput:
    """Return the result of a call that came to nothing: its class, and what helps to mend it."""
    return ToolOutput(ok=False, text=text, error=kind, summary=kind.replace("_", " "))


def users_own() -> Reason:
    """Return why a command that the user typed is not asked about."""
    return Reason(rule="user.command", text="you typed it", origin="you")


def rejection(engine: Engine, call: Call, proposal: Proposal, decision: Decision) -> ToolOutput:
    """Return what the model, or another program, is told of a call that was not allowed."""
    by_user = decision.by == "user"
    if decision.by == "engine":
        return ToolOutput(ok=False, text="Cancelled.", error="cancelled", summary="cancelled")
    if by_user:
        text = "The user rejected this call. Nothing was done."
        if decision.feedback:
            text += f" They say: {decision.feedback}"
        return ToolOutput(
            ok=False,
            text=text,
            error="rejected",
            summary="rejected",
            end_turn=not decision.feedback,
        )
    reason = decision.reason
    why = reason.text if reason is not None else "a rule forbids it"
    nobody = not engine.attended and reason is not None and why.startswith("nobody is there")
    text = f"Denied: {why}. Nothing was done."
    if call.origin == "client" and reason is not None:
        text += f" Rule {reason.rule}, {reason.origin}."
        if nobody:
            text += f"\n{how_to_allow(proposal, engine.circumstances)}"
    if "question" in proposal.effects:
        text += " Decide yourself, and say what you assumed."
    return ToolOutput(
        ok=False,
        text=text,
        error="needs_approval" if nobody and "question" not in proposal.effects else "denied",
        summary="denied",
    )


def nothing_applied(settled: tuple[Settled, ...], decision: Decision) -> ToolOutput:
    """Return what the model is told of a patch of which nothing was accepted."""
    reasons = [hunk.reason for hunk in decision.hunks if hunk.reason]
    text = tell(settled)
    if decision.feedback:
        text += f"\nThe user says: {decision.feedback}"
    return ToolOutput(
        ok=False,
        text=text,
        error="rejected",
        summary="rejected",
        end_turn=not reasons and not decision.feedback,
    )
