"""Where a replay stops: messages, responses, decisions, results, checks and rewinds."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from tui_agent.core.blob import preview_of
from tui_agent.core.events import (
    MAIN_AGENT,
    ApprovalDecided,
    ApprovalRequested,
    CheckFinished,
    ContextCompacted,
    Labelled,
    ModelFailed,
    ModelResponded,
    Record,
    Rewound,
    ToolCalled,
    ToolFinished,
    TurnEnded,
    TurnStarted,
    UserSteered,
)
from tui_agent.core.proposal import Decision, Proposal

StopKind = Literal["user", "model", "approval", "call", "check", "rewind"]
StopMark = Literal["turn", "plain", "edit", "accepted", "mixed", "rejected", "failed", "denied"]

RARITY: tuple[StopMark, ...] = (
    "failed", "denied", "rejected", "mixed", "turn", "edit", "accepted", "plain",
)  # fmt: skip
"""From the rarest kind to the commonest: a cell for several stops shows the first of these."""

TITLES: dict[StopKind, str] = {
    "user": "you",
    "model": "model",
    "approval": "approval",
    "call": "call",
    "check": "check",
    "rewind": "rewind",
}

TENTHS_BELOW = 10
"""Seconds: a shorter wait is told to a tenth."""
MINUTES_FROM = 120
"""Seconds: a longer wait is told in minutes."""

_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One place to stop at."""

    number: int
    """Its number in the session, from 1: the STEP of `--at` and of `ID@STEP`."""
    kind: StopKind
    mark: StopMark
    title: str
    text: str
    """What happened, in a line."""
    seq: int
    count: int = 0
    """How many records its state is folded from: everything before the next stop."""
    ts: str
    turn: int
    agent_id: str = MAIN_AGENT
    ms: int = 0
    """How long it took: model, tool, or the person's decision."""
    call_id: str = ""
    labels: tuple[str, ...] = ()


def find_stops(records: Iterable[Record]) -> tuple[Stop, ...]:
    """Return the stops of a log, in order."""
    finder = _Finder()
    total = 0
    for total, record in enumerate(records, start=1):
        finder.see(record, total)
    return finder.done(total)


def stop_at(stops: Sequence[Stop], place: str) -> Stop:
    """Return the stop that a person names: a number, a time of day, or a label.

    Raises:
        LookupError: if there is none; the message names what there is.
    """
    place = place.strip()
    if not stops:
        raise LookupError("This session has no steps.")
    if place.isdecimal():
        return _numbered(stops, int(place))
    clock = _CLOCK.match(place)
    if clock:
        wanted = f"{int(clock[1]):02}:{clock[2]}:{clock[3] or '59'}"
        earlier = [stop for stop in stops if stop.ts[11:19] <= wanted]
        return earlier[-1] if earlier else stops[0]
    return _labelled_so(stops, place)


def _numbered(stops: Sequence[Stop], number: int) -> Stop:
    if 1 <= number <= len(stops):
        return stops[number - 1]
    raise LookupError(f"There is no step {number}: the session has {len(stops)}.")


def _labelled_so(stops: Sequence[Stop], text: str) -> Stop:
    for stop in stops:
        if any(text in label for label in stop.labels):
            return stop
    labels = [label for stop in stops for label in stop.labels]
    known = f"Labels: {', '.join(labels)}." if labels else "It has no labels."
    raise LookupError(f"There is no step, time or label {text!r}. {known}")


def stop_of_seq(stops: Sequence[Stop], seq: int) -> Stop | None:
    """Return the stop that a record belongs to: the last one at or before it."""
    index = bisect_right(stops, seq, key=lambda stop: stop.seq)
    return stops[index - 1] if index else None


