"""What one record adds to the figures, told from those before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tui_agent.core.events import (
    MAIN_AGENT,
    ApprovalDecided,
    ApprovalRequested,
    EditApplied,
    ModelRequested,
    ModelResponded,
    Record,
    ToolCalled,
    ToolFinished,
    TurnStarted,
)
from tui_agent.core.messages import Usage
from tui_agent.core.proposal import Decision, Proposal
from tui_agent.core.stats.values import Dimension

Keys = Mapping[Dimension, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """Something to count, and under which keys."""

    keys: Keys
    counts: Mapping[str, int] = field(default_factory=dict)
    """Fields of a Row."""
    usage: Usage | None = None


class Reader:
    """Reads one session's records in order."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.models: dict[int, str] = {}
        """Of each response, by its record's number: the model."""
        self.tools: dict[str, str] = {}
        """Of each call: the tool."""
        self._requests: dict[str, str] = {}
        self._proposals: dict[str, Proposal] = {}
        self._written: set[str] = set()

    def amounts(self, record: Record) -> Iterator[Amount]:
        """Yield what a record adds."""
        handler = _HANDLERS.get(type(record.event))
        if handler is not None:
            yield from handler(self, record, record.event)

    def turn(self, record: Record, _event: TurnStarted) -> Iterator[Amount]:
        if record.agent_id == MAIN_AGENT:
            yield Amount(keys=_day(record), counts={"turns": 1})

    def requested(self, _record: Record, event: ModelRequested) -> Iterator[Amount]:
        self._requests[event.request_id] = event.model
        yield from ()

    def responded(self, record: Record, event: ModelResponded) -> Iterator[Amount]:
        model = event.model or self._requests.get(event.request_id, "")
        self.models[record.seq] = model
        unpriced = int(event.usage.cost_usd is None)
        yield Amount(
            keys={**_day(record), "model": model},
            counts={"requests": 1, "unpriced": unpriced},
            usage=event.usage,
        )

    def called(self, _record: Record, event: ToolCalled) -> Iterator[Amount]:
        self.tools[event.call_id] = event.tool
        yield from ()

    def asked(self, _record: Record, event: ApprovalRequested) -> Iterator[Amount]:
        self._proposals[event.call_id] = event.proposal
        yield from ()

    def decided(self, record: Record, event: ApprovalDecided) -> Iterator[Amount]:
        if event.proposal is not None:
            self._proposals[event.call_id] = event.proposal
        proposal = self._proposals.get(event.call_id)
        tool = self.tools.get(event.call_id, proposal.tool if proposal is not None else "")
        keys: dict[Dimension, str] = {**_day(record), "tool": tool}
        by_person = bool(event.request_id) and event.decision.by == "user"
        if proposal is not None and proposal.patch is not None:
            for path, name, count in _hunks(proposal, event.decision, by_person=by_person):
                yield Amount(keys={**keys, "file": path}, counts={name: count})
        elif by_person:
            refused = int(event.decision.verdict == "reject")
            yield Amount(keys=keys, counts={"asked": 1, "refused": refused})

    def applied(self, record: Record, event: EditApplied) -> Iterator[Amount]:
        for file in event.files:
            again = int(file.path in self._written)
            self._written.add(file.path)
            yield Amount(
                keys={
                    **_day(record),
                    "file": file.path,
                    "tool": self.tools.get(event.call_id, ""),
                },
                counts={"edits": 1, "again": again, "added": file.added, "removed": file.removed},
            )

    def finished(self, record: Record, event: ToolFinished) -> Iterator[Amount]:
        yield Amount(
            keys={**_day(record), "tool": self.tools.get(event.call_id, "")},
            counts={
                "calls": 1,
                "denied": int(event.status == "denied"),
                "failed": int(event.status != "denied" and not event.output.ok),
            },
        )


def _day(record: Record) -> dict[Dimension, str]:
    return {"day": record.ts[:10]}


def _hunks(
    proposal: Proposal, decision: Decision, *, by_person: bool
) -> Iterator[tuple[str, str, int]]:
    """Yield path, field and number of the hunks of a decision; a bare verdict is about all."""
    if decision.hunks:
        names = {"accept": "accepted", "edit": "edited", "reject": "rejected"}
        for hunk in decision.hunks:
            name = names[hunk.verdict]
            if by_person:
                yield hunk.path, name, 1
            elif name != "rejected":
                yield hunk.path, "unasked", 1
        return
    rejects = decision.verdict == "reject"
    for file in proposal.patch.files if proposal.patch is not None else ():
        count = len(file.run_ids)
        if by_person:
            yield file.path, "rejected" if rejects else "accepted", count
        elif not rejects:
            yield file.path, "unasked", count


_HANDLERS: dict[type[Any], Callable[[Reader, Record, Any], Iterator[Amount]]] = {
    TurnStarted: Reader.turn,
    ModelRequested: Reader.requested,
    ModelResponded: Reader.responded,
    ToolCalled: Reader.called,
    ApprovalRequested: Reader.asked,
    ApprovalDecided: Reader.decided,
    EditApplied: Reader.applied,
    ToolFinished: Reader.finished,
}
