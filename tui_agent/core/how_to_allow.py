"""What would have allowed a call that was denied because nobody is there to be asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tui_agent.core.policy import Circumstances, decide
from tui_agent.core.prefixes import offers
from tui_agent.core.proposal import Proposal
from tui_agent.core.rule_table import table_of
from tui_agent.core.settings import RuleSettings


def how_to_allow(proposal: Proposal, now: Circumstances) -> str:
    """Name what would allow a call: options, and the narrowest rule. Each was put to the gate."""
    options = [
        text
        for text, other in (
            ("--mode edit", replace(now, mode="edit")),
            ("--approve-all", replace(now, answer="approve")),
        )
        if decide(proposal, other).action == "allow"
    ]
    ways = [f"start the server with {' or '.join(options)}"] if options else []
    rule = _narrowest(proposal, now)
    if rule is not None:
        ways.append(f"put this rule into your settings:\n{table_of(rule)}")
    if not ways:
        return "No rule allows this: it always needs a person's answer."
    return f"To allow it, {', or '.join(ways)}".rstrip()


def _narrowest(proposal: Proposal, now: Circumstances) -> RuleSettings | None:
    for rule in _candidates(proposal):
        outcome = decide(proposal, replace(now, rules=(rule, *now.rules)))
        if outcome.action == "allow":
            return rule
    return None


def _candidates(proposal: Proposal) -> Iterator[RuleSettings]:
    for offer in offers(proposal):
        yield offer.rule
    for target in proposal.targets:
        yield RuleSettings(action="allow", tool=proposal.tool, path=target.path)
    yield RuleSettings(action="allow", tool=proposal.tool)
