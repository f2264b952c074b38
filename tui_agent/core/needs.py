"""What a model must be able to do, and which models can: chosen by need, not by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui_agent.core.messages import ModelFacts

ABILITIES = {"tools": "tools", "vision": "images", "images": "images", "reasoning": "reasoning"}
AT_LEAST = {"context": "context_tokens", "output": "output_limit"}
AT_MOST = {"in": "input_price", "out": "output_price"}
_BOUND = re.compile(r"(context|output|in|out)\s*(>=|<=)\s*\$?([0-9][0-9_,.]*)\s*([km]?)")
_SCALE = {"": 1.0, "k": 1e3, "m": 1e6}
MILLION = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that a model must be able to do."""

    text: str
    """As it was written."""
    field: str
    """The fact that it looks at."""
    bound: float | None = None
    """Tokens at least, or dollars a million tokens at most; None: the ability itself."""

    def met_by(self, facts: ModelFacts) -> bool:
        """Return whether a model can; what is not known of it, it cannot."""
        value = getattr(facts, self.field)
        if value is None:
            return False
        if self.bound is None:
            return bool(value)
        if self.field in AT_LEAST.values():
            return bool(value >= self.bound)
        return bool(value * MILLION <= self.bound)


class NoEligibleModelError(Exception):
    """No model that could be used does what is needed."""

    code = "no_eligible_model"

    def __init__(self, failing: Sequence[str], considered: int) -> None:
        what = ", ".join(failing)
        super().__init__(f"none of {considered} models that could be used meets: {what}")
        self.failing = tuple(failing)


def needs_of(words: Iterable[str]) -> tuple[Need, ...]:
    """Read needs, `tools` or `context>=100k` each. Raises ValueError for what is none."""
    return tuple(_need(word.strip()) for word in words if word.strip())


def _need(text: str) -> Need:
    if text in ABILITIES:
        return Need(text=text, field=ABILITIES[text])
    found = _BOUND.fullmatch(text.lower())
    if found is not None:
        name, sign, number, scale = found.groups()
        amount = float(number.replace("_", "").replace(",", "")) * _SCALE[scale]
        if name in AT_LEAST and sign == ">=":
            return Need(text=text, field=AT_LEAST[name], bound=amount)
        if name in AT_MOST and sign == "<=":
            return Need(text=text, field=AT_MOST[name], bound=amount)
    message = (
        f"{text!r} is no need: tools, vision, reasoning, context>=100k, output>=32k, in<=3 or "
        "out<=15 (dollars a million tokens)"
    )
    raise ValueError(message)


def eligible(needs: Sequence[Need], models: Iterable[ModelFacts]) -> list[ModelFacts]:
    """Return the models that meet every need, in their order."""
    return [one for one in models if all(need.met_by(one) for need in needs)]


def failing(needs: Sequence[Need], models: Sequence[ModelFacts]) -> list[str]:
    """Say which needs keep every model out: those that none meets, or else all of them."""
    alone = [need.text for need in needs if not any(need.met_by(one) for one in models)]
    if alone:
        return alone
    counts = [f"{need.text} ({sum(map(need.met_by, models))} do)" for need in needs]
    return [f"{' and '.join(counts)}, but none at once"] if counts else []


def cheapest_first(models: Iterable[ModelFacts]) -> list[ModelFacts]:
    """Return models by what they cost in and out together; unknown prices last."""

    def price(one: ModelFacts) -> tuple[bool, float, str]:
        known = one.input_price is not None and one.output_price is not None
        return not known, (one.input_price or 0.0) + (one.output_price or 0.0), one.model

    return sorted(models, key=price)
