"""A session told in plain lines, record by record: for headless runs, line mode and replay."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tui_agent.core.agents import name_of
from tui_agent.core.blob import Blob, Text, preview_of
from tui_agent.core.events import (
    MAIN_AGENT,
    AgentStarted,
    ApprovalDecided,
    ApprovalRequested,
    CheckFinished,
    ContextCompacted,
    LogRecovered,
    ModelFailed,
    ModelHeld,
    ModelRequested,
    ModelResponded,
    Notice,
    PhaseEntered,
    PlanUpdated,
    Record,
    Redacted,
    SessionEnded,
    SessionResumed,
    SettingChanged,
    TextDelta,
    ToolFinished,
    ToolOutputDelta,
    ToolStarted,
    TrialStarted,
    TurnEnded,
    TurnStarted,
    UserSteered,
    WorkspaceChanged,
)
from tui_agent.core.messages import Attachment
from tui_agent.core.patch import FileView, PatchError
from tui_agent.core.proposal import Proposal
from tui_agent.core.state import Call, Session, apply
from tui_agent.ui.compaction_lines import compaction_lines
from tui_agent.ui.figures import duration, size
from tui_agent.ui.plain_diff import file_lines
from tui_agent.ui.plan_lines import plan_lines
from tui_agent.ui.report import report_lines
from tui_agent.ui.text import Line, Style
from tui_agent.ui.tool_lines import VERB, ledger_lines, tool_line

Load = Callable[[str], Awaitable[bytes]]
OUTPUT_LINES = 40
"""Lines of a command's output that are told; the first and the last ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """How much is told."""

    users: bool = False
    """The user's own messages, too."""
    tools: bool = True
    """A line a tool call."""
    diffs: bool = False
    """What an edit would do, before it is decided."""
    output: bool = False
    """What commands printed."""
    deltas: bool = False
    """The answer and a command's output while they stream in, a line at a time."""
    phases: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Lines for one record: the answer itself, and what surrounds it."""

    answer: tuple[Line, ...] = ()
    aside: tuple[Line, ...] = ()


class Transcript:
    """Folds records and tells each; `state` is the session so far."""

    def __init__(self, load: Load, detail: Detail) -> None:
        self.state = Session()
        self._load, self._detail = load, detail
        self._streamed = ""
        self._warned: set[tuple[int, str]] = set()
        self._told_stream = 0
        self._rest = ""
        self._handlers: dict[type[Any], Callable[[Record, Any], Awaitable[Told]]] = {
            AgentStarted: self._sent_out,
            TurnStarted: self._started,
            UserSteered: self._steered,
            TextDelta: self._delta,
            ModelResponded: self._responded,
            ModelFailed: self._failed,
            ModelHeld: self._held,
            ApprovalRequested: self._asked,
            ApprovalDecided: self._decided,
            ToolStarted: self._tool_started,
            ToolOutputDelta: self._output,
            ToolFinished: self._finished,
            PlanUpdated: self._plan,
            PhaseEntered: self._phase,
            CheckFinished: self._check,
            TrialStarted: self._trial,
            ContextCompacted: _of_compaction,
            ModelRequested: _of_compaction,
            Notice: self._notice,
            LogRecovered: self._recovered,
            Redacted: self._redacted,
            WorkspaceChanged: self._changed,
            SettingChanged: self._setting,
            SessionResumed: self._resumed,
            SessionEnded: self._session_ended,
            TurnEnded: self._ended,
        }

    def fold(self, record: Record) -> None:
        """Take a record of the past into the state and tell nothing."""
        apply(self.state, record)

    async def tell(self, record: Record) -> Told:
        """Fold a record and return what to say of it."""
        apply(self.state, record)
        if record.agent_id != MAIN_AGENT:
            return await self._of_child(record)
        handler = self._handlers.get(type(record.event))
        return await handler(record, record.event) if handler is not None else _NOTHING

    async def _of_child(self, record: Record) -> Told:
        """Tell what a child does, its name before each line; its deltas and its end are not told.

        Its last message is the result of the call that sent it out.
        """
        event = record.event
        if not self._detail.tools or isinstance(event, _NOT_OF_CHILDREN):
            return _NOTHING
        if isinstance(event, ModelResponded):
            lines: tuple[Line, ...] = _plain((await self.text_of(event.text)).strip("\n"))
        else:
            handler = self._handlers.get(type(event))
            told = await handler(record, event) if handler is not None else _NOTHING
            lines = (*told.answer, *told.aside)
        name = name_of(self.state.agents[record.agent_id])
        return Told(
            aside=tuple([("dim", f"  {name}: "), *line] for line in lines if _has_words(line))
        )

    async def _sent_out(self, _record: Record, event: AgentStarted) -> Told:
        if not self._detail.tools:
            return _NOTHING
        first = (await self.text_of(event.task)).strip().partition("\n")[0]
        return _aside([("accent", f"▸ {'task':<{VERB}} {event.name}"), ("", f"  {first}")])

    async def text_of(self, text: Text) -> str:
        """Return the whole of a text; what is missing is said to be so."""
        if isinstance(text, str):
            return text
        try:
            return (await self._load(text.sha)).decode("utf-8", "replace")
        except KeyError:
            return f"{preview_of(text)}… (the rest is missing)"

    async def views_of(self, proposal: Proposal) -> tuple[FileView, ...]:
        """Return the files of a proposal's patch. Raises KeyError, PatchError."""
        if proposal.patch is None:
            return ()
        return tuple(
            [
                FileView.of(file, await self._bytes(file.before), await self._bytes(file.after))
                for file in proposal.patch.files
            ]
        )

    async def _bytes(self, blob: Blob | None) -> bytes | None:
        return None if blob is None else await self._load(blob.sha)

    async def _started(self, _record: Record, event: TurnStarted) -> Told:
        return await self._said(event.text, event.attachments)

    async def _steered(self, _record: Record, event: UserSteered) -> Told:
        return await self._said(event.text)

    async def _said(self, said: Text, attached: Sequence[Attachment] = ()) -> Told:
        if not self._detail.users:
            return _NOTHING
        first, *rest = (await self.text_of(said)).split("\n")
        lines: list[Line] = [[("accent", "› "), ("bold", first)]]
        lines += [_line("bold", f"  {line}") for line in rest]
        lines += [_line("dim", f"  + {one.name}, {size(one.content.size)}") for one in attached]
        return _aside("", *lines)

    async def _delta(self, _record: Record, event: TextDelta) -> Told:
        self._streamed = self._streamed[: event.offset] + event.text
        if not self._detail.deltas:
            return _NOTHING
        end = self._streamed.rfind("\n") + 1
        if end <= self._told_stream:
            return _NOTHING
        fresh = self._streamed[self._told_stream : end - 1]
        self._told_stream = end
        return Told(answer=_plain(fresh))

    async def _responded(self, _record: Record, event: ModelResponded) -> Told:
        text = await self.text_of(event.text)
        if self._told_stream:
            text = text[self._told_stream :]
        self._streamed, self._told_stream = "", 0
        return Told(answer=_plain(text.rstrip("\n"))) if text.strip() else _NOTHING

    async def _failed(self, _record: Record, event: ModelFailed) -> Told:
        self._streamed, self._told_stream = "", 0
        if event.kind == "cancelled":
            return _NOTHING
        if event.next_model:
            return _aside(
                [("warning", f"! {event.message}")],
                [("", f"  {event.next_model} stands in ({event.next_price})")],
            )
        if event.retry_seconds is not None:
            again = f"! {event.message}; again in {duration(event.retry_seconds)}"
            return _aside([("warning", again)])
        lines: list[Line] = [[("danger", f"✗ {event.message}")]]
        if event.remedy:
            lines.append([("", f"  {event.remedy}")])
        return _aside(*lines)

    async def _held(self, _record: Record, event: ModelHeld) -> Told:
        words = f"waits for the rate limit of {event.provider} ({event.why})"
        return _aside([("dim", f"· {words}, {duration(event.seconds)}")])

    async def _asked(self, _record: Record, event: ApprovalRequested) -> Told:
        return await self._shown(event.proposal)

    async def _decided(self, _record: Record, event: ApprovalDecided) -> Told:
        nobody_was_asked = event.proposal is not None
        return await self._shown(event.proposal) if nobody_was_asked else _NOTHING

    async def _shown(self, proposal: Proposal | None) -> Told:
        if not self._detail.diffs or proposal is None or proposal.patch is None:
            return _NOTHING
        try:
            views = await self.views_of(proposal)
        except (KeyError, PatchError) as error:
            return _aside([("warning", f"! The diff cannot be shown: {error}")])
        return _aside(*(line for view in views for line in file_lines(view)))

    async def _tool_started(self, _record: Record, event: ToolStarted) -> Told:
        call = self._call(event.call_id)
        proposal = call.proposal if call is not None else None
        if not self._detail.output or call is None or proposal is None or proposal.command is None:
            return _NOTHING
        edited = call.decision.command if call.decision is not None else None
        return _aside([("dim", "$ "), ("bold", edited or proposal.command.text)])

    async def _output(self, _record: Record, event: ToolOutputDelta) -> Told:
        if not self._detail.deltas:
            return _NOTHING
        whole, _, self._rest = (self._rest + event.text).rpartition("\n")
        return _aside(*_plain(whole)) if whole else _NOTHING

    async def _finished(self, _record: Record, event: ToolFinished) -> Told:
        call = self._call(event.call_id)
        if call is None or not self._detail.tools:
            return _NOTHING
        if call.tool == "plan" and event.output.ok:  # the plan itself was told
            return _NOTHING
        checked = call.origin == "check" and call.ended == "finished"  # CheckFinished tells it
        lines: list[Line] = [] if checked else [tool_line(call), *ledger_lines(call)]
        proposal = call.proposal
        command = proposal is not None and (proposal.command or proposal.ran) is not None
        if self._detail.deltas and call.live_end:
            lines[:0] = _plain(self._rest) if self._rest else ()
            self._rest = ""
        elif self._detail.output and command and event.output.output:
            lines[:0] = _ends(await self.text_of(event.output.output))
        return _aside(*lines)

    async def _plan(self, _record: Record, event: PlanUpdated) -> Told:
        return _aside(*plan_lines(event.plan)) if self._detail.tools else _NOTHING

    async def _phase(self, _record: Record, event: PhaseEntered) -> Told:
        if not self._detail.phases:
            return _NOTHING
        loop = f", loop {event.loop}" if event.loop > 1 else ""
        return _aside([("dim", f"· {event.phase}{loop}")])

    async def _check(self, _record: Record, event: CheckFinished) -> Told:
        glyph = "✓" if event.passed else "✗"
        style: Style = "added" if event.passed else "removed"
        how = event.summary or f"exit {event.exit_code}, {duration(event.seconds)}"
        text = f"{glyph} {'check':<{VERB}} {event.command}"
        if not event.trial:
            return _aside([(style, text), ("dim", f"  {how}")])
        line: Line = [(style, text), ("dim", f"  {how}  on the accepted hunks, in a copy")]
        return _aside(line, *([] if event.passed else _ends(await self.text_of(event.output))))

    async def _trial(self, _record: Record, event: TrialStarted) -> Told:
        if not event.checks:
            return _aside([("warning", "! No check of this project was found; settings name them")])
        names = ", ".join(one.command for one in event.checks)
        return _aside([("dim", f"· {names} on the accepted hunks, in a copy …")])

    async def _notice(self, _record: Record, event: Notice) -> Told:
        styles: dict[str, Style] = {"info": "dim", "warning": "warning", "error": "danger"}
        glyph = "·" if event.level == "info" else "!"
        told = (len(self.state.main.turns), event.text)
        if event.level == "warning" and told in self._warned:
            return _NOTHING
        self._warned.add(told)
        lines: list[Line] = [[(styles[event.level], f"{glyph} {event.text}")]]
        if event.remedy:
            lines.append([("", f"  {event.remedy}")])
        return _aside(*lines)

    async def _recovered(self, _record: Record, event: LogRecovered) -> Told:
        kept = f"; kept as {event.kept_as}" if event.kept_as else ""
        return _aside([("warning", f"! The log was mended: {event.problem}{kept}")])

    async def _redacted(self, _record: Record, event: Redacted) -> Told:
        return _aside([("warning", f"! Masked before anything saw it: {', '.join(event.kinds)}")])

    async def _changed(self, _record: Record, event: WorkspaceChanged) -> Told:
        return _aside([("warning", f"! Changed outside the session: {', '.join(event.paths)}")])

    async def _setting(self, _record: Record, event: SettingChanged) -> Told:
        scope = _CAPS.get(event.key)
        what = f"the cap of the {scope}" if scope else event.key
        value = f"${event.value}" if scope and event.value else event.value or "not set"
        return _aside([("dim", f"· {what} is now {value}")])

    async def _resumed(self, _record: Record, event: SessionResumed) -> Told:
        lines: list[Line] = [[("dim", "· The session is taken up again")]]
        if event.changed_files:
            changed = ", ".join(event.changed_files)
            lines.append([("warning", f"! Changed meanwhile: {changed}")])
        return _aside(*lines)

    async def _session_ended(self, _record: Record, event: SessionEnded) -> Told:
        if event.status == "closed":
            return _NOTHING
        return _aside([("dim", f"· The session is {event.status}; agent -c goes on with it")])

    async def _ended(self, _record: Record, event: TurnEnded) -> Told:
        turn = self.state.main.turns[-1] if self.state.main.turns else None
        if turn is not None and turn.reported is None:
            return _NOTHING
        return _aside(*report_lines(event, self.state, turn))

    def _call(self, call_id: str) -> Call | None:
        for agent in self.state.agents.values():
            if agent.turns and call_id in agent.turns[-1].calls:
                return agent.turns[-1].calls[call_id]
        return None


_CAPS = {"budget_usd": "session", "budget_turn": "turn", "budget_day": "day"}
_NOTHING = Told()
_NOT_OF_CHILDREN = (TextDelta, ToolOutputDelta, TurnStarted, TurnEnded, PhaseEntered, ToolStarted)


def _has_words(line: Line) -> bool:
    return any(text.strip() for _, text in line)


async def _of_compaction(_record: Record, event: ContextCompacted | ModelRequested) -> Told:
    return _aside(*compaction_lines(event))


def _plain(text: str) -> tuple[Line, ...]:
    return tuple([("", line)] for line in text.split("\n"))


def _line(style: Style, text: str) -> Line:
    return [(style, text)]


def _aside(*lines: Line | str) -> Told:
    return Told(aside=tuple([("", one)] if isinstance(one, str) else one for one in lines))


def _ends(text: str) -> list[Line]:
    """Return the first and the last lines of an output."""
    lines = text.rstrip("\n").split("\n")
    if len(lines) > OUTPUT_LINES:
        half = OUTPUT_LINES // 2
        left_out = f"… {len(lines) - OUTPUT_LINES} lines left out"
        lines = [*lines[:half], left_out, *lines[-half:]]
    return [[("dim", f"  {line}")] for line in lines]
