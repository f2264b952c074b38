"""`emit()`: one event into the log, the fold and every subscriber, in that order and at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TYPE_CHECKING

from tui_agent.agent.past import Past
from tui_agent.agent.redaction import redacted
from tui_agent.core.events import (
    MAIN_AGENT,
    SYNCED,
    ApprovalDecided,
    Event,
    Notice,
    ReasoningDelta,
    Record,
    Redacted,
    TextDelta,
    ToolOutputDelta,
    ToolStarted,
)
from tui_agent.core.state import Session, apply

if TYPE_CHECKING:
    from tui_agent.core.clock import Clock
    from tui_agent.core.ports import SessionLog

_EPHEMERAL = (TextDelta, ReasoningDelta, ToolOutputDelta)

Redact = Callable[[str], tuple[str, tuple[str, ...]]]


class LogWriteError(OSError):
    """A line of the log could not be written, so nothing that depends on it may happen."""


class LiveSession:
    """The open session: its log, its state, and those who listen.

    Only the agent calls `emit`, and always from the event loop's thread: that is the guarantee of
    order.
    """

    def __init__(
        self, log: SessionLog, clock: Clock, redact: Redact, past: Iterable[Record] = ()
    ) -> None:
        """Fold what the log already holds."""
        self.log = log
        self.state = Session()
        self.records = Past(log.aside)
        self.records.extend(past)
        for record in self.records:
            apply(self.state, record)
        self._clock = clock
        self._redact = redact
        self._zero = clock.monotonic()
        self._mono_base = self.records[-1].mono_ms if self.records else 0
        self._queues: set[asyncio.Queue[Record | None]] = set()
        self._closed = False

    def now_ms(self) -> int:
        """Return the session's own clock: it goes on where the last process left it."""
        return self._mono_base + int((self._clock.monotonic() - self._zero) * 1000)

    def emit(self, event: Event, agent_id: str = MAIN_AGENT) -> Record:
        """Log an event, fold it, publish it; an ephemeral one is published only.

        Raises:
            LogWriteError: the line could not be written. The state has not changed.
        """
        event, kinds = redacted(event, self._redact)
        if kinds and not isinstance(event, _EPHEMERAL):
            self._write(Redacted(kinds=kinds, count=len(kinds)), agent_id)
        if isinstance(event, _EPHEMERAL):
            record = self._record(event, agent_id, self.state.seq)
            self._publish(record)
            return record
        return self._write(event, agent_id)

    def note_down(self, event: Event, agent_id: str = MAIN_AGENT) -> bool:
        """Log, fold and publish what nothing depends on; return whether it could be written."""
        event, kinds = redacted(event, self._redact)
        try:
            if kinds:
                self._append(Redacted(kinds=kinds, count=len(kinds)), agent_id)
            self._append(event, agent_id)
        except OSError:
            return False
        return True

    def _append(self, event: Event, agent_id: str) -> Record:
        record = self._record(event, agent_id, self.state.seq + 1)
        record = self.log.append(record, sync=self._must_last(event, agent_id))
        self.records.append(record)
        self._publish(record)
        return record

    def _write(self, event: Event, agent_id: str) -> Record:
        try:
            return self._append(event, agent_id)
        except OSError as error:
            reason = error.strerror or str(error)
            notice = Notice(
                text=f"The session's log cannot be written ({reason}): nothing more is done.",
                level="error",
                remedy="make room on the disk, then Enter goes on; agent --no-record keeps nothing",
                halts=True,
            )
            self._publish(self._record(notice, agent_id, self.state.seq))
            raise LogWriteError(error.errno, reason) from error

    def _must_last(self, event: Event, agent_id: str) -> bool:
        """Return whether a loss of power must not take this line: it precedes an effect.

        A call that only reads, and that nobody was asked about, is not worth a sync of the disk.
        """
        if not isinstance(event, SYNCED):
            return False
        if isinstance(event, ApprovalDecided):
            proposal = event.proposal
            return bool(event.request_id) or proposal is None or proposal.effects != {"read"}
        if isinstance(event, ToolStarted):
            turn = self.state.agents[agent_id].turn
            call = turn.calls.get(event.call_id) if turn is not None else None
            proposal = call.proposal if call is not None else None
            return proposal is None or proposal.effects != {"read"}
        return True

    def _record(self, event: Event, agent_id: str, seq: int) -> Record:
        turn, step = self._place(event, agent_id)
        return Record(
            seq=seq,
            ts=self._clock.now(),
            mono_ms=self.now_ms(),
            agent_id=agent_id,
            turn=turn,
            step=step,
            event=event,
        )

    def _place(self, event: Event, agent_id: str) -> tuple[int, int]:
        agent = self.state.agents.get(agent_id)
        if agent is None:
            return 0, 0
        name = type(event).__name__
        if name == "TurnStarted":
            return len(agent.turns) + 1, 0
        turn = agent.turn
        if turn is None:
            return len(agent.turns), 0
        step = max(turn.steps, default=0)
        return turn.number, step + 1 if name == "ModelRequested" else step

    def _publish(self, record: Record) -> None:
        apply(self.state, record)
        for queue in self._queues:
            queue.put_nowait(record)

    async def subscribe(self) -> AsyncIterator[Record]:
        """Yield the past, one delta with all text of an open response, then the live."""
        queue: asyncio.Queue[Record | None] = asyncio.Queue()
        past = len(self.records)
        opened = self._open_text()
        self._queues.add(queue)
        if self._closed:
            queue.put_nowait(None)
        try:
            for record in self.records.upto(past):
                yield record
            for record in opened:
                yield record
            while (live := await queue.get()) is not None:
                yield live
        finally:
            self._queues.discard(queue)

    def _open_text(self) -> list[Record]:
        found: list[Record] = []
        for agent in self.state.agents.values():
            turn = agent.turn
            step = next(reversed(turn.steps.values()), None) if turn is not None else None
            if step is None or not step.open or step.request is None:
                continue
            request_id = step.request.request_id
            if step.reasoning:
                thought = ReasoningDelta(request_id=request_id, offset=0, text=step.reasoning)
                found.append(self._record(thought, agent.id, self.state.seq))
            if step.text:
                text = TextDelta(request_id=request_id, offset=0, text=step.text)
                found.append(self._record(text, agent.id, self.state.seq))
        return found

    def close(self) -> None:
        """End every subscription and give up the log."""
        if not self._closed:
            self._closed = True
            for queue in self._queues:
                queue.put_nowait(None)
            self.log.close()
