"""A plan: what the model (or the user) says will be done, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

PlanState = Literal["to_do", "current", "done", "failed", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCall:
    """A tool call that a step carries; once the plan is approved it runs through the gate."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One step of a plan, in the user's words."""

    id: str
    text: str
    state: PlanState = "to_do"
    calls: tuple[PlannedCall, ...] = ()
    expected_outcome: str = ""
    files: tuple[str, ...] = ()
    """Paths that the step is expected to touch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole plan. A new one replaces the old one whole."""

    steps: tuple[PlanStep, ...] = ()
    by: Literal["model", "user"] = "model"
    rollback: str = ""
    """How to go back if it fails, in words."""

    def carries_calls(self) -> bool:
        """Return whether any step carries calls, so that the user must approve the plan first."""
        return any(step.calls for step in self.steps)
