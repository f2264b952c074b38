"""What a figure is: one row of counts, and the rates that follow from them. Unknown is None."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tui_agent.core.messages import NO_USAGE, Usage
from tui_agent.core.state import Session

Dimension = Literal["model", "tool", "file", "day"]
DIMENSIONS: tuple[Dimension, ...] = ("model", "tool", "file", "day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Counts of everything, or of one model, tool, file or day."""

    key: str = ""
    usage: Usage = NO_USAGE
    """Tokens and dollars of all answers; a cost that is unknown for one is unknown in the sum."""
    unpriced: int = 0
    """Answers whose price is unknown."""
    turns: int = 0
    requests: int = 0
    """Answers of a model."""
    calls: int = 0
    failed: int = 0
    """Calls that failed, checks included."""
    denied: int = 0
    """Calls that a rule or a person did not let through."""
    asked: int = 0
    """Commands and other calls, edits excepted, that a person decided on."""
    refused: int = 0
    """Of those, the ones that the person rejected."""
    accepted: int = 0
    """Hunks that a person accepted as proposed."""
    edited: int = 0
    """Hunks that a person accepted in part or as edited."""
    rejected: int = 0
    """Hunks that a person rejected."""
    unasked: int = 0
    """Hunks that were applied without asking: by the mode or a rule."""
    edits: int = 0
    """Files written, each as often as an edit wrote it."""
    again: int = 0
    """Of those, the ones that the same session had written before: rework."""
    added: int = 0
    removed: int = 0
    model_ms: int = 0
    tool_ms: int = 0
    """Tools and checks."""
    human_ms: int = 0
    """Waiting for a person's decision."""

    @property
    def cache_rate(self) -> float | None:
        """The share of the input that came from the provider's cache."""
        cached, given = self.usage.cached_tokens, self.usage.input_tokens
        return cached / given if cached is not None and given else None

    @property
    def rejection_rate(self) -> float | None:
        """The share of the hunks that a person decided on and rejected."""
        decided = self.accepted + self.edited + self.rejected
        return self.rejected / decided if decided else None

    @property
    def rework_rate(self) -> float | None:
        """The share of written files that the session had written before."""
        return self.again / self.edits if self.edits else None

    @property
    def cost_per_hunk(self) -> float | None:
        """Dollars for each hunk that was applied; None where the cost is unknown, or no hunk."""
        applied = self.accepted + self.edited + self.unasked
        cost = self.usage.cost_usd
        return cost / applied if applied and cost is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Everything that was counted."""

    sessions: int = 0
    steps: int = 0
    """Stops of a replay."""
    total: Row = field(default_factory=Row)
    turn_ms: int = 0
    """How long turns were open while a process served them."""
    idle_ms: int = 0
    """The rest, from the first record to the last: between turns, and while nobody was there."""
    rows: tuple[Row, ...] = ()
    """By the wished dimension, the largest first; days in order."""

    @property
    def other_ms(self) -> int:
        """What of the turns neither model, tool nor person took."""
        total = self.total
        return max(0, self.turn_ms - total.model_ms - total.tool_ms - total.human_ms)


def usage_of(state: Session) -> Usage:
    """Return what all agents of a session took."""
    total = NO_USAGE
    for agent in state.agents.values():
        total = total.plus(agent.usage)
    return total
