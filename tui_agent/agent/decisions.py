"""A person's answer to an open request: checked, recorded, and passed on to the one who waits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.agent.effects import completed, settled_files
from tui_agent.agent.gate import denied, edited
from tui_agent.core.commands import Decide, DraftVerdicts
from tui_agent.core.events import ApprovalDecided, VerdictsDrafted
from tui_agent.core.patch import PatchError, all_run_ids, changed_since
from tui_agent.core.proposal import Decision, Proposal
from tui_agent.core.rules import covers_call, covers_part
from tui_agent.core.sound_rules import problem_of

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.settings import RuleSettings
    from tui_agent.core.state import Call


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
    problem = _problem(engine, call, call.proposal, decision)
    if call.proposal.patch is not None and not problem:
        try:
            decision = completed(call.proposal.patch, decision)
            settled_files(engine, call.proposal.patch, decision.hunks)
        except (PatchError, KeyError) as error:
            problem = str(error)
    if problem:
        engine.notice(f"The answer was not taken: {problem}.", "warning")
        return False
    decision = _kept(engine, decision)
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
    engine.approvals.answered(command.request_id)
    return True


def draft(engine: Engine, command: DraftVerdicts) -> None:
    """Record what has been decided so far of an open review, as far as it is new.

    Where the log cannot be written it stands in the review alone; the answer will tell of the log.
    """
    state = engine.live.state
    waiting = state.waiting.get(command.request_id)
    call = state.call(waiting) if waiting is not None else None
    if waiting is None or call is None or call.proposal is None or call.proposal.patch is None:
        return
    known = set(all_run_ids(call.proposal.patch.files))
    stand = [one for one in command.hunks if known.issuperset(one.runs)]
    hunks, taken_back = changed_since(call.kept, stand)
    if hunks or taken_back:
        engine.live.note_down(
            VerdictsDrafted(
                request_id=command.request_id,
                call_id=call.id,
                hunks=hunks,
                taken_back=taken_back,
            ),
            waiting.agent_id,
        )


def _problem(engine: Engine, call: Call, proposal: Proposal, decision: Decision) -> str:
    if decision.command is not None:
        if not decision.command.strip():
            return "the edited command is empty"
        forbidden = denied(engine, edited(engine, proposal, decision.command))
        if forbidden and call.origin != "user":
            return f"a rule forbids the edited command: {forbidden}"
        if engine.world.redact(decision.command)[1]:
            # It is recorded with a mask, and what is recorded is what would be run.
            return "the edited command holds what looks like a secret: put that into a variable"
    if decision.verdict == "rule":
        wrong = _wrong_rule(proposal, decision)
        if wrong:
            return wrong
    question = proposal.question
    if question is None or decision.verdict == "reject" or question.kind == "plan":
        return ""
    keys = [choice.key for choice in question.choices]
    if decision.answer is None or (not question.free_text and decision.answer not in keys):
        return f"the question wants one of {', '.join(keys)}" if keys else "the answer is empty"
    return ""


def _wrong_rule(proposal: Proposal, decision: Decision) -> str:
    """Say why a rule is not what was asked about; empty where it is."""
    rule = decision.rule
    if rule is None or rule.action != "allow":
        return "there is no rule to allow"
    problem = problem_of(rule)
    if problem:
        return problem
    parts = proposal.command.parts if proposal.command is not None else ()
    about = [covers_part(rule, proposal, part) for part in parts] or [covers_call(rule, proposal)]
    return "" if any(about) else "the rule is not about this call"


def _no_place(_: RuleSettings) -> str:
    raise OSError("there is no place for them")


def _kept(engine: Engine, decision: Decision) -> Decision:
    """Write a rule into the user's settings where that is wanted; else it holds for the session."""
    if decision.verdict != "rule" or decision.rule is None or decision.scope != "user":
        return decision
    keep = engine.world.gate.keep_rule or _no_place
    try:
        place = keep(decision.rule)
    except (OSError, ValueError) as error:
        engine.notice(
            f"The rule holds for this session only; your settings were not changed: {error}",
            "warning",
        )
        return replace(decision, scope="session")
    engine.notice(f"The rule was written to {place}.")
    return decision
