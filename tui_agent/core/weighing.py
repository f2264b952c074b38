"""What the steps of the gate hand to each other: the case, and what one of them says to it."""

from __future__ import annotations

from dataclasses import dataclass

from tui_agent.core.grants import Grant
from tui_agent.core.proposal import CommandPart, Proposal
from tui_agent.core.rules import Action
from tui_agent.core.settings import RuleSettings
from tui_agent.core.toolsets import Toolset


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one rule says."""

    action: Action
    rule: str
    text: str
    origin: str = "built in"
    used: tuple[str, ...] = ()
    """The rules and grants whose uses it counts as."""


def say(
    action: Action, rule: str, text: str, *, origin: str = "built in", used: tuple[str, ...] = ()
) -> Said:
    """Return what a rule says."""
    return Said(action=action, rule=rule, text=text, origin=origin, used=used)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSaid:
    """A part of a command, and what is said to it."""

    part: CommandPart
    said: Said
    named: bool = False
    """Whether a rule that names this command, or its hosts, allows it: for the network, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A proposal with what holds for it now."""

    proposal: Proposal
    mode: str
    tier: str
    unconfined: bool
    rules: tuple[RuleSettings, ...]
    """Those that have not ended."""
    grants: tuple[Grant, ...]
    toolsets: tuple[Toolset, ...]
    parts: tuple[PartSaid, ...] = ()
    """Of a command that could be read."""
