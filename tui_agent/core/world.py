"""What an agent is made of: one concrete object for each port, and what it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui_agent.core.gate_means import GateMeans
from tui_agent.core.prompt import PROMPTS

if TYPE_CHECKING:
    from tui_agent.core.agents import AgentDefinition, Copies
    from tui_agent.core.clock import Clock
    from tui_agent.core.day import DayBook
    from tui_agent.core.ports import Model, Runner, SessionLog, Snapshots, Tool, Workspace
    from tui_agent.core.served import ToolServers

Ids = Callable[[str], str]
"""Gives a new id that begins with the given word: `call-3`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The concrete objects that an agent is made of; `wiring` builds it."""

    model: Model
    tools: Mapping[str, Tool]
    workspace: Workspace
    runner: Runner
    snapshots: Snapshots
    log: SessionLog
    clock: Clock
    ids: Ids
    own_tools: Mapping[str, Tool] = field(default_factory=dict)
    """What only the user calls; no model is told of them."""
    withheld: Mapping[str, Tool] = field(default_factory=dict)
    """What the chosen toolsets leave out: only the user's calls and the checks still use it."""
    day_book: DayBook | None = None
    children: Mapping[str, AgentDefinition] = field(default_factory=dict)
    """The kinds of child agents, by name."""
    copies: Copies | None = None
    """Where children work that are kept apart; None: nowhere."""
    servers: ToolServers | None = None
    """The servers of tools; None: there are none."""
    child_tools: Callable[[], Mapping[str, Tool]] = field(default=dict)
    """Makes the tools that a child may be given; each child has its own."""
    gate: GateMeans = field(default_factory=GateMeans)
    prompts: Mapping[str, str] = field(default_factory=lambda: PROMPTS)
    """What the model is told, by name: ours, or the user's in their place."""
    redact: Callable[[str], tuple[str, tuple[str, ...]]] = field(default=lambda text: (text, ()))
    """Mask the secrets in a text; returns the text and the kinds of what was masked."""
