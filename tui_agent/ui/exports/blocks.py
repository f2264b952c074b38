"""A session as blocks to be read: what was said, done, decided and found, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tui_agent.core.blob import Text
from tui_agent.core.events import CheckFinished, Record, TurnEnded
from tui_agent.core.masking import Masked
from tui_agent.core.overview import Outcome, Overview, outcome_of_turn, overview_of
from tui_agent.core.patch import FilePatch, FileView, Patch, PatchError, file_run_sentence
from tui_agent.core.state import Call, Item, Session, Turn, command_of, fold
from tui_agent.core.state.stops import Stop, find_stops, verdict_in_words
from tui_agent.ui.clean import clean, plain_output
from tui_agent.ui.tui.call_line import object_of, verb_of
from tui_agent.ui.tui.file_text import FileText, ShownLine
from tui_agent.ui.tui.review_model import Review
from tui_agent.ui.tui.review_spots import Spot, SpotVerdict

READING_SECONDS = 0.5
"""How long one hunk's syntax may take to read; then it is plain."""
MOST_OUTPUT = 400
"""Lines of one output that are told: the first and the last."""

Sign = Literal["done", "failed", "warning", "denied", "waiting", "edited", "queued", "running"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the user said."""

    text: str
    ts: str
    steered: bool = False
    attached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model said, as Markdown; and what it thought, where that was shown."""

    text: str
    thought: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HunkBlock:
    """One hunk as it was decided."""

    number: int
    name: str
    verdict: SpotVerdict
    reason: str = ""
    after_ms: int = 0
    """How long its decision took; 0: unknown, or nobody was asked."""
    added: int = 0
    removed: int = 0
    lines: tuple[ShownLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileBlock:
    """One file of an edit."""

    path: str
    what: str
    """`changed`, `new file`, `deleted`, or where it went."""
    added: int
    removed: int
    notes: tuple[str, ...] = ()
    hunks: tuple[HunkBlock, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBlock:
    """One call: what it was, what came of it."""

    verb: str
    subject: str
    sign: Sign
    result: str = ""
    command: str = ""
    output: str = ""
    decision: str = ""
    """What a person or a rule decided, in words."""
    by: str = ""
    """Who decided: `user`, `rule`, `mode`, `hook`; empty: nobody."""
    waited_ms: int = 0
    files: tuple[FileBlock, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteBlock:
    """A line that neither of the two said."""

    text: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportBlock:
    """How a turn ended."""

    ended: TurnEnded
    outcome: Outcome


Block = Said | Answer | CallBlock | NoteBlock | ReportBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnBlocks:
    """One turn."""

    number: int
    blocks: tuple[tuple[Block, int], ...]
    """Each with the number of the replay's step that it is seen at; 0 where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A session to be told."""

    overview: Overview
    turns: tuple[TurnBlocks, ...]
    stops: tuple[Stop, ...]
    left_out: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    """What an import could not take over."""


def telling_of(session: Masked) -> Telling:
    """Return a session as blocks."""
    state = fold(session.records)
    stops = find_stops(session.records)
    reader = _Reader(session, stops)
    return Telling(
        overview=overview_of(session.records, state),
        turns=tuple(
            TurnBlocks(number=turn.number, blocks=tuple(reader.turn(turn, state)))
            for turn in state.main.turns
        ),
        stops=stops,
        left_out=session.left_out,
        losses=tuple(_losses(session.records)),
    )


def _losses(records: Sequence[Record]) -> Iterator[str]:
    for record in records:
        yield from getattr(record.event, "losses", ())


class _Reader:
    """Reads turns with the payloads at hand."""

    def __init__(self, session: Masked, stops: Sequence[Stop]) -> None:
        self._payloads = session.payloads
        self._by_call = {stop.call_id: stop.number for stop in stops if stop.call_id}
        self._users = _numbers(stops, "user")
        self._answers = {(stop.turn, stop.seq): stop.number for stop in stops}
        self._stops = stops
        self._checks = {
            one.event.call_id: one.event
            for one in session.records
            if isinstance(one.event, CheckFinished)
        }

    def turn(self, turn: Turn, state: Session) -> Iterator[tuple[Block, int]]:
        del state
        for item in turn.items:
            block = self._block(turn, item)
            if block is not None:
                yield block, self._step(turn, item)
        if turn.reported is not None:
            yield ReportBlock(ended=turn.reported, outcome=outcome_of_turn(turn.reported)), 0

    def _step(self, turn: Turn, item: Item) -> int:
        if item.kind == "call":
            return self._by_call.get(item.key, 0)
        if item.kind == "user" and item.key == "0":
            return self._users.get(turn.number, 0)
        return 0

    def _block(self, turn: Turn, item: Item) -> Block | None:
        match item.kind:
            case "user":
                user = turn.users[int(item.key)]
                return Said(
                    text=self._text(user.text),
                    ts=user.ts,
                    steered=user.steered,
                    attached=tuple(one.name for one in user.attachments),
                )
            case "text":
                step = turn.steps[int(item.key)]
                text = self._text(step.response.text) if step.response is not None else step.text
                if not text.strip():
                    return None
                return Answer(text=text, thought=step.reasoning)
            case "call":
                return self._call(turn.calls[item.key])
            case _:
                note = turn.notes[int(item.key)]
                return NoteBlock(text=note.text, level=note.level)

    def _text(self, text: Text) -> str:
        if isinstance(text, str):
            return text
        data = self._payloads.get(text.sha)
        if data is None:
            return f"{text.preview}… (the rest is missing)"
        return data.decode("utf-8", "replace")

    def _call(self, call: Call) -> CallBlock:
        proposal, output = call.proposal, call.output
        command = command_of(call)
        decision = ""
        if call.decision is not None and (call.request_id or call.ended == "denied"):
            decision = verdict_in_words(proposal, call.decision)[1]
            if call.reason is not None and call.decision.by != "user":
                decision = f"{call.reason.rule}: {call.reason.text}"
        text = ""
        if output is not None and proposal is not None and proposal.patch is None:
            text = _shortened(plain_output(self._text(output.output or output.text)))
        subject = object_of(call)
        result = output.summary if output is not None else ""
        check = self._checks.get(call.id)
        if check is not None and check.summary:
            result = check.summary
        return CallBlock(
            verb=verb_of(call),
            subject=subject,
            sign=_sign(call),
            result="" if subject.endswith(result) else result,
            command=command,
            output=text,
            decision=decision,
            by=call.decision.by if call.decision is not None else "",
            waited_ms=call.waited_ms,
            files=tuple(self._files(proposal.patch, call)) if proposal and proposal.patch else (),
        )

    def _files(self, patch: Patch, call: Call) -> Iterator[FileBlock]:
        views: list[FileView] = []
        for file in patch.files:
            view = self._view(file)
            if view is None:
                yield _bare(file, "its text is missing")
            else:
                views.append(view)
        review = Review(views, call.decision)
        for index, view in enumerate(views):
            spots = [spot for spot in review.spots if spot.file == index]
            yield _file(view, spots, call)

    def _view(self, file: FilePatch) -> FileView | None:
        sides = [
            self._payloads.get(side.sha) if side is not None else None
            for side in (file.before, file.after)
        ]
        try:
            return FileView.of(file, sides[0], sides[1])
        except PatchError:
            return None


def _numbers(stops: Sequence[Stop], kind: str) -> dict[int, int]:
    found: dict[int, int] = {}
    for stop in stops:
        if stop.kind == kind:
            found.setdefault(stop.turn, stop.number)
    return found


def _sign(call: Call) -> Sign:
    if call.ended == "denied":
        return "denied"
    if call.status == "asked":
        return "waiting"
    if call.output is None:
        return "running"
    if not call.output.ok:
        return "failed" if call.ended == "finished" else "denied"
    return "done"


def _shortened(text: str) -> str:
    lines = clean(text).rstrip("\n").split("\n")
    if len(lines) <= MOST_OUTPUT:
        return "\n".join(lines)
    half = MOST_OUTPUT // 2
    left = len(lines) - MOST_OUTPUT
    return "\n".join([*lines[:half], f"… {left:,} lines left out", *lines[-half:]])


_KINDS = {"create": "new file", "delete": "deleted", "rename": "renamed", "mode": "mode"}


def _what(file: FilePatch) -> str:
    if file.new_path:
        return f"renamed to {file.new_path}"
    return _KINDS.get(file.kind, "changed")


def _bare(file: FilePatch, note: str) -> FileBlock:
    return FileBlock(
        path=file.path, what=_what(file), added=file.plus, removed=file.minus, notes=(note,)
    )


def _file(view: FileView, spots: Sequence[Spot], call: Call) -> FileBlock:
    text = FileText(view)
    runs = tuple(file_run_sentence(run, view) for run in view.patch.file_runs)
    return FileBlock(
        path=view.path,
        what=_what(view.patch),
        added=view.patch.plus,
        removed=view.patch.minus,
        notes=(*view.patch.notes, *runs),
        hunks=tuple(
            _hunk(text, spot, number, call)
            for number, spot in enumerate(spots, 1)
            if spot.hunk is not None
        ),
    )


def _hunk(text: FileText, spot: Spot, number: int, call: Call) -> HunkBlock:
    hunk = spot.hunk
    if hunk is None:
        raise ValueError("a change of the file itself is no hunk")
    text.read(hunk, READING_SECONDS)
    around, name = text.name(hunk)
    return HunkBlock(
        number=number,
        name=f"{around}{name}",
        verdict=spot.verdict,
        reason=spot.reason,
        after_ms=(spot.after_ms or call.waited_ms) if call.request_id else 0,
        added=hunk.plus,
        removed=hunk.minus,
        lines=tuple(text.lines(spot)),
    )
