"""Which steps a turn can do without where the model's provider is in trouble."""

from __future__ import annotations

from tui_agent.core.state.values import Step, Turn

PASSING = frozenset({"rate", "server", "timeout", "broken", "unreachable", "host"})
"""Failures that say nothing of the request itself."""


def can_be_done_without(turn: Turn, step: Step) -> bool:
    """Return whether a step that failed was a summary that the next request does not need.

    It is needed where the request before it did not fit; otherwise the conversation goes on whole.
    """
    failed = step.failure is not None and step.response is None and not step.open
    if step.purpose != "compaction" or not failed or step.failure is None:
        return False
    before = [
        one for one in turn.steps.values() if one.purpose == "turn" and one.number < step.number
    ]
    last = before[-1] if before else None
    full = last is not None and last.failure is not None and last.failure.kind == "context"
    return step.failure.kind in PASSING and not (full and last is not None and not last.response)


def done_without(turn: Turn) -> tuple[str, ...]:
    """Say what a turn went on without."""
    return tuple(
        f"the conversation was not summarised: {step.failure.message}"
        for step in turn.steps.values()
        if step.failure is not None and can_be_done_without(turn, step)
    )
