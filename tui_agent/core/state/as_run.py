"""What a call runs, as the person who allowed it has worded it."""

from __future__ import annotations

from tui_agent.core.state.values import Call


def command_of(call: Call) -> str:
    """Return the command that a call runs, as edited if it was; empty where it runs none."""
    proposal = call.proposal
    if proposal is None:
        return ""
    if proposal.ran is not None and proposal.ran.command is not None:
        return proposal.ran.command.text
    if proposal.command is None:
        return ""
    return _edited(call) or proposal.command.text


def title_of(call: Call) -> str:
    """Return what a call is about; empty before its proposal stands."""
    return _edited(call) or (call.proposal.title if call.proposal is not None else "")


def feedback_on_check(call: Call) -> str:
    """Return what the person said who did not let a check run; empty where nothing was said."""
    decision = call.decision
    denied = call.origin == "check" and call.ended == "denied"
    return decision.feedback if denied and decision is not None and decision.by == "user" else ""


def _edited(call: Call) -> str:
    return (call.decision.command or "") if call.decision is not None else ""