class _Finder:
    """Goes through a log once; a stop ends where the next begins."""

    def __init__(self) -> None:
        self.stops: list[Stop] = []
        self.proposals: dict[str, Proposal] = {}
        self.origins: dict[str, ToolCalled] = {}
        self.requested: set[str] = set()

    def see(self, record: Record, count: int) -> None:
        handler = _HANDLERS.get(type(record.event))
        found = handler(self, record, record.event) if handler is not None else None
        if found is not None:
            self._end(count - 1)
            self.stops.append(replace(found, number=len(self.stops) + 1))

    def done(self, total: int) -> tuple[Stop, ...]:
        self._end(total)
        return tuple(self.stops)

    def _end(self, count: int) -> None:
        if self.stops:
            self.stops[-1] = replace(self.stops[-1], count=count)


def _stop(record: Record, kind: StopKind, mark: StopMark, text: str) -> Stop:
    return Stop(
        number=0,
        kind=kind,
        mark=mark,
        title=TITLES[kind],
        text=text,
        seq=record.seq,
        ts=record.ts,
        turn=record.turn,
        agent_id=record.agent_id,
    )


def _said(_finder: _Finder, record: Record, event: TurnStarted) -> Stop | None:
    if record.agent_id != MAIN_AGENT:
        return None
    return _stop(record, "user", "turn", one_line(preview_of(event.text)))


def _steered(_finder: _Finder, record: Record, event: UserSteered) -> Stop:
    stop = _stop(record, "user", "plain", one_line(preview_of(event.text)))
    return replace(stop, title="you, meanwhile")


def _responded(_finder: _Finder, record: Record, event: ModelResponded) -> Stop:
    text = one_line(preview_of(event.text))
    if not text and event.tool_calls:
        text = "asks for " + ", ".join(call.name for call in event.tool_calls)
    return replace(_stop(record, "model", "plain", text or "says nothing"), ms=event.ms)


def _model_failed(_finder: _Finder, record: Record, event: ModelFailed) -> Stop | None:
    if event.retry_seconds is not None:
        return None
    return _stop(record, "model", "failed", one_line(event.message))


def _called(finder: _Finder, _record: Record, event: ToolCalled) -> None:
    finder.origins[event.call_id] = event


def _asked(finder: _Finder, _record: Record, event: ApprovalRequested) -> None:
    finder.proposals[event.call_id] = event.proposal
    finder.requested.add(event.request_id)


def _decided(finder: _Finder, record: Record, event: ApprovalDecided) -> Stop | None:
    if event.proposal is not None:
        finder.proposals[event.call_id] = event.proposal
    if event.request_id not in finder.requested:
        return None
    proposal = finder.proposals.get(event.call_id)
    mark, text = verdict_in_words(proposal, event.decision)
    text += f", after {_seconds(event.waited_ms)}"
    stop = _stop(record, "approval", mark, text)
    return replace(stop, ms=event.waited_ms, call_id=event.call_id)


def _finished(finder: _Finder, record: Record, event: ToolFinished) -> Stop | None:
    origin = finder.origins.get(event.call_id)
    last = finder.stops[-1] if finder.stops else None
    if last is not None and last.call_id == event.call_id and last.mark == "rejected":
        return None
    if origin is not None and origin.origin == "check" and event.status == "finished":
        return None
    proposal = finder.proposals.get(event.call_id)
    title = origin.tool if origin is not None else "call"
    what = proposal.title if proposal is not None else ""
    said = one_line(what)
    summary = "" if said.endswith(event.output.summary) else event.output.summary
    text = "  ".join(part for part in (said, summary) if part)
    mark: StopMark = "plain"
    if event.status == "denied":
        mark = "denied"
    elif not event.output.ok:
        mark = "failed"
    elif event.output.files:
        mark = "edit"
        # The title counts what was proposed.
        text = "  ".join((said.partition("  ")[0], summary)) if summary else said
    stop = _stop(record, "call", mark, text)
    return replace(stop, title=title, ms=event.ms, call_id=event.call_id)


