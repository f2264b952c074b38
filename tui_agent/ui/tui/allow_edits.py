"""Allowing more than the edit under review: a list of rules, the narrowest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_agent.core.commands import Decide
from tui_agent.ui.allowing import SCOPE_WORDS, SCOPES, SPANS, allowed
from tui_agent.ui.tui.palette import pick
from tui_agent.ui.tui.picker import Choice
from tui_agent.ui.tui.summary import waiting_of

if TYPE_CHECKING:
    from tui_agent.ui.tui.deeds import Deeds

NONE = "No rule is offered for this edit: it touches files that ask in every mode."


def allow_edits(deeds: Deeds) -> bool:
    """Let a person choose a rule; taking one accepts all of this edit, too."""
    state = deeds.frame.state
    waiting = waiting_of(state)
    if waiting is None or not deeds.frame.arming.armed:
        return True
    offers = state.call(waiting).offers
    if not offers:
        deeds.toast(NONE, bad=True)
        return True
    choices = [
        Choice(
            value=f"{number} {place}",
            label=offer.text,
            group=scope,
            notes=(
                ("accepts this edit whole, and such edits from now on", "text-2"),
                (SCOPE_WORDS[scope], "text-3"),
            ),
        )
        for place, scope in enumerate(SCOPES)
        for number, offer in enumerate(offers)
    ]

    def taken(value: str) -> None:
        number, place = map(int, value.split(" "))
        decision = allowed(offers[number], SCOPES[place], SPANS[0])
        deeds.client.send(Decide(request_id=waiting.request_id, decision=decision))
        deeds.frame.to_prompt()

    pick(deeds.shell, "rules", choices, taken, verb="allow it")
    return True
