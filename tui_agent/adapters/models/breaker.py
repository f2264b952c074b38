"""A breaker for each provider: one that fails again and again is left alone for a while.

Closed, it counts failures in a row. At `FAILURES` it opens for `OPEN_SECONDS`; then each call is a
trial: `SUCCESSES` in a row close it, a failure opens it again. (Nygard, "Release It!", 2007.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui_agent.adapters.models.faults import Fault

FAILURES = 5
"""Failed attempts in a row that open a breaker."""
OPEN_SECONDS = 60.0
SUCCESSES = 2
"""Answers in a row that close one again."""
_PROVIDERS_FAULT = frozenset({"rate", "server", "timeout", "broken", "unreachable"})


@dataclass(slots=True)
class _One:
    failures: int = 0
    successes: int = 0
    until: float = 0.0
    """When it may be tried again."""
    tripped: bool = False


class Breakers:
    """What is known of each provider's last calls; `now` gives seconds that never go back."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._known: dict[str, _One] = {}

    def seconds_left(self, provider: str) -> float:
        """Return for how long a provider is to be left alone; 0 where it may be asked."""
        one = self._known.get(provider)
        return max(0.0, one.until - self._now()) if one is not None and one.tripped else 0.0

    def tripped(self, provider: str) -> bool:
        """Return whether a provider still has to prove itself."""
        one = self._known.get(provider)
        return one is not None and one.tripped

    def answered(self, provider: str) -> None:
        """Count an answer."""
        one = self._known.get(provider)
        if one is None:
            return
        one.failures = 0
        one.successes += 1
        if one.successes >= SUCCESSES:
            self._known.pop(provider)

    def failed(self, provider: str, fault: Fault) -> None:
        """Count a failed attempt; what is not the provider's own trouble doesn't count."""
        if fault.kind not in _PROVIDERS_FAULT:
            return
        one = self._known.setdefault(provider, _One())
        one.failures += 1
        one.successes = 0
        if one.tripped or one.failures >= FAILURES:
            one.tripped = True
            one.until = self._now() + OPEN_SECONDS
