"""The choice of a rule below an approval: which, what it would have matched, where, how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_agent.core.proposal import Decision, Offer, Proposal
from tui_agent.core.rules import covers_part
from tui_agent.ui.allowing import SCOPE_WORDS, SCOPES, SPANS, allowed, matched_words
from tui_agent.ui.tui.file_items import filled
from tui_agent.ui.tui.paper import Row, Sheet, blank_row, make_row, paragraph

INDENT = 2
NUMBER = 5
LABELS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """What is chosen so far."""

    offers: tuple[Offer, ...]
    proposal: Proposal
    chosen: int = 0
    scope: int = 0
    span: int = 0

    def moved(self, step: int) -> Choosing:
        """Choose the next rule or the one before."""
        return self.at(self.chosen + step)

    def at(self, place: int) -> Choosing:
        """Choose a rule by its place, from 0; a place that is none changes nothing."""
        return replace(self, chosen=place) if 0 <= place < len(self.offers) else self

    def elsewhere(self) -> Choosing:
        """Let it hold somewhere else."""
        return replace(self, scope=(self.scope + 1) % len(SCOPES))

    def longer(self) -> Choosing:
        """Let it hold for another span."""
        return replace(self, span=(self.span + 1) % len(SPANS))

    @property
    def left(self) -> str:
        """What still asks with the chosen rule."""
        return still_asking(self.proposal, self.offers[self.chosen])

    def decision(self) -> Decision:
        """Return the answer that this is."""
        return allowed(self.offers[self.chosen], SCOPES[self.scope], SPANS[self.span])


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowKeys:
    """The keys of the choice, as they are now."""

    take: str
    scope: str
    span: str
    back: str


def allow_rows(sheet: Sheet, choosing: Choosing, keys: AllowKeys, *, armed: bool) -> list[Row]:
    """Return the rules with what each would have matched, and what else is to be chosen."""
    rows = [
        make_row(sheet, [sheet.span("  Allow", "text bold"), sheet.span("  from now on", "text-2")])
    ]
    for number, offer in enumerate(choosing.offers):
        rows += _offer(sheet, number, offer, focused=number == choosing.chosen)
    rows.append(blank_row(sheet))
    key = "text bold" if armed else "text-3"
    scope = SCOPE_WORDS[SCOPES[choosing.scope]]
    for shown, label, words in (
        (keys.scope, "where", scope),
        (keys.span, "lasts", SPANS[choosing.span].words),
    ):
        rows.append(
            make_row(
                sheet,
                [
                    sheet.span(f"  {shown}  ".ljust(NUMBER), key),
                    sheet.span(label.ljust(LABELS - NUMBER), "text-3"),
                    sheet.span(words, "text"),
                ],
            )
        )
    rows.append(blank_row(sheet))
    rows.append(
        make_row(
            sheet,
            [
                sheet.span(f"  {keys.take}", key),
                sheet.span(
                    f"  allow it{f'; {choosing.left}' if choosing.left else ', and this call'}    ",
                    "text-2",
                ),
                sheet.span(keys.back, "text bold"),
                sheet.span("  back", "text-2"),
            ],
        )
    )
    return rows


def chosen_row(sheet: Sheet, choosing: Choosing) -> int:
    """Return the row of the chosen rule among those of `allow_rows`."""
    before = enumerate(choosing.offers[: choosing.chosen])
    return 1 + sum(len(_offer(sheet, place, offer, focused=False)) for place, offer in before)


def _offer(sheet: Sheet, number: int, offer: Offer, *, focused: bool) -> Sequence[Row]:
    """Return a rule with a band behind it where it is chosen, and its matches below."""
    inner = replace(sheet, plane="selected" if focused else sheet.plane, width=sheet.width)
    sign = sheet.glyphs.gutter_focused if focused else " "
    spans = [
        inner.span(f" {sign}", "accent"),
        inner.span(f"{number + 1}  ", "text bold"),
        inner.span(offer.text, "text bold" if focused else "text"),
    ]
    rows = [make_row(inner, filled(inner, spans, ()), start=NUMBER)]
    past = matched_words(offer)
    if past:
        role = "text-2" if focused else "text-3"
        rows += [
            *paragraph(inner, [inner.span(past, role)], indent=NUMBER),
        ]
    return rows


def widest(proposal: Proposal, offer: Offer) -> str:
    """Say how far a rule may reach, what it would have matched, and what would still ask."""
    words = offer.text if offer.rule.argv else f"up to {offer.text}"
    if offer.past:
        words += f": {offer.matched} of {offer.past} past commands"
    left = still_asking(proposal, offer)
    return f"{words}; {left}" if left else words


def still_asking(proposal: Proposal, offer: Offer) -> str:
    """Say which parts of a command a rule leaves open."""
    parts = proposal.command.parts if proposal.command is not None else ()
    open_ = [
        str(number)
        for number, part in enumerate(parts, 1)
        if part.verdict == "ask" and not covers_part(offer.rule, proposal, part)
    ]
    return f"part {', '.join(open_)} still asks" if open_ else ""
