"""What is recorded against what is made anew: what differs, what is lacking, what is too much."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.core.blob import preview_of
from tui_agent.core.events import (
    MAIN_AGENT,
    ApprovalDecided,
    ApprovalRequested,
    Event,
    ModelFailed,
    ModelRequested,
    ModelResponded,
    Record,
    SessionEnded,
    SessionResumed,
    SnapshotTaken,
    ToolCalled,
    ToolFinished,
    ToolStarted,
    TurnEnded,
    TurnStarted,
)
from tui_agent.core.replay.cues import cues_of
from tui_agent.core.replay.divergence import Divergence, Kind
from tui_agent.core.replay.pairing import Key, Pairing
from tui_agent.core.state.stops import find_stops, stop_of_seq

if TYPE_CHECKING:
    from tui_agent.core.replay.comparing import Comparison


class Ledger:
    """Keeps both sides of a re-execution."""

    def __init__(self, records: Sequence[Record], comparison: Comparison) -> None:
        """Expect all of these records again."""
        self.found: list[Divergence] = []
        self.lost = False
        """Whether the ways have parted, so that the rest of the turn cannot be compared."""
        self._records, self._comparison = records, comparison
        self._stops = find_stops(records)
        pairing = Pairing()
        self._keys = {one.seq: pairing.key(one) for one in records}
        self._expected = {
            key: record for record in records if (key := self._keys[record.seq]) is not None
        }
        self._made = Pairing()
        self._matched: set[Key] = set()
        self._just_failed = False
        self._passed: list[Record] = []
        self._extra: list[Record] = []
        self._cut = _cut_turns(records)
        self._seq = 0
        self._entered = 0
        self._breaks = _breaks(records)
        self._windows = _full_windows(records)

    @property
    def failed(self) -> bool:
        """Whether anything is found that fails."""
        return any(one.severity in ("fail", "unreplayable") for one in self.found)

    @property
    def full_window(self) -> bool:
        """Whether the next request is a summary because the model's window was nearly full."""
        return any(start <= self._seq <= end for start, end in self._windows)

    def pass_by(self, record: Record) -> None:
        """Expect this record to have been made anew when all has come to rest."""
        self._seq = record.seq
        if self._keys[record.seq] is not None:
            self._passed.append(record)

    def take(self, made: Sequence[Record]) -> None:
        """Compare what has been made since."""
        self._just_failed = False
        here = max(self._seq, self._entered)
        limit = next((seq for seq in self._breaks if seq > here), sys.maxsize)
        for record in made:
            key = self._made.key(record)
            if key is None:
                continue
            expected = self._expected.get(key)
            if expected is None:
                if not _of_a_turn(record):
                    self._extra.append(record)
                continue
            if expected.seq >= limit:
                continue  # Today's code has come further than the process that was cut off.
            self._matched.add(key)
            for one in self._comparison.differences(expected.event, record.event):
                self._differs(one, expected)

    def beside(self, recorded: Record, now: Event, agent: str) -> None:
        """Compare what today's code makes in a child's place, the record being put in again."""
        for one in self._comparison.differences(recorded.event, now):
            self._differs(replace(one, agent=agent), recorded)

    def _differs(self, one: Divergence, expected: Record) -> None:
        if one.mild and one.kind == "request" and self.failed:
            return  # It follows from a difference that is told already.
        self.add(replace(one, seq=expected.seq, call_id=one.call_id or _call_of(expected.event)))

    def add(self, one: Divergence) -> None:
        """Keep a divergence, with the step that it belongs to."""
        self.found.append(self.placed(one))
        self.lost = self.lost or one.control
        self._just_failed = self._just_failed or one.severity == "fail"

    def placed(self, one: Divergence) -> Divergence:
        """Return a divergence with the step that it belongs to."""
        seq = one.seq or self._seq
        stop = stop_of_seq(self._stops, seq)
        return replace(one, step=stop.number if stop is not None else 0, seq=seq)

    def fail(self, what: str, call_id: str = "") -> None:
        """Note that today's code cannot go on here."""
        self.add(Divergence(kind="request", what=what, call_id=call_id, control=True))

    def lose(self, what: str) -> None:
        """Note that the ways have parted, unless that is known already."""
        if not self.failed:
            self.add(Divergence(kind="policy", what=what, control=True))
        self.lost = True

    @property
    def lacking(self) -> bool:
        """Whether something that should have been made by now was not made yet."""
        return any(
            self._keys[one.seq] not in self._matched and not self._excused(one)
            for one in self._passed
        )

    def settle(self, *, last: bool) -> None:
        """Find what should have been made by now and was not, and what was made besides."""
        absent = [one for one in self._passed if self._keys[one.seq] not in self._matched]
        self._passed.clear()
        absent = [one for one in absent if not self._excused(one)]
        extra = [one for one in self._extra if one.turn not in self._cut]
        if self.lost or not (absent or (extra and (last or self._too_far(extra)))):
            return
        self._extra.clear()
        if self._just_failed:  # It follows from what has just been told.
            self.lost = True
            return
        first = absent[0] if absent else None
        other = extra[0] if extra else None
        what = "today's code does something else" if other else "today's code does not do this"
        if first is None:
            what = "today's code does more"
        self.add(
            Divergence(
                kind=_kind_of(first, other),
                what=what,
                recorded=_told(first),
                now=_told(other),
                seq=first.seq if first is not None else 0,
                control=True,
            )
        )

    def _excused(self, record: Record) -> bool:
        """Trees are taken in the background: one that a turn's end cut off need not come again."""
        of_any = isinstance(record.event, SnapshotTaken)
        return _of_a_turn(record) or (of_any and self._comparison.level == "harness")

    def _too_far(self, extra: Sequence[Record]) -> bool:
        """Whether something was made in a turn that the record has left behind."""
        current = max((one.turn for one in self._records if one.seq <= self._seq), default=0)
        ended = {
            one.turn
            for one in self._records
            if one.seq <= self._seq
            and isinstance(one.event, TurnEnded)
            and one.agent_id == MAIN_AGENT
        }
        return any(one.turn in ended or one.turn < current for one in extra)

    def enter(self, seq: int) -> None:
        """What is made from now on stands against what comes of this record."""
        self._entered = seq

    def start_over(self, seq: int) -> None:
        """Expect only what comes behind this record."""
        self._seq = seq
        self.lost = self._just_failed = False
        self._passed.clear()
        self._extra.clear()
        self._made = Pairing()
        for record in self._records:
            if record.seq <= seq:
                self._made.key(record)


