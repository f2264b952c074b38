"""Line mode's choice of a rule to allow: which, where and for how long."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.proposal import Decision, Offer
from tui_agent.ui.allowing import NO_RULE, SCOPE_WORDS, SCOPES, SPANS, allowed, matched_words
from tui_agent.ui.line_input import Input
from tui_agent.ui.text import Paper


async def choose_rule(given: Input, paper: Paper, offers: Sequence[Offer]) -> Decision | None:
    """Return the rule that the person allows; None where they go back."""
    if not offers:
        paper.put(NO_RULE)
        return None
    for number, offer in enumerate(offers, 1):
        past = matched_words(offer)
        paper.put([("bold", f"  {number}  "), ("", offer.text)])
        if past:
            paper.put([("dim", f"     {past}")])
    chosen = await _number(given, paper, "Allow which", len(offers))
    if chosen is None:
        return None
    for number, scope in enumerate(SCOPES, 1):
        paper.put([("bold", f"  {number}  "), ("", SCOPE_WORDS[scope])])
    where = await _number(given, paper, "Where", len(SCOPES))
    if where is None:
        return None
    for number, span in enumerate(SPANS, 1):
        paper.put([("bold", f"  {number}  "), ("", span.words)])
    long = await _number(given, paper, "For how long", len(SPANS))
    if long is None:
        return None
    return allowed(offers[chosen], SCOPES[where], SPANS[long])


async def _number(given: Input, paper: Paper, question: str, count: int) -> int | None:
    while True:
        said = (await given.line(f"{question} (1 to {count}; empty goes back)? ") or "").strip()
        if not said:
            return None
        if said.isdecimal() and 1 <= int(said) <= count:
            return int(said) - 1
        paper.put(f"A number from 1 to {count}.")
