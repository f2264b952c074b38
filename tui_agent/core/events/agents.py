"""Events of child agents."""

from __future__ import annotations

from dataclasses import dataclass

from tui_agent.core.blob import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStarted:
    """A child agent set out, asked by a call of its parent."""

    child_id: str
    name: str
    call_id: str
    depth: int
    task: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFinished:
    """A child agent has ended; its result is what the parent's call gives back."""

    child_id: str
    status: str
    result: Text = ""
