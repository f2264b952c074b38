"""A foreign session as records of ours: turns, answers, calls with their diffs, results.

What nobody recorded is not made up: no approval is claimed, no snapshot, no price. A rejection that
was recorded is a person's decision.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tui_agent.adapters.foreign_sessions.arguments import (
    NAMES,
    PATHS,
    command_in,
    given_in,
    title_of,
)
from tui_agent.adapters.foreign_sessions.values import (
    Call,
    Changed,
    Foreign,
    Interrupted,
    Item,
    Remark,
    Replied,
    Result,
    Said,
)
from tui_agent.core.blob import INLINE_LIMIT, Blob, Text
from tui_agent.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    EditApplied,
    EndReason,
    Event,
    ModelRequested,
    ModelResponded,
    Notice,
    Record,
    SessionEnded,
    SessionImported,
    SessionStarted,
    ToolCalled,
    ToolFinished,
    ToolStarted,
    TurnEnded,
    TurnStarted,
)
from tui_agent.core.messages import Message, ToolCall
from tui_agent.core.patch import FileChange, Patch, PatchError, describe
from tui_agent.core.proposal import (
    Command,
    Decision,
    Effect,
    FileEffect,
    Proposal,
    Reason,
    Target,
    ToolOutput,
)
from tui_agent.core.report import report_of
from tui_agent.core.state import Session, apply

Put = Callable[[bytes], Blob]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the new session is called, and by whom it is made."""

    session_id: str
    program: str
    argv: tuple[str, ...]
    sha: str
    """SHA-256 of the file that was read."""
    workspace: str
    repository: str


def events_of(foreign: Foreign, identity: Identity, put: Put, now: str) -> Iterator[Record]:
    """Yield the records of the new log, not yet sealed. `put` stores a payload; `now`: UTC, ISO."""
    writer = _Writer(foreign, identity, put, now)
    yield from writer.head()
    for item in foreign.items:
        yield from writer.item(item)
    yield from writer.tail()


