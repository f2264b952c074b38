"""Keeps calls of a provider as far apart as its limits a minute want; children share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

MINUTE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What a provider lets one do in a minute. 0 is no limit."""

    requests: float = 0.0
    tokens: float = 0.0
    """In and out together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """When a call may begin."""

    seconds: float
    """How long it waits from now."""
    why: str = ""
    """What it waits for, in words."""


class Pace:
    """Gives out the moments at which calls may begin; `now` gives seconds that never go back.

    Calls are spaced evenly rather than let go in bursts: with two requests a minute, each begins
    30 s after the one before. Tokens push the next call away by the time that they are worth.
    """

    def __init__(self, rates: Mapping[str, Rate], now: Callable[[], float]) -> None:
        self._rates = rates
        self._now = now
        self._requests: dict[str, float] = {}
        self._tokens: dict[str, float] = {}
        self._asked: dict[str, float] = {}

    def take(self, provider: str) -> Slot:
        """Take the next moment at which a call of this provider may begin."""
        now = self._now()
        rate = self._rates.get(provider, Rate())
        reasons = (
            (self._requests.get(provider, now), f"{_plain(rate.requests)} requests a minute"),
            (self._tokens.get(provider, now), f"{_plain(rate.tokens)} tokens a minute"),
            (self._asked.get(provider, now), "the provider's own limit"),
        )
        at, why = max(reasons)
        at = max(at, now)
        if rate.requests:
            self._requests[provider] = at + MINUTE / rate.requests
        return Slot(seconds=at - now, why=why if at > now else "")

    def spent(self, provider: str, tokens: int) -> None:
        """Count what a call has used."""
        rate = self._rates.get(provider, Rate())
        if rate.tokens:
            before = max(self._now(), self._tokens.get(provider, 0.0))
            self._tokens[provider] = before + tokens * MINUTE / rate.tokens

    def hold(self, provider: str, seconds: float) -> None:
        """Let no call of this provider begin for so long: it has asked for it."""
        at = self._now() + seconds
        self._asked[provider] = max(at, self._asked.get(provider, 0.0))


def _plain(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:g}"
