"""What a turn can do next, one value for each thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui_agent.core.budget import Stop
from tui_agent.core.events import Check, EndReason, Phase
from tui_agent.core.plan import PlanStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """There is no open turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    """Go on to a phase."""

    phase: Phase
    loop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gather:
    """Read instructions and the facts of the repository."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallModel:
    """Send the next request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compact:
    """Summarise the conversation: the model's window is nearly or wholly full."""

    by: Literal["user", "overflow", "limit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """Record the calls that the response of this step asks for."""

    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCalls:
    """Bring these calls to their end; more than one only where all of them just read."""

    call_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlanned:
    """Make the calls that a step of the approved plan carries."""

    step: PlanStep


@dataclass(frozen=True, slots=True, kw_only=True)
class FindChecks:
    """Find the project's checks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCheck:
    """Propose a check through the gate."""

    check: Check


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCheck:
    """Record how a check ended and on which tree."""

    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskBudget:
    """The money is spent: a person may raise the limit."""

    stop: Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class GoBack:
    """Record that the session went back: what the call of this turn says, now that it is done."""

    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """End the turn."""

    reason: EndReason
    detail: str = ""


Action = (
    Idle
    | Enter
    | Gather
    | CallModel
    | Compact
    | Announce
    | RunCalls
    | CallPlanned
    | FindChecks
    | StartCheck
    | RecordCheck
    | AskBudget
    | GoBack
    | End
)