@dataclass(slots=True)
class _Writer:
    foreign: Foreign
    identity: Identity
    put: Put
    now: str
    state: Session = field(default_factory=Session)
    seq: int = 0
    turn: int = 0
    step: int = 0
    ts: str = ""
    added: list[Message] = field(default_factory=list)
    open: dict[str, Call] = field(default_factory=dict)
    """Calls without a result, in order."""

    def head(self) -> Iterator[Record]:
        """Say where the session comes from."""
        foreign, identity = self.foreign, self.identity
        self.ts = foreign.started or self.now
        yield self.record(
            SessionImported(
                session_id=identity.session_id,
                origin=foreign.program,
                losses=foreign.told_losses(),
                origin_id=foreign.id,
                sha=identity.sha,
            )
        )
        yield self.record(
            SessionStarted(
                session_id=identity.session_id,
                program=identity.program,
                argv=identity.argv,
                cwd=foreign.cwd,
                workspace=identity.workspace,
                repository=identity.repository,
                git_head=foreign.head or None,
                branch=foreign.branch or None,
                model=foreign.model,
            )
        )

    def tail(self) -> Iterator[Record]:
        """Close what is open."""
        yield from self.end("done")
        yield self.record(SessionEnded())

    def item(self, item: Item) -> Iterator[Record]:
        """Write one item."""
        self.ts = item.ts or self.ts
        match item:
            case Said():
                yield from self.said(item)
            case Replied():
                yield from self.replied(item)
            case Result():
                yield from self.result(item)
            case Interrupted():
                yield from self.end("interrupted")
            case Remark():
                yield self.record(Notice(text=item.text[:2000]))

    def record(self, event: Event) -> Record:
        """Number an event and fold it."""
        self.seq += 1
        record = Record(
            seq=self.seq,
            ts=_iso(self.ts) or self.now,
            mono_ms=self._clock(),
            turn=self.turn,
            step=self.step,
            event=event,
        )
        apply(self.state, record)
        return record

    def _clock(self) -> int:
        first, here = _moment(self.foreign.started), _moment(self.ts)
        if first is None or here is None:
            return self.state.mono_ms
        return max(self.state.mono_ms, round((here - first).total_seconds() * 1000))

    def text(self, text: str) -> Text:
        """Put a long text beside the log."""
        data = text.encode("utf-8", "replace")
        return text if len(data) <= INLINE_LIMIT else self.put(data)

    # Turns

    def said(self, item: Said) -> Iterator[Record]:
        yield from self.end("done")
        text = self.text(item.text)
        self.turn, self.step = self.turn + 1, 0
        self.added.append(Message(role="user", text=text))
        yield self.record(TurnStarted(text=text, mode="ask"))

    def end(self, reason: EndReason) -> Iterator[Record]:
        """End the open turn; a call without a result never ran, as far as anybody knows."""
        turn = self.state.main.turn
        if turn is None:
            return
        for call_id in list(self.open):
            del self.open[call_id]
            output = ToolOutput(ok=False, text="", summary="no result is told", error="unknown")
            yield self.record(ToolFinished(call_id=call_id, output=output, status="unknown"))
        report = report_of(self.state, turn, self._clock())
        yield self.record(TurnEnded(reason=reason, report=report))

    def replied(self, item: Replied) -> Iterator[Record]:
        if self.state.main.turn is None:
            yield from self.said(Said(ts=item.ts, text="(went on)"))
        self.step += 1
        request = f"request-{self.turn}-{self.step}"
        model = item.model or self.foreign.model
        yield self.record(
            ModelRequested(
                request_id=request,
                model=model,
                request_hash="",
                added=tuple(self.added),
                first=self.state.main.requests == 0,
            )
        )
        self.added.clear()
        calls = tuple(
            ToolCall(id=call.id, name=call.name, arguments=call.arguments) for call in item.calls
        )
        yield self.record(
            ModelResponded(
                request_id=request,
                text=self.text(item.text),
                reasoning=self.text(item.thought),
                tool_calls=calls,
                stop="tool_calls" if calls else "end",
                usage=item.usage,
                model=model,
            )
        )
        for call in item.calls:
            self.open[call.id] = call
            tool = NAMES.get(call.name, call.name)
            arguments = self.text(call.arguments)
            yield self.record(ToolCalled(call_id=call.id, tool=tool, arguments=arguments))

    # Calls

    def result(self, item: Result) -> Iterator[Record]:
        call = self.open.pop(item.call_id, None)
        if call is None:
            return
        proposal = self.proposal(call, item.files)
        text = self.text(item.text)
        self.added.append(Message(role="tool", text=text, call_id=call.id))
        if item.rejected:
            yield from self.rejected(proposal, item, text)
            return
        reason = Reason(
            rule="imported", text=f"decided in {self.foreign.origin}", origin="the imported session"
        )
        decision = Decision(verdict="once", by="rule", reason=reason)
        yield self.record(ApprovalDecided(call_id=call.id, decision=decision, proposal=proposal))
        yield self.record(ToolStarted(call_id=call.id))
        effects = tuple(self.effect(file, proposal) for file in item.files)
        if effects:
            yield self.record(EditApplied(call_id=call.id, files=effects))
        began = _moment(self.state.main.turns[-1].calls[call.id].ts)
        ended = _moment(item.ts)
        ms = round((ended - began).total_seconds() * 1000) if began and ended else 0
        yield self.record(
            ToolFinished(
                call_id=call.id,
                output=ToolOutput(
                    ok=item.ok,
                    text=text,
                    summary=_summary(item),
                    exit_code=item.exit_code,
                    files=effects,
                ),
                ms=max(0, ms),
            )
        )

    def rejected(self, proposal: Proposal, item: Result, text: Text) -> Iterator[Record]:
        """Write a rejection: the one decision that other programs record."""
        request = f"ask-{item.call_id}"
        yield self.record(
            ApprovalRequested(
                request_id=request,
                call_id=item.call_id,
                proposal=proposal,
                reason=Reason(rule="imported", text=f"asked in {self.foreign.origin}"),
            )
        )
        yield self.record(
            ApprovalDecided(
                call_id=item.call_id,
                request_id=request,
                decision=Decision(verdict="reject", feedback=item.feedback),
            )
        )
        output = ToolOutput(ok=False, text=text, error="denied")
        yield self.record(ToolFinished(call_id=item.call_id, output=output, status="denied"))

    def proposal(self, call: Call, files: Sequence[Changed]) -> Proposal:
        """Return what a call would have done, as far as its arguments say."""
        given = given_in(call.arguments)
        command = command_in(given)
        tool = NAMES.get(call.name, call.name)
        patch = self.patch(files)
        paths = [self.path(file.path) for file in files]
        paths = paths or [self.path(str(given[name])) for name in PATHS if given.get(name)]
        effect: Effect = "read"
        if files or tool in {"edit", "write", "apply_patch"}:
            effect = "edit"
        elif command:
            effect = "execute"
        return Proposal(
            call_id=call.id,
            tool=tool,
            title=title_of(command, paths, given),
            effects=frozenset({effect}),
            targets=tuple(Target(path=path, effect=effect) for path in paths),
            patch=patch,
            command=Command(text=command) if command else None,
            arguments=call.arguments if len(call.arguments) <= INLINE_LIMIT else "",
        )

    def patch(self, files: Sequence[Changed]) -> Patch | None:
        made = []
        for file in files:
            if not file.known:
                continue
            change = FileChange(
                path=self.path(file.path), before=_bytes(file.before), after=_bytes(file.after)
            )
            try:
                made.append(describe(change, self.put))
            except PatchError:
                continue
        return Patch(files=tuple(made)) if made else None

    def effect(self, file: Changed, proposal: Proposal) -> FileEffect:
        path = self.path(file.path)
        files = proposal.patch.files if proposal.patch is not None else ()
        own = next((one for one in files if one.path == path), None)
        return FileEffect(
            path=path,
            sha_before=own.before.sha if own is not None and own.before is not None else None,
            sha_after=own.after.sha if own is not None and own.after is not None else None,
            added=own.plus if own is not None else file.added,
            removed=own.minus if own is not None else file.removed,
        )

    def path(self, path: str) -> str:
        """Return a path as ours are: from the workspace where it lies there."""
        root = self.identity.workspace.rstrip("/") + "/"
        return posixpath.normpath(path.removeprefix(root)) if path.startswith(root) else path


def _summary(item: Result) -> str:
    if item.exit_code is not None:
        return f"exit {item.exit_code}" if item.exit_code else ""
    return "" if item.ok else "failed"


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode("utf-8", "surrogatepass")


def _moment(ts: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(ts)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _iso(ts: str) -> str:
    """Return a time as our logs have it, or an empty string."""
    moment = _moment(ts)
    if moment is None:
        return ""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