def _of_a_turn(record: Record) -> bool:
    """Whether it is the tree that is taken beside a turn's beginning, which its end may cut off."""
    return isinstance(record.event, SnapshotTaken) and record.event.reason == "turn"


def _cut_turns(records: Sequence[Record]) -> set[int]:
    """Return the turns that were cut off somewhere: today's code may have come further in them."""
    found: set[int] = set()
    open_turn = 0
    for record in records:
        event = record.event
        if record.agent_id != MAIN_AGENT:
            continue
        if isinstance(event, TurnStarted):
            open_turn = record.turn
        elif isinstance(event, TurnEnded):
            if event.reason == "interrupted":
                found.add(record.turn)
            open_turn = 0
        elif isinstance(event, SessionEnded | SessionResumed) and open_turn:
            found.add(open_turn)
    return found | ({open_turn} if open_turn else set())


def _breaks(records: Sequence[Record]) -> list[int]:
    """Return the records at which a turn was stopped, or another process took over."""
    found: list[int] = []
    before = ""
    for cue in cues_of(records):
        if cue.kind == "resume" or (cue.kind == "interrupt" and before != "interrupt"):
            found.append(cue.record.seq)
        before = cue.kind
    return found


def _full_windows(records: Sequence[Record]) -> list[tuple[int, int]]:
    """Return where a summary was next because the window was nearly full: from the answer before
    it up to its request.
    """
    found: list[tuple[int, int]] = []
    since, refused, open_turn = 0, False, False
    for record in records:
        event = record.event
        if record.agent_id != MAIN_AGENT:
            continue
        if isinstance(event, TurnStarted | TurnEnded):
            open_turn = isinstance(event, TurnStarted)
            refused = False
        elif isinstance(event, ModelFailed):
            refused = event.kind == "context"
        elif isinstance(event, ModelRequested):
            if event.purpose == "compaction" and open_turn and not refused:
                found.append((since, record.seq))
            refused = False
        elif isinstance(event, ModelResponded):
            since = record.seq
    return found


def _call_of(event: Event) -> str:
    return str(getattr(event, "call_id", ""))


def _kind_of(first: Record | None, other: Record | None) -> Kind:
    event = first.event if first is not None else other.event if other is not None else None
    if isinstance(event, ApprovalRequested | ApprovalDecided):
        return "policy"
    if isinstance(event, ToolStarted) and event.writes:
        return "tree"
    return "exit" if isinstance(event, TurnEnded) else "request"


def _told(record: Record | None) -> str:
    """Return a record in a few words."""
    if record is None:
        return "nothing"
    event = record.event
    match event:
        case ModelRequested():
            return "another request to the model"
        case ToolCalled():
            return f"the call {event.tool} {preview_of(event.arguments)}".strip()
        case ApprovalRequested():
            return f"asks about {event.proposal.tool} {event.proposal.title}"
        case ApprovalDecided():
            title = f"{event.proposal.tool} {event.proposal.title}" if event.proposal else ""
            return f"{'refuses' if event.decision.verdict == 'reject' else 'lets pass'} {title}"
        case ToolFinished():
            return f"the call ends: {event.status} {event.output.summary}".strip()
        case TurnEnded():
            return f"the turn ends: {event.reason}"
    return type(event).__name__