def _checked(_finder: _Finder, record: Record, event: CheckFinished) -> Stop:
    mark: StopMark = "accepted" if event.passed else "failed"
    where = "on the accepted hunks, in a copy" if event.trial else ""
    text = "  ".join(part for part in (one_line(event.command), event.summary, where) if part)
    milliseconds = round(event.seconds * 1000)
    return replace(_stop(record, "check", mark, text), ms=milliseconds, call_id=event.call_id)


def _rewound(_finder: _Finder, record: Record, event: Rewound) -> Stop:
    what = {(True, True): "conversation and files", (True, False): "conversation"}
    said = what.get((event.conversation, event.files), "files")
    place = event.place or f"record {event.to_seq}"
    return _stop(record, "rewind", "plain", f"to {place}: {said}")


def _compacted(_finder: _Finder, record: Record, event: ContextCompacted) -> Stop:
    text = f"{event.messages_before} messages summarised, {event.messages_kept} kept"
    return replace(_stop(record, "model", "plain", text), title="compacted")


def _labelled(finder: _Finder, _record: Record, event: Labelled) -> None:
    if finder.stops:
        last = finder.stops[-1]
        finder.stops[-1] = replace(last, labels=(*last.labels, event.text))


def _turn_ended(finder: _Finder, record: Record, event: TurnEnded) -> Stop | None:
    """A turn that a person cut off ends in a failure of its own; any other end shows itself."""
    if event.reason != "interrupted" or record.agent_id != MAIN_AGENT or not finder.stops:
        return None
    return _stop(record, "user", "failed", "interrupted")


_HANDLERS: dict[type[Any], Callable[[_Finder, Record, Any], Stop | None]] = {
    TurnStarted: _said,
    UserSteered: _steered,
    ModelResponded: _responded,
    ModelFailed: _model_failed,
    ToolCalled: _called,
    ApprovalRequested: _asked,
    ApprovalDecided: _decided,
    ToolFinished: _finished,
    CheckFinished: _checked,
    Rewound: _rewound,
    ContextCompacted: _compacted,
    Labelled: _labelled,
    TurnEnded: _turn_ended,
}


def verdict_in_words(proposal: Proposal | None, decision: Decision) -> tuple[StopMark, str]:
    """Return the mark of a decision, and what was decided in a few words."""
    if proposal is not None and proposal.patch is not None and decision.hunks:
        return _hunks_in_words(decision)
    if proposal is not None and proposal.question is not None and decision.verdict != "reject":
        answer = decision.answer or "yes"
        labels = {choice.key: choice.label for choice in proposal.question.choices}
        return "accepted", one_line(labels.get(answer, answer))
    if decision.verdict == "reject":
        why = f": {one_line(decision.feedback)}" if decision.feedback else ""
        return "rejected", f"rejected{why}"
    if decision.command is not None:
        return "mixed", f"allowed as edited: {one_line(decision.command)}"
    scope = {"session": " for the session", "rule": " by a new rule"}.get(decision.verdict, " once")
    return "accepted", f"allowed{scope}"


def _hunks_in_words(decision: Decision) -> tuple[StopMark, str]:
    counts = {
        verdict: sum(hunk.verdict == verdict for hunk in decision.hunks)
        for verdict in ("accept", "edit", "reject")
    }
    words = {"accept": "accepted", "edit": "edited", "reject": "rejected"}
    parts = [(count, words[verdict]) for verdict, count in counts.items() if count]
    first, word = parts[0]
    text = f"{first} {'hunk' if first == 1 else 'hunks'} {word}"
    text += "".join(f", {count} {word}" for count, word in parts[1:])
    if len(parts) > 1 or counts["edit"]:
        return "mixed", text
    return ("accepted" if counts["accept"] else "rejected"), text


def one_line(text: str, limit: int = 120) -> str:
    """Return the first line that says something, cut to `limit` characters."""
    line = next((part.strip() for part in text.split("\n") if part.strip()), "")
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _seconds(milliseconds: int) -> str:
    seconds = milliseconds / 1000
    if seconds < TENTHS_BELOW:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < MINUTES_FROM else f"{seconds / 60:.0f} min"
