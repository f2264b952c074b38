"""A proposal at the gate: decided by policy and recorded, or put to a person with what to allow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.agent.effects import accept_all
from tui_agent.agent.holding import held_back
from tui_agent.agent.results import users_own
from tui_agent.core.digest import seal
from tui_agent.core.events import ApprovalDecided, ApprovalRequested
from tui_agent.core.policy import READS, Outcome, decide
from tui_agent.core.prefixes import offers
from tui_agent.core.proposal import CommandPart, Decision, Offer, Proposal
from tui_agent.core.shell import judged
from tui_agent.core.shell.describe import described
from tui_agent.core.undo import UNDO_TOOL, asks_first

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.gate_means import Classifier
    from tui_agent.core.state import Call

_UNASKED = (READS, "toolset.allow")


def gate(engine: Engine, call: Call, proposal: Proposal, round_: int = 1) -> None:
    """Let the policy decide on a proposal: record its decision, or ask a person."""
    outcome = outcome_of(engine, call, proposal)
    proposal = _with_answer(proposal, outcome)
    if outcome.action == "ask":
        proposal = held_back(engine, call, proposal)
        engine.emit(
            ApprovalRequested(
                request_id=engine.world.ids("ask"),
                call_id=call.id,
                proposal=proposal,
                reason=outcome.reason,
                round=round_,
                considered=outcome.considered,
                offers=_offers(engine, call, proposal),
            )
        )
        return
    decision = _decision(proposal, outcome)
    engine.emit(
        ApprovalDecided(call_id=call.id, proposal=proposal, round=round_, decision=decision)
    )


def decided_alone(engine: Engine, call: Call) -> bool:
    """Decide what an earlier process has asked, where nobody is there to answer it any more.

    Return whether it is decided: by the gate as it is now.
    """
    if engine.attended or call.proposal is None:
        return False
    outcome = outcome_of(engine, call, call.proposal)
    if outcome.action == "ask":
        return False
    engine.emit(
        ApprovalDecided(
            request_id=call.request_id,
            call_id=call.id,
            round=call.round,
            decision=_decision(call.proposal, outcome),
        )
    )
    return True


def _decision(proposal: Proposal, outcome: Outcome) -> Decision:
    """Return what the gate decides without asking."""
    allowed = outcome.action == "allow"
    by_mode = outcome.reason.rule.startswith(("mode.", "read"))
    return Decision(
        verdict="rule" if allowed else "reject",
        by="mode" if by_mode else "rule",
        hunks=accept_all(proposal.patch) if allowed and proposal.patch is not None else (),
        reason=outcome.reason,
    )


def outcome_of(engine: Engine, call: Call, proposal: Proposal) -> Outcome:
    """Return what the gate says of a call.

    The user's own command runs, and an undo that takes all back; the user's own diff always asks,
    and so does an undo that has to leave something out, or takes back what a command did.
    """
    if proposal.ran is not None or proposal.failed is not None:
        return _asked_for(engine, proposal)
    if call.origin != "user":
        return decide(proposal, engine.circumstances)
    if proposal.patch is None or (call.tool == UNDO_TOOL and not asks_first(proposal)):
        return Outcome(action="allow", reason=users_own())
    return _asked_for(engine, proposal)


def _asked_for(engine: Engine, proposal: Proposal) -> Outcome:
    """Ask in any mode, whatever was allowed before: somebody wanted to see this first."""
    now = engine.circumstances
    forbidding = tuple(rule for rule in now.rules if rule.action != "allow")
    return decide(proposal, replace(now, mode="ask", rules=forbidding, grants=()))


def _with_answer(proposal: Proposal, outcome: Outcome) -> Proposal:
    """Return the proposal with what is said to each part of its command."""
    command = proposal.command
    if command is None:
        return proposal
    unasked = outcome.action == "allow" and outcome.reason.rule in _UNASKED
    parts = outcome.parts or command.parts
    return replace(proposal, command=replace(command, parts=parts, unasked=unasked))


def still_asks(engine: Engine, proposal: Proposal, decision: Decision) -> bool:
    """Return whether a call asks again although a person allowed a rule for a part of it."""
    if decision.verdict != "rule" or decision.by != "user" or proposal.command is None:
        return False
    return decide(proposal, engine.circumstances).action == "ask"


# A command that a person edited


def edited(engine: Engine, proposal: Proposal, text: str) -> Proposal:
    """Return the proposal with another command in its place, read anew."""
    command, classifier = proposal.command, engine.world.gate.classifier
    if command is None:
        return proposal
    command = replace(command, text=text, parts=(), unread="it was edited", unasked=False)
    if classifier is None:
        return seal(replace(proposal, command=command))
    found = described(command, classifier, engine.world.workspace)
    return seal(
        replace(
            proposal,
            command=found.command,
            effects=found.effects,
            targets=found.targets,
            hosts=found.hosts,
        )
    )


def denied(engine: Engine, proposal: Proposal) -> str:
    """Say which rule forbids a call whatever anybody answers; empty where none does."""
    now = replace(engine.circumstances, attended=True, answer="", mode="ask")
    outcome = decide(proposal, now)
    return outcome.reason.text if outcome.action == "deny" else ""


# What was run before


async def learn_past(engine: Engine, proposal: Proposal) -> None:
    """Read the commands of earlier sessions once, off the loop, before the first is asked about."""
    classifier = engine.world.gate.classifier
    if engine.past is not None or classifier is None or not engine.attended:
        return
    if proposal.command is not None and not proposal.command.only_reads:
        engine.past = ()  # Calls beside this one do not wait for it.
        load = engine.world.gate.commands_before
        engine.past = await asyncio.to_thread(_read_past, classifier, load)


def _read_past(
    classifier: Classifier, load: Callable[[], Sequence[str]]
) -> tuple[tuple[CommandPart, ...], ...]:
    return tuple(
        tuple(
            CommandPart(text=one.simple.text, words=one.simple.words)
            for one in judged(classifier.read(text))
        )
        for text in load()
    )


def _offers(engine: Engine, call: Call, proposal: Proposal) -> tuple[Offer, ...]:
    """Return what may be allowed instead of one call; nothing frees what the sandbox held back."""
    if not engine.attended or proposal.failed is not None:
        return ()
    return offers(proposal, _past(engine, call))


def _past(engine: Engine, asking: Call) -> tuple[tuple[CommandPart, ...], ...]:
    """Return the commands of earlier sessions and of this one, the oldest first."""
    ours = tuple(
        call.proposal.command.parts
        for agent in engine.live.state.agents.values()
        for turn in agent.turns
        for call in turn.calls.values()
        if call.id != asking.id and call.proposal is not None and call.proposal.command is not None
    )
    return (engine.past or ()) + ours
