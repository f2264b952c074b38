"""When a failed attempt at a model is followed by another, and how long after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui_agent.adapters.models.faults import Fault
from tui_agent.core.messages import FailureKind


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRule:
    """When a failed attempt is followed by another, and how long after."""

    attempts: Mapping[FailureKind, int]
    """At most so many, by what went wrong; a kind that is missing gets one."""
    first_wait: float = 0.5
    """Seconds before the second attempt, half of it at random; doubled for each further one."""
    longest_wait: float = 30.0
    """Seconds; also the longest that a server's Retry-After is obeyed for."""

    def wait(self, fault: Fault, attempt: int, chance: float) -> float | None:
        """Return the seconds until the next attempt, or None if there is none.

        `attempt` counts from 1; `chance` is from 0 to 1. Full waits of many clients would fall
        together, hence the chance: half of the wait is drawn.
        """
        if not fault.retry or attempt >= self.attempts.get(fault.kind, 1):
            return None
        asked = fault.retry_after
        if asked is not None:
            return None if asked > self.longest_wait else asked
        whole = min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))
        return whole * (0.5 + 0.5 * chance)


PATIENT = RetryRule(
    attempts={"rate": 5, "server": 4, "broken": 3, "unreachable": 3, "timeout": 2, "host": 2}
)
