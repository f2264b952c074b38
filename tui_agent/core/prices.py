"""What a model costs, in words, and which of two is dearer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.core.messages import ModelFacts

MILLION = 1_000_000
_CENTS = 0.1
"""Dollars below which two digits say too little."""


def price_words(facts: ModelFacts) -> str:
    """Return the price of a million tokens: `$3.00 in, $15.00 out`, or that it is unknown."""
    if facts.input_price is None or facts.output_price is None:
        return "price unknown"
    if not facts.input_price and not facts.output_price:
        return "free"
    return f"{_dollars(facts.input_price)} in, {_dollars(facts.output_price)} out"


def stand_in_words(facts: ModelFacts, instead_of: ModelFacts) -> str:
    """Return what it costs to have a model answer in another's place.

    That it is dearer is said wherever it may be so for one of the two kinds of tokens.
    """
    words = price_words(facts)
    if "$" in words:
        words += " a million tokens"
    pairs = (
        (facts.input_price, instead_of.input_price),
        (facts.output_price, instead_of.output_price),
    )
    if any(one is not None and other is not None and one > other for one, other in pairs):
        words += f"; dearer than {instead_of.model} ({price_words(instead_of)})"
    return words


def _dollars(price: float) -> str:
    amount = price * MILLION
    digits = 2 if amount >= _CENTS or not amount else 3
    return f"${amount:.{digits}f}"
