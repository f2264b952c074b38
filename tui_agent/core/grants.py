"""What a person allowed for the session: exactly one call, or what a rule is about.

A grant holds in the process that got it and for the agent that asked. It is folded from the log, so
that everybody who reads the log knows what was allowed when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui_agent.core.digest import digest_of
from tui_agent.core.proposal import Decision, Proposal
from tui_agent.core.rules import has_ended, text_of
from tui_agent.core.settings import RuleSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One approval for the session."""

    id: str
    """The id of the request that it answered."""
    agent_id: str
    tool: str
    text: str
    """What is allowed, in words."""
    ts: str
    key: str = ""
    """What exactly is allowed: see `session_key`; empty where `rule` says it."""
    rule: RuleSettings | None = None
    scope: str = "session"
    """`user` where it was written into the user's settings as well."""


def session_key(proposal: Proposal) -> str:
    """Return what an approval for the session binds.

    For a command its text, folder and reach; for anything else the digest of all of it, so that an
    edit is the same only over the same bytes.
    """
    command = proposal.command
    if command is not None:
        return f"{proposal.tool}\0{command.text}\0{command.cwd}\0{command.reach}"
    return f"{proposal.tool}\0{digest_of(proposal)}"


def grant_of(
    request_id: str, agent_id: str, ts: str, proposal: Proposal, decision: Decision
) -> Grant | None:
    """Return what an answer allows for the session; None where it allows nothing beyond its call.

    A command that was edited is granted by nobody: the words that were seen are not those that run.
    """
    if decision.by != "user" or decision.verdict not in ("session", "rule"):
        return None
    exact = decision.verdict == "session"
    if exact and decision.command is not None:
        return None
    if not exact and decision.rule is None:
        return None
    rule = None if exact else decision.rule
    return Grant(
        id=request_id,
        agent_id=agent_id,
        tool=proposal.tool,
        text=text_of(rule) if rule is not None else f"allow {proposal.tool} {proposal.title}",
        ts=ts,
        key=session_key(proposal) if exact else "",
        rule=rule,
        scope=decision.scope if rule is not None else "session",
    )


def is_live(grant: Grant, now: str, used: Mapping[str, int]) -> bool:
    """Return whether a grant still holds."""
    rule = grant.rule
    if rule is None:
        return True
    return not (rule.uses and used.get(grant.id, 0) >= rule.uses) and not has_ended(rule, now)
