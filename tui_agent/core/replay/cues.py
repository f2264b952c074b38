"""A recorded session as cues: what came from outside, what the world answered, what was ours.

Whatever came from outside is put in again; whatever the world answered is given again when it is
asked for; all else is for today's code to do once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tui_agent.core.events import (
    MAIN_AGENT,
    ApprovalDecided,
    ApprovalRequested,
    CheckFinished,
    ChecksFound,
    Event,
    InstructionsLoaded,
    ModelFailed,
    ModelHeld,
    ModelRequested,
    ModelResponded,
    Notice,
    PlanUpdated,
    Record,
    Redacted,
    Rewound,
    ServerReported,
    SessionEnded,
    SessionResumed,
    SettingChanged,
    SnapshotTaken,
    ToolCalled,
    ToolFinished,
    TurnEnded,
    TurnStarted,
    WorkspaceChanged,
)

CueKind = Literal[
    "put",  # from outside: put in again, word for word
    "turn",  # a turn begins
    "decide",  # a person decided
    "compact",  # the user had the conversation summarised
    "interrupt",  # the turn was stopped; these records come of it
    "suspend",  # the process left
    "resume",  # another process took over
    "answer",  # the world answered
    "ours",  # today's code is to do it again
    "skip",  # tells people something; nothing follows from it
]
NO_SNAPSHOT = "No snapshot could be taken: "
_WITH_REPORTS = (ServerReported, Notice, Redacted, ModelHeld)
_OURS = frozenset(
    {
        "PhaseEntered",
        "ModelRequested",
        "ToolCalled",
        "ApprovalRequested",
        "ApprovalDecided",
        "ToolStarted",
        "EditApplied",
        "CheckFinished",
        "TurnEnded",
        "ContextCompacted",
        "Rewound",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One record and what it is to a re-execution."""

    kind: CueKind
    record: Record
    also_answers: bool = False
    """Whether the world answered with what a record of ours holds: a call's second round, say."""


def cues_of(records: Sequence[Record]) -> list[Cue]:
    """Tell for each record what it is."""
    teller = _Teller(records)
    return [teller.cue(index, record) for index, record in enumerate(records)]


class _Teller:
    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.open = False
        self.rounds: dict[str, int] = {}
        self.stops = _stops(records)
        self.checks = {
            one.event.call_id
            for one in records
            if isinstance(one.event, ToolCalled) and one.event.origin == "check"
        }

    def cue(self, index: int, record: Record) -> Cue:
        event = record.event
        if record.agent_id != MAIN_AGENT:
            return Cue(kind="put", record=record)
        if index in self.stops:
            return Cue(kind=self.stops[index], record=record)
        kind, also = self._kind(index, event), False
        if isinstance(event, ApprovalRequested | ApprovalDecided) and kind != "decide":
            before = self.rounds.get(event.call_id, 1)
            self.rounds[event.call_id] = event.round
            also = event.round > before
        also = also or isinstance(event, Rewound)
        if isinstance(event, TurnStarted):
            self.open = True
        elif isinstance(event, TurnEnded):
            self.open = False
        return Cue(kind=kind, record=record, also_answers=also)

    def _kind(self, index: int, event: Event) -> CueKind:
        match event:
            case TurnStarted():
                return "turn"
            case SessionResumed():
                return "resume"
            case SessionEnded():
                return "suspend"
            case ApprovalDecided() if not event.by_gate and event.decision.by != "engine":
                return "decide"
            case ModelRequested() if event.purpose == "compaction" and not self.open:
                return "compact"
            case Notice():
                return "answer" if event.text.startswith(NO_SNAPSHOT) else "skip"
            case Redacted() | ModelHeld():
                return "skip"
            case _:
                return self._answer_or_put(index, event)

    def _answer_or_put(self, index: int, event: Event) -> CueKind:
        match event:
            case ModelResponded() | ToolFinished() | InstructionsLoaded() | ChecksFound():
                return "answer"
            case SnapshotTaken() | WorkspaceChanged():
                return "answer"
            case ServerReported():
                return "answer" if self._precedes_a_request(index) else "put"
            case ModelFailed():
                if event.kind != "cancelled":
                    return "answer"
                return "ours" if self.open else "put"  # a summary that nobody waited for
            case CheckFinished() if event.call_id not in self.checks:
                return "put"  # a person had it run beside the turn
            case ToolCalled():
                return "put" if event.origin in ("user", "client") else "ours"
            case PlanUpdated() | SettingChanged():
                return "ours" if self._ends_a_call(index) else "put"
            case _:
                return "ours" if type(event).__name__ in _OURS else "put"

    def _precedes_a_request(self, index: int) -> bool:
        """Whether a server reported right before a request, which had waited for it."""
        for record in self.records[index:]:
            if not isinstance(record.event, _WITH_REPORTS):
                main = record.agent_id == MAIN_AGENT
                return main and isinstance(record.event, ModelRequested)
        return False

    def _ends_a_call(self, index: int) -> bool:
        """Whether a plan or setting was changed by the call whose end follows at once."""
        for record in self.records[index + 1 : index + 4]:
            event = record.event
            if isinstance(event, ToolFinished):
                return True
            if not isinstance(event, SettingChanged | Notice | Redacted):
                return False
        return False


def reports_before(records: Sequence[Record], index: int) -> list[ServerReported]:
    """Return what servers reported right before the request at this place."""
    found: list[ServerReported] = []
    for record in reversed(records[:index]):
        if not isinstance(record.event, _WITH_REPORTS):
            break
        if isinstance(record.event, ServerReported):
            found.append(record.event)
    return found[::-1]


def _stops(records: Sequence[Record]) -> dict[int, CueKind]:
    """Find where turns were stopped and processes left: each record that came of it, by index."""
    found: dict[int, CueKind] = {}
    for index, record in enumerate(records):
        event = record.event
        if record.agent_id != MAIN_AGENT:
            continue
        if isinstance(event, TurnEnded) and event.reason == "interrupted":
            kind: CueKind = "interrupt"
        elif isinstance(event, SessionEnded):
            kind = "suspend"
        else:
            continue
        found[index] = kind
        for back in range(index - 1, -1, -1):
            if not _came_of_stopping(records[back].event, kind):
                break
            found[back] = kind
    return found


def _came_of_stopping(event: Event, kind: CueKind) -> bool:
    if isinstance(event, ModelFailed):
        return event.kind == "cancelled"
    if kind == "suspend":
        return False
    if isinstance(event, ApprovalDecided):
        return event.decision.by == "engine"
    if isinstance(event, ToolFinished):
        return event.status == "cancelled"
    return isinstance(event, Redacted)
