"""A person's answer to an open request: checked, recorded, and passed on to the one who waits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.agent.effects import completed, settled_files
from tui_agent.core.commands import Decide
from tui_agent.core.events import ApprovalDecided
from tui_agent.core.patch import PatchError
from tui_agent.core.policy import plain_words, session_key
from tui_agent.core.proposal import Decision, Proposal

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine


def take(engine: Engine, command: Decide) -> bool:
    """Record the first answer to an open request; return whether it was this one.

    An answer that does not fit its proposal is refused with a notice, and the request stays open.
    """
    state = engine.live.state
    waiting = state.waiting.get(command.request_id)
    if waiting is None:
        return False
    call = state.call(waiting)
    if call.proposal is None:
        return False
    decision = command.decision
    problem = _problem(call.proposal, decision)
    if call.proposal.patch is not None and not problem:
        try:
            decision = completed(call.proposal.patch, decision)
            settled_files(engine, call.proposal.patch, decision.hunks)
        except (PatchError, KeyError) as error:
            problem = str(error)
    if problem:
        engine.notice(f"The answer was not taken: {problem}.", "warning")
        return False
    engine.live.emit(
        ApprovalDecided(
            request_id=command.request_id,
            call_id=call.id,
            decision=decision,
            round=call.round,
            waited_ms=max(0, engine.live.now_ms() - waiting.mono_ms),
        ),
        waiting.agent_id,
    )
    _remember(engine, waiting.agent_id, call.proposal, decision)
    engine.approvals.answered(command.request_id)
    return True


def _problem(proposal: Proposal, decision: Decision) -> str:
    if decision.command is not None and not decision.command.strip():
        return "the edited command is empty"
    if decision.verdict == "rule" and proposal.command is not None:
        words = plain_words(proposal.command.text)
        if not decision.prefix or words[: len(decision.prefix)] != decision.prefix:
            return "the prefix does not begin this command"
    question = proposal.question
    if question is None or decision.verdict == "reject" or question.kind == "plan":
        return ""
    keys = [choice.key for choice in question.choices]
    if decision.answer is None or (not question.free_text and decision.answer not in keys):
        return f"the question wants one of {', '.join(keys)}" if keys else "the answer is empty"
    return ""


def _remember(engine: Engine, agent_id: str, proposal: Proposal, decision: Decision) -> None:
    """Hold an answer for the session in this process; a session taken up again asks again."""
    if decision.verdict == "session":
        command = proposal.command
        if command is not None and decision.command is not None:
            proposal = replace(proposal, command=replace(command, text=decision.command))
        engine.approved.add((agent_id, session_key(proposal)))
    elif decision.verdict == "rule" and decision.prefix:
        engine.prefixes.append((agent_id, decision.prefix))
