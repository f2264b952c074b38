"""What of a session a search looks through: messages, commands, file names, outputs, reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tui_agent.core.blob import Text, preview_of
from tui_agent.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    Labelled,
    ModelResponded,
    Record,
    ToolCalled,
    ToolFinished,
    TurnStarted,
    UserSteered,
)
from tui_agent.core.proposal import Proposal
from tui_agent.core.state.stops import Stop, find_stops, stop_of_seq

PassageKind = Literal["message", "answer", "command", "file", "output", "reason", "label"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One piece of text, and where in the session it stands."""

    seq: int
    step: int
    """Its stop's number: the STEP of `agent replay --at`."""
    kind: PassageKind
    text: Text


def passages(records: Sequence[Record]) -> Iterator[Passage]:
    """Yield everything that can be found in a session, in order."""
    stops = find_stops(records)
    for record in records:
        reader = _READERS.get(type(record.event))
        if reader is None:
            continue
        for kind, text in reader(record.event):
            if text:
                yield Passage(seq=record.seq, step=_step(stops, record.seq), kind=kind, text=text)


def words_by_step(records: Sequence[Record]) -> dict[int, str]:
    """Return what can be found at each step, in lower case: also what calls were made with.

    Of a text that is a payload, its beginning.
    """
    stops = find_stops(records)
    found: dict[int, list[str]] = {}
    for one in passages(records):
        found.setdefault(one.step, []).append(preview_of(one.text))
    for record in records:
        if isinstance(record.event, ToolCalled):
            arguments = preview_of(record.event.arguments)
            found.setdefault(_step(stops, record.seq), []).append(arguments)
    return {step: "\n".join(texts).casefold() for step, texts in found.items()}


def _step(stops: Sequence[Stop], seq: int) -> int:
    stop = stop_of_seq(stops, seq)
    return stop.number if stop is not None else min(1, len(stops))


_Found = Iterator[tuple[PassageKind, Text]]


def _said(event: TurnStarted | UserSteered) -> _Found:
    yield "message", event.text
    for attached in event.attachments:
        yield "file", attached.name


def _answered(event: ModelResponded) -> _Found:
    yield "answer", event.text


def _asked(event: ApprovalRequested) -> _Found:
    yield from _proposed(event.proposal)


def _decided(event: ApprovalDecided) -> _Found:
    if event.proposal is not None:
        yield from _proposed(event.proposal)
    if event.decision.command is not None:
        yield "command", event.decision.command
    yield "reason", event.decision.feedback
    for reason in dict.fromkeys(hunk.reason for hunk in event.decision.hunks):
        yield "reason", reason


def _proposed(proposal: Proposal) -> _Found:
    if proposal.command is not None:
        yield "command", proposal.command.text
    paths = [target.path for target in proposal.targets]
    if proposal.patch is not None:
        for file in proposal.patch.files:
            paths += [file.path, *([file.new_path] if file.new_path else [])]
    for path in dict.fromkeys(paths):
        yield "file", path


def _finished(event: ToolFinished) -> _Found:
    yield "output", event.output.output or event.output.text


def _labelled(event: Labelled) -> _Found:
    yield "label", event.text


_READERS: dict[type[Any], Callable[[Any], _Found]] = {
    TurnStarted: _said,
    UserSteered: _said,
    ModelResponded: _answered,
    ApprovalRequested: _asked,
    ApprovalDecided: _decided,
    ToolFinished: _finished,
    Labelled: _labelled,
}
