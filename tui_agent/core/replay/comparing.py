"""One record of a log against the one that today's code makes in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tui_agent.core.blob import Blob, Text
from tui_agent.core.events import (
    AgentFinished,
    ApprovalDecided,
    ApprovalRequested,
    CheckFinished,
    ContextCompacted,
    Event,
    ModelRequested,
    Rewound,
    SnapshotTaken,
    ToolCalled,
    ToolFinished,
    ToolStarted,
    TurnEnded,
)
from tui_agent.core.proposal import Proposal, Reason
from tui_agent.core.replay.divergence import Divergence, Level
from tui_agent.core.replay.spelling import (
    bytes_diff,
    line_diff,
    spelled_messages,
    spelled_tools,
)

Get = Callable[[str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How events are compared: at which level, by which normaliser, with which payloads."""

    level: Level
    get: Get
    """Load a payload, recorded or new. Raises KeyError."""
    normalise: Callable[[str], str]

    def text(self, text: Text) -> str:
        """Return the whole of a text."""
        if isinstance(text, str):
            return text
        try:
            return self.get(text.sha).decode("utf-8", "surrogatepass")
        except KeyError:
            return f"(the payload {text.sha[:12]} is missing)"

    def differences(self, recorded: Event, now: Event) -> Iterator[Divergence]:
        """Yield in what the new event is not the recorded one."""
        match recorded, now:
            case ModelRequested(), ModelRequested() if self.level == "harness":
                yield from self._requests(recorded, now)
            case (ApprovalRequested() | ApprovalDecided(), ApprovalRequested() | ApprovalDecided()):
                yield from self._gates(recorded, now)
            case ToolCalled(), ToolCalled():
                yield from self._calls(recorded, now)
            case ToolStarted(), ToolStarted():
                yield from self._writes(recorded, now)
            case ToolFinished(), ToolFinished():
                yield from self._results(recorded, now)
            case _:
                yield from self._ends(recorded, now)

    def _ends(self, recorded: Event, now: Event) -> Iterator[Divergence]:
        match recorded, now:
            case CheckFinished(), CheckFinished():
                yield from _exits(recorded.exit_code, now.exit_code, f"check {recorded.name}")
            case SnapshotTaken(), SnapshotTaken() if recorded.tree != now.tree:
                what = "the files are not what they were"
                yield Divergence(kind="tree", what=what, recorded=recorded.tree, now=now.tree)
            case ContextCompacted(), ContextCompacted():
                yield from self._compactions(recorded, now)
            case AgentFinished(), AgentFinished():
                diff = line_diff(self.text(recorded.result), self.text(now.result))
                if diff:
                    what = "what its parent is told of it differs"
                    yield Divergence(kind="request", what=what, diff=diff)
            case Rewound(), Rewound() if recorded != now:
                what = "the session goes back otherwise"
                yield Divergence(kind="tree", what=what, recorded=_went(recorded), now=_went(now))
            case TurnEnded(), TurnEnded() if recorded.reason != now.reason:
                what = "the turn ends otherwise"
                yield Divergence(kind="exit", what=what, recorded=recorded.reason, now=now.reason)

    def _compactions(
        self, recorded: ContextCompacted, now: ContextCompacted
    ) -> Iterator[Divergence]:
        if recorded.messages_kept != now.messages_kept:
            yield Divergence(
                kind="request",
                what="the summary takes the place of other messages",
                recorded=f"{recorded.messages_kept} kept",
                now=f"{now.messages_kept} kept",
            )
        if not recorded.head or self.level != "harness":
            return  # An older log does not say it; at world level results differ, and so does it.
        heads = (spelled_messages(one.head, self.text) for one in (recorded, now))
        diff = line_diff(*heads)
        if diff:
            what = "what stands in the conversation's place differs"
            yield Divergence(kind="request", what=what, diff=diff)

    def _requests(self, recorded: ModelRequested, now: ModelRequested) -> Iterator[Divergence]:
        if recorded.request_hash == now.request_hash:
            return
        pieces = [
            ("the system text", line_diff(self.text(recorded.system), self.text(now.system))),
            ("the tools", line_diff(spelled_tools(recorded.tools), spelled_tools(now.tools))),
            (
                "the messages",
                line_diff(
                    spelled_messages(recorded.added, self.text),
                    spelled_messages(now.added, self.text),
                ),
            ),
            ("the model", line_diff(f"{recorded.model}\n", f"{now.model}\n")),
        ]
        found = [(name, diff) for name, diff in pieces if diff]
        if not found:
            what = "the request differs in what stood in an earlier one"
            yield Divergence(
                kind="request",
                what=what,
                recorded=recorded.request_hash[:12],
                now=now.request_hash[:12],
                mild=True,
            )
        for name, diff in found:
            yield Divergence(kind="request", what=f"{name} of the request differ", diff=diff)

    def _gates(
        self,
        recorded: ApprovalRequested | ApprovalDecided,
        now: ApprovalRequested | ApprovalDecided,
    ) -> Iterator[Divergence]:
        was, why = _outcome(recorded)
        is_, now_why = _outcome(now)
        if was != is_:
            yield Divergence(
                kind="policy",
                what=f"the gate now says {is_}, and said {was}",
                recorded=_said(was, why),
                now=_said(is_, now_why),
                call_id=recorded.call_id,
            )
        elif why is not None and now_why is not None and why.rule != now_why.rule:
            yield Divergence(
                kind="policy",
                what=f"the gate says {is_} by another rule",
                recorded=_said(was, why),
                now=_said(is_, now_why),
                call_id=recorded.call_id,
                mild=True,
            )
        if recorded.proposal is not None and now.proposal is not None:
            yield from self._proposals(recorded.proposal, now.proposal)

    def _proposals(self, recorded: Proposal, now: Proposal) -> Iterator[Divergence]:
        old_command = recorded.command.text if recorded.command is not None else ""
        new_command = now.command.text if now.command is not None else ""
        if old_command != new_command:
            yield Divergence(
                kind="request",
                what="another command would run",
                recorded=old_command,
                now=new_command,
                call_id=recorded.call_id,
            )
        files = {file.path: file for file in now.patch.files} if now.patch is not None else {}
        for old in recorded.patch.files if recorded.patch is not None else ():
            new = files.pop(old.path, None)
            yield from self._file(old.path, old.after, new.after if new is not None else None)
        for path, added in files.items():
            yield from self._file(path, None, added.after)

    def _writes(self, recorded: ToolStarted, now: ToolStarted) -> Iterator[Divergence]:
        written = {write.path: write for write in now.writes}
        for old in recorded.writes:
            new = written.pop(old.path, None)
            yield from self._file(old.path, old.after, new.after if new is not None else old.before)
        for path, added in written.items():
            yield from self._file(path, added.before, added.after)

    def _file(self, path: str, old: Blob | None, new: Blob | None) -> Iterator[Divergence]:
        before, after = old.sha if old else None, new.sha if new else None
        if before == after:
            return
        try:
            diff = bytes_diff(
                path, self.get(before) if before else None, self.get(after) if after else None
            )
        except KeyError as error:
            diff = (str(error.args[0]),)
        yield Divergence(kind="tree", what=f"{path} becomes something else", diff=diff)

    def _calls(self, recorded: ToolCalled, now: ToolCalled) -> Iterator[Divergence]:
        old, new = self.text(recorded.arguments), self.text(now.arguments)
        if (recorded.tool, old) != (now.tool, new):
            yield Divergence(
                kind="request",
                what="another call is made",
                recorded=f"{recorded.tool} {old}",
                now=f"{now.tool} {new}",
                call_id=recorded.call_id,
            )

    def _results(self, recorded: ToolFinished, now: ToolFinished) -> Iterator[Divergence]:
        old, new = recorded.output, now.output
        call_id = recorded.call_id
        if old.exit_code != new.exit_code:
            yield from _exits(old.exit_code, new.exit_code, "the command", call_id)
        elif (recorded.status, old.ok) != (now.status, new.ok):
            yield Divergence(
                kind="exit",
                what="the call ends otherwise",
                recorded=f"{recorded.status} {old.error}".strip(),
                now=f"{now.status} {new.error}".strip(),
                call_id=call_id,
            )
        before = self.normalise(self.text(old.output or old.text))
        after = self.normalise(self.text(new.output or new.text))
        diff = line_diff(before, after)
        if diff:
            what = "the output differs"
            yield Divergence(kind="output", what=what, diff=diff, call_id=call_id)


def _exits(
    recorded: int | None, now: int | None, what: str, call_id: str = ""
) -> Iterator[Divergence]:
    if recorded != now:
        yield Divergence(
            kind="exit",
            what=f"{what} ends with another status",
            recorded=_status(recorded),
            now=_status(now),
            call_id=call_id,
        )


def _went(event: Rewound) -> str:
    names = ", ".join(event.changed_files) or "no file"
    return f"{event.place}, record {event.to_seq}; {names} differs from what it was there"


def _status(code: int | None) -> str:
    return "no status" if code is None else f"exit {code}"


def _outcome(event: ApprovalRequested | ApprovalDecided) -> tuple[str, Reason | None]:
    """Return what the gate said: ask, allow or deny; and why."""
    if isinstance(event, ApprovalRequested):
        return "ask", event.reason
    verdict = "deny" if event.decision.verdict == "reject" else "allow"
    return verdict, event.decision.reason


def _said(outcome: str, reason: Reason | None) -> str:
    return outcome if reason is None else f"{outcome}: {reason.text} ({reason.rule})"
