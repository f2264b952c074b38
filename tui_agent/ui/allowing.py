"""What a person chooses beside a rule that they allow: where it holds and when it ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from tui_agent.core.proposal import Decision, Offer
from tui_agent.core.settings import RuleSettings

NO_RULE = "No rule could tell this command from another one: allow it once, or for the session."
Scope = Literal["session", "user"]
SCOPES: tuple[Scope, ...] = ("session", "user")
SCOPE_WORDS: dict[Scope, str] = {
    "session": "in this session",
    "user": "always: it is written into your settings",
}


@dataclass(frozen=True, slots=True)
class Span:
    """How long a rule holds."""

    words: str
    uses: int = 0
    minutes: int = 0


SPANS = (
    Span("without an end"),
    Span("once more", uses=1),
    Span("5 more times", uses=5),
    Span("for 30 minutes", minutes=30),
    Span("for 8 hours", minutes=480),
)


def allowed(offer: Offer, scope: Scope, span: Span, now: datetime | None = None) -> Decision:
    """Return the answer that allows an offered rule for a span, from `now` on."""
    return Decision(verdict="rule", rule=limited(offer.rule, span, now), scope=scope)


def limited(rule: RuleSettings, span: Span, now: datetime | None = None) -> RuleSettings:
    """Return the rule with its end."""
    until = ""
    if span.minutes:
        end = (now or datetime.now(UTC)) + timedelta(minutes=span.minutes)
        until = end.strftime("%Y-%m-%dT%H:%MZ")
    return replace(rule, uses=span.uses, until=until)


def matched_words(offer: Offer) -> str:
    """Say what a rule would have matched of the commands so far."""
    if not offer.past:
        return ""
    words = f"matches {offer.matched} of {offer.past} past commands"
    return f"{words}: {', '.join(offer.examples)}" if offer.examples else words
