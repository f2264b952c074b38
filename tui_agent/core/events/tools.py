"""Events of tool calls: asked for, proposed, decided, run, finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui_agent.core.blob import Blob, Text
from tui_agent.core.patch import HunkDecision
from tui_agent.core.proposal import (
    Considered,
    Decision,
    Offer,
    Proposal,
    Reason,
    ToolOutput,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCalled:
    """A call was asked for: by the model, an approved plan, the engine (a check), or a client."""

    call_id: str
    tool: str
    arguments: Text
    """Raw, as the model sent them."""
    origin: Literal["model", "plan", "check", "user", "engine", "client"] = "model"
    """Who asked: the model, an approved plan, the phase verify, the user (`!`), the budget, another
    program that our tools are offered to."""
    origin_id: str = ""
    """The plan step's id, the check's name, or what the other program calls itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequested:
    """A person is asked. Carries the proposal, so that a replay can draw what was shown."""

    request_id: str
    call_id: str
    proposal: Proposal
    reason: Reason
    round: int = 1
    asked_before: bool = False
    """Whether an earlier request asked the same, and the files have changed since."""
    kept: tuple[HunkDecision, ...] = ()
    """Decisions of the earlier request that still hold; the others are asked for again."""
    considered: tuple[Considered, ...] = ()
    """The gate's way to the question, step by step."""
    offers: tuple[Offer, ...] = ()
    """Rules that may be allowed instead, the narrowest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictsDrafted:
    """What a person has decided of an open review since the last draft. It approves nothing."""

    request_id: str
    call_id: str
    hunks: tuple[HunkDecision, ...] = ()
    """Verdicts that were given, or given anew."""
    taken_back: tuple[str, ...] = ()
    """Ids of the runs that have no verdict any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDecided:
    """The decision on a call: one for every request, and for a call that nobody is asked about."""

    call_id: str
    decision: Decision
    request_id: str = ""
    """Empty where nobody was asked."""
    proposal: Proposal | None = None
    """The proposal, where nobody was asked."""
    waited_ms: int = 0
    round: int = 1

    @property
    def by_gate(self) -> bool:
        """Whether the gate decided, be it in the place of a person who was asked and has gone."""
        return not self.request_id or self.decision.by in ("rule", "mode")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWrite:
    """A path that an edit is about to write, with its bytes before and after as blobs."""

    path: str
    before: Blob | None
    after: Blob | None
    mode_after: int | None = None
    """Permission bits, or a symbolic link's mode: then ``after`` has the path that it leads to."""
    link_before: bool = False
    """Whether a symbolic link is there now: then ``before`` has the path that it leads to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolStarted:
    """On disk before the effect. For an edit it holds what every path was and will be."""

    call_id: str
    round: int = 1
    digest: str = ""
    """The digest of what was approved."""
    writes: tuple[PlannedWrite, ...] = ()
    sandbox: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutputDelta:
    """Ephemeral: a piece of a running command's output; `offset` counts characters."""

    call_id: str
    offset: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutputKept:
    """What a running command has printed so far, its beginning and its end; the last one counts.

    Logged every few seconds, so that a crash does not take all of a long command's output.
    """

    call_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFinished:
    """The end of a call. Every call has exactly one."""

    call_id: str
    output: ToolOutput
    ms: int = 0
    status: Literal["finished", "denied", "cancelled", "unknown", "failed", "not_run"] = "finished"
    """`unknown`: it had started, and nobody saw it end; it is never run again by itself."""
