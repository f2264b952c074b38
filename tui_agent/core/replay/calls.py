"""What a log says of each call: how it was proposed, asked, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tui_agent.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    Record,
    ToolCalled,
    ToolFinished,
)
from tui_agent.core.proposal import Decision, Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """One call, as the log has it."""

    called: ToolCalled | None = None
    proposals: tuple[Proposal, ...] = ()
    """In the order in which the gate saw them."""
    asked_again: tuple[tuple[str, Proposal], ...] = ()
    """Decided requests, and the proposal that was asked after each, since the files had changed."""
    decisions: tuple[Decision, ...] = ()
    finished: ToolFinished | None = None

    @property
    def proposal(self) -> Proposal | None:
        """What it was first proposed as; None where it never came to that."""
        return self.proposals[0] if self.proposals else None

    def after(self, request_id: str) -> Proposal | None:
        """Return what was asked after this request, since the files had changed; None: nothing."""
        return dict(self.asked_again).get(request_id)

    def failed_at_once(self, error: str) -> bool:
        """Return whether it came to no proposal, for this reason."""
        finished = self.finished
        return not self.proposals and finished is not None and finished.output.error == error


def calls_of(records: Iterable[Record]) -> dict[str, RecordedCall]:
    """Return every call of a log by its id."""
    found: dict[str, RecordedCall] = {}
    last_request: dict[str, str] = {}
    for record in records:
        event = record.event
        if not isinstance(event, ToolCalled | ApprovalRequested | ApprovalDecided | ToolFinished):
            continue
        call = found.get(event.call_id, RecordedCall())
        if isinstance(event, ToolCalled):
            call = replace(call, called=event)
        elif isinstance(event, ToolFinished):
            call = replace(call, finished=event)
        elif isinstance(event, ApprovalRequested):
            before = last_request.get(event.call_id)
            if event.asked_before and before is not None:
                pair = (before, event.proposal)
                call = replace(call, asked_again=(*call.asked_again, pair))
            call = replace(call, proposals=(*call.proposals, event.proposal))
            last_request[event.call_id] = event.request_id
        else:
            more = (event.proposal,) if event.proposal is not None else ()
            call = replace(
                call,
                decisions=(*call.decisions, event.decision),
                proposals=(*call.proposals, *more),
            )
        found[event.call_id] = call
    return found
