"""What happened: one union of pure data, one module a group. `Record` is one line of the log."""

from __future__ import annotations

from dataclasses import dataclass

from tui_agent.core.events.agents import AgentFinished, AgentStarted
from tui_agent.core.events.model import (
    ModelFailed,
    ModelHeld,
    ModelRequested,
    ModelResponded,
    ReasoningDelta,
    TextDelta,
)
from tui_agent.core.events.servers import ServerReported
from tui_agent.core.events.session import (
    ContextCompacted,
    GrantRevoked,
    InstructionFile,
    InstructionsLoaded,
    Labelled,
    LogRecovered,
    Notice,
    Redacted,
    Rewound,
    SessionEnded,
    SessionForked,
    SessionImported,
    SessionResumed,
    SessionStarted,
    SettingChanged,
    Setup,
)
from tui_agent.core.events.tools import (
    ApprovalDecided,
    ApprovalRequested,
    PlannedWrite,
    ToolCalled,
    ToolFinished,
    ToolOutputDelta,
    ToolOutputKept,
    ToolStarted,
    VerdictsDrafted,
)
from tui_agent.core.events.turn import (
    CheckResult,
    EndReason,
    FileChanged,
    MessageQueued,
    MessageRecalled,
    Phase,
    PhaseEntered,
    PlanUpdated,
    Report,
    TurnEnded,
    TurnStarted,
    UserSteered,
)
from tui_agent.core.events.workspace import (
    Check,
    CheckFinished,
    ChecksFound,
    EditApplied,
    SnapshotTaken,
    TrialEnded,
    TrialStarted,
    WorkspaceChanged,
)

VERSION = 1
"""The version of the log's lines. A reader meets older ones by migration, newer ones read-only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """An event of a type that this program does not know; kept and passed on as it is."""

    name: str
    data: dict[str, object]


Ephemeral = TextDelta | ReasoningDelta | ToolOutputDelta
"""Published, never logged."""

Event = (
    SessionStarted
    | SessionResumed
    | SessionForked
    | SessionImported
    | SessionEnded
    | LogRecovered
    | InstructionsLoaded
    | SettingChanged
    | ContextCompacted
    | TurnStarted
    | PhaseEntered
    | MessageQueued
    | MessageRecalled
    | UserSteered
    | TurnEnded
    | ModelRequested
    | TextDelta
    | ReasoningDelta
    | ModelResponded
    | ModelFailed
    | ModelHeld
    | PlanUpdated
    | ToolCalled
    | ApprovalRequested
    | VerdictsDrafted
    | ApprovalDecided
    | ToolStarted
    | ToolOutputDelta
    | ToolOutputKept
    | ToolFinished
    | EditApplied
    | SnapshotTaken
    | TrialEnded
    | TrialStarted
    | WorkspaceChanged
    | ChecksFound
    | CheckFinished
    | AgentStarted
    | AgentFinished
    | ServerReported
    | Rewound
    | Labelled
    | GrantRevoked
    | Redacted
    | Notice
    | Unknown
)

SYNCED = (ApprovalDecided, ToolStarted, EditApplied, TurnEnded)
"""Synced to disk before anything else happens, against a loss of power."""

MAIN_AGENT = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One event in its place. An ephemeral one has the `seq` of the last logged one and no `h`."""

    seq: int
    """Position in the log, from 1."""
    ts: str
    """UTC, ISO 8601 with milliseconds."""
    mono_ms: int
    """Milliseconds of a clock that never goes back, from the start of the process."""
    agent_id: str = MAIN_AGENT
    turn: int = 0
    """Number of the agent's turn, from 1; 0 before the first."""
    step: int = 0
    """Number of the turn's step, from 1; 0 before the first."""
    event: Event
    h: str = ""
    v: int = VERSION


__all__ = [
    "MAIN_AGENT",
    "SYNCED",
    "VERSION",
    "AgentFinished",
    "AgentStarted",
    "ApprovalDecided",
    "ApprovalRequested",
    "Check",
    "CheckFinished",
    "CheckResult",
    "ChecksFound",
    "ContextCompacted",
    "EditApplied",
    "EndReason",
    "Ephemeral",
    "Event",
    "FileChanged",
    "GrantRevoked",
    "InstructionFile",
    "InstructionsLoaded",
    "Labelled",
    "LogRecovered",
    "MessageQueued",
    "MessageRecalled",
    "ModelFailed",
    "ModelHeld",
    "ModelRequested",
    "ModelResponded",
    "Notice",
    "Phase",
    "PhaseEntered",
    "PlanUpdated",
    "PlannedWrite",
    "ReasoningDelta",
    "Record",
    "Redacted",
    "Report",
    "Rewound",
    "ServerReported",
    "SessionEnded",
    "SessionForked",
    "SessionImported",
    "SessionResumed",
    "SessionStarted",
    "SettingChanged",
    "Setup",
    "SnapshotTaken",
    "TextDelta",
    "ToolCalled",
    "ToolFinished",
    "ToolOutputDelta",
    "ToolOutputKept",
    "ToolStarted",
    "TrialEnded",
    "TrialStarted",
    "TurnEnded",
    "TurnStarted",
    "Unknown",
    "UserSteered",
    "VerdictsDrafted",
    "WorkspaceChanged",
]
