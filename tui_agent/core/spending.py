"""What is said of money: what was spent, what a call may cost, and the pause before one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tui_agent.core.messages import ModelFacts, Usage

Scope = Literal["turn", "session", "day"]
SCOPES: tuple[Scope, ...] = ("turn", "session", "day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """Dollars, as far as they are known."""

    usd: float = 0.0
    """What the answers of known price have cost."""
    unpriced: int = 0
    """Answers whose price is unknown: they are not in `usd`, and they were not free."""

    def plus(self, other: Spend) -> Spend:
        """Return the sum."""
        return Spend(usd=self.usd + other.usd, unpriced=self.unpriced + other.unpriced)

    def with_cost(self, cost: float | None) -> Spend:
        """Return this with one more answer."""
        return self.plus(Spend(unpriced=1) if cost is None else Spend(usd=cost))

    def minus(self, other: Spend) -> Spend:
        """Return what was added since."""
        return Spend(usd=self.usd - other.usd, unpriced=self.unpriced - other.unpriced)

    def with_cut_off(self) -> Spend:
        """Return this with an answer that was cut off: nobody says what that costs.

        Where everything before was free, it was free, too.
        """
        return self if self == NOTHING else self.with_cost(None)


NOTHING = Spend()


def added_up(spends: Iterable[Spend]) -> Spend:
    """Return the sum of many."""
    total = NOTHING
    for one in spends:
        total = total.plus(one)
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What one call of a model will probably take. The tokens are counted by rule of thumb."""

    model: str
    input_tokens: int
    cached_tokens: int = 0
    """Of the input, what the provider's cache will probably hold."""
    output_tokens: int = 0
    cost_usd: float | None = None
    """None where the price is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Why the next call waits, and what may be done instead."""

    scope: Scope
    """Whose cap it would pass."""
    cap: float
    spent: Spend
    next: Forecast
    raised: float
    """The cap that is offered, in dollars."""
    cheaper: Forecast | None = None
    """The same call by a cheaper model; None where none would stay below the cap."""
    summary: Forecast | None = None
    """The call that compacts; None where that would not help."""
    afterwards: float | None = None
    """About what the next call would cost after that, in dollars."""


def cost_of(usage: Usage, facts: ModelFacts) -> float | None:
    """Return about what a call costs by a model's list price; None where it is unknown.

    Input that the cache holds costs its own price, where there is one. Surcharges (for very long
    requests, or by the hour) are not foreseen: the provider's count replaces this afterwards.
    """
    price_in, price_out = facts.input_price, facts.output_price
    if price_in is None or price_out is None:
        return None
    read, written = usage.cached_tokens or 0, usage.cache_write_tokens or 0
    price_read = price_in if facts.cached_price is None else facts.cached_price
    price_write = price_in if facts.cache_write_price is None else facts.cache_write_price
    fresh = max(0, (usage.input_tokens or 0) - read - written)
    out = usage.output_tokens or 0
    return fresh * price_in + read * price_read + written * price_write + out * price_out


def next_cap(passed: float) -> float:
    """Return the round amount to offer as a cap once this much would be spent, in dollars.

    1, 2 or 5 times a power of ten, and at least a third more than is needed.
    """
    needed = max(passed * 4 / 3, 0.01)
    step = 0.01
    while True:
        for factor in (1, 2, 5):
            if step * factor >= needed:
                return round(step * factor, 2)
        step *= 10


def amount_in(text: str) -> float | None:
    """Return the dollars that a person typed; None where it is no amount above nothing."""
    try:
        amount = float(text.strip().lstrip("$"))
    except ValueError:
        return None
    return amount if 0 < amount < float("inf") else None


CENT = 0.01


def dollars(amount: float) -> str:
    """Return an amount: in cents, or exactly enough below a cent."""
    return f"${amount:.4f}" if 0 < amount < CENT else f"${amount:.2f}"
