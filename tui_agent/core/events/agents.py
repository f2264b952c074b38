"""Events of child agents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui_agent.core.blob import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStarted:
    """A child agent set out, asked by a call of its parent."""

    child_id: str
    name: str
    call_id: str
    depth: int
    """1 for a child of the main agent."""
    task: Text
    instructions: Text = ""
    """What its model is told besides the rules that hold for every agent."""
    tools: tuple[str, ...] = ()
    """The tools it has; none is its parent's."""
    model: str = ""
    """Empty: that of the session."""
    isolation: Literal["", "worktree"] = ""
    tree: str = ""
    """With `worktree`: the recorded tree of the copy that it works in, as it began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFinished:
    """A child agent has ended; its result is what the parent's call gives back."""

    child_id: str
    status: str
    result: Text = ""
