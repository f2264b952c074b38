"""The world as a log recorded it: model, names, time, trees and the log that is written anew."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_agent.core.blob import Text
from tui_agent.core.events import (
    ApprovalRequested,
    ModelFailed,
    ModelRequested,
    ModelResponded,
    Record,
    ToolCalled,
)
from tui_agent.core.messages import (
    AttemptFailed,
    ModelError,
    ModelFacts,
    ModelPiece,
    ModelRequest,
    Responded,
    TextPiece,
)
from tui_agent.core.ports import Exit, Snapshot
from tui_agent.core.stash import Deep

if TYPE_CHECKING:
    from tui_agent.agent.rerun.mailbox import Mailbox
    from tui_agent.core.blob import Blob
    from tui_agent.core.copies import LaidFile
    from tui_agent.core.patch import FileChange
    from tui_agent.core.ports import Blobs
    from tui_agent.core.proposal import Command

MODEL, SNAPSHOT, GATHER, CHECKS = "the model", "a snapshot", "the instructions", "the checks"


def run_of(call_id: str) -> str:
    """Return the name under which a call's result is waited for."""
    return f"the result of {call_id}"


class RecordedModel:
    """Answers as the model once did. Implements `ports.Model`."""

    def __init__(self, mailbox: Mailbox, load: Callable[[Text], str]) -> None:
        """Take answers from the mailbox; `load` gives the whole of a text."""
        self._mailbox, self._load = mailbox, load

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPiece]:
        """Give the recorded attempts and the response. Raises ModelError as it was recorded."""
        del request
        while True:
            answer = await self._mailbox.take(MODEL)
            if isinstance(answer, ModelFailed):
                partial = self._load(answer.partial)
                if partial:
                    yield TextPiece(text=partial)
                if answer.retry_seconds is None:
                    raise ModelError(answer.kind, answer.message, remedy=answer.remedy)
                yield AttemptFailed(
                    kind=answer.kind,
                    message=answer.message,
                    attempt=answer.attempt,
                    wait_seconds=answer.retry_seconds,
                    next_model=answer.next_model,
                    next_price=answer.next_price,
                )
            elif isinstance(answer, ModelResponded):
                yield self._responded(answer)
                return

    def _responded(self, answer: ModelResponded) -> Responded:
        return Responded(
            text=self._load(answer.text),
            reasoning=self._load(answer.reasoning),
            tool_calls=answer.tool_calls,
            opaque=answer.opaque,
            stop=answer.stop,
            usage=answer.usage,
            model=answer.model,
            first_token_ms=answer.first_token_ms,
        )

    async def facts(self, model: str) -> ModelFacts:
        """Know nothing: what the window did to the session stands in its record."""
        return ModelFacts(model=model)


class RecordedNames:
    """Gives the names that were given: requests, questions, and calls that no model asked for."""

    def __init__(self, records: Sequence[Record]) -> None:
        """Take the names from these records, in their order."""
        self._names: dict[str, deque[str]] = {"ask": deque(), "call": deque(), "request": deque()}
        self._count = 0
        for record in records:
            event = record.event
            if isinstance(event, ApprovalRequested):
                self._names["ask"].append(event.request_id)
            elif isinstance(event, ModelRequested):
                self._names["request"].append(event.request_id)
            elif isinstance(event, ToolCalled) and event.origin not in ("model", "user", "client"):
                self._names["call"].append(event.call_id)

    def __call__(self, kind: str) -> str:
        """Return the next recorded name of this kind, or a new one where there is none."""
        names = self._names.get(kind)
        if names:
            return names.popleft()
        self._count += 1
        return f"{kind}-again-{self._count}"


@dataclass(slots=True, kw_only=True)
class RecordedClock:
    """Stands at the record that is being played. Implements `core.clock.Clock`."""

    ts: str = ""
    mono_ms: int = 0

    def now(self) -> str:
        """Return when the record was written."""
        return self.ts

    def monotonic(self) -> float:
        """Return the record's own clock, in seconds."""
        return self.mono_ms / 1000


@dataclass(frozen=True, slots=True)
class TreeTaken:
    """A recorded tree, and what people had changed before it."""

    snapshot: Snapshot
    deep: Deep | None = None
    paths: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class RecordedSnapshots:
    """Gives the trees that were recorded. Implements `ports.Snapshots`."""

    mailbox: Mailbox
    went_back: Callable[[], tuple[str, ...] | None] = lambda: None
    """The files that differed where a session had gone back, while it goes back again."""
    at_resume: tuple[str, tuple[str, ...]] | None = None
    """While a session is taken up: the tree to give, and the files that had changed."""
    paths: tuple[str, ...] = ()
    """What people had changed before the tree that was given last."""
    last: str = ""
    """The tree that is known when the session is taken up."""
    more: Deep | None = None
    """What was recorded beside that tree."""

    async def take(self, changed: Sequence[str] | None = None) -> Snapshot:
        """Return the next recorded tree. Raises OSError where none could be taken then."""
        del changed
        if self.at_resume is not None:
            tree, files = self.at_resume
            return Snapshot(tree=tree if tree != self.last or not files else f"{tree} and changes")
        answer = await self.mailbox.take(SNAPSHOT)
        if isinstance(answer, TreeTaken):
            self.paths, self.more = answer.paths, answer.deep
            return answer.snapshot
        raise OSError(str(answer))

    async def deep(self) -> Deep:
        """Return what was recorded beside the last tree."""
        return self.more or Deep(tree="")

    async def give_back(self, commit: str) -> None:
        """Nothing was thrown away."""

    async def diff(self, old: str, new: str) -> str:
        """Know nothing of what stands in a tree."""
        del old, new
        return ""

    async def changed(self, old: str, new: str) -> tuple[str, ...]:
        """Return the files that were recorded as changed."""
        del old, new
        if self.at_resume is not None:
            return self.at_resume[1]
        differing = self.went_back()
        return self.paths if differing is None else differing

    async def imagined(self, files: Sequence[LaidFile]) -> str:
        """Raise OSError: what stands in a tree is not known."""
        message = f"a tree with {len(files)} files in it is not recorded"
        raise OSError(message)

    async def keep(self) -> None:
        """There is nothing to keep."""

    async def changes(self, old: str, new: str) -> tuple[FileChange, ...]:
        """Know nothing of what stands in a tree."""
        del old, new
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRunner:
    """Runs nothing. Implements `ports.Runner`."""

    tier: str = "none"

    async def begin(self) -> None:
        """There is nothing to have ready."""

    async def close(self) -> None:
        """There is nothing to end."""

    async def run(
        self, command: Command, on_output: Callable[[str], None], over: Sequence[LaidFile] = ()
    ) -> Exit:
        """Raise OSError: a result that was not recorded is never made up by running something."""
        del on_output, over
        message = f"not recorded, and nothing is run here: {command.text}"
        raise OSError(message)


class AgainLog:
    """Keeps what today's code would log, over the payloads of the record."""

    def __init__(
        self, kept: Blobs, recorded: Callable[[str], bytes], told: Callable[[Record], None]
    ) -> None:
        """Put payloads into `kept`; those that it lacks come from `recorded`."""
        self._kept, self._recorded, self._told = kept, recorded, told
        self.missing: dict[str, str] = {}
        """Payloads that were asked for and are gone: hash and why."""

    def append(self, record: Record, *, sync: bool) -> Record:
        """Tell of a record; it is written nowhere."""
        del sync
        self._told(record)
        return record

    def aside(self, data: bytes) -> Callable[[], bytes]:
        """Keep bytes in memory."""
        return lambda: data

    def put(self, data: bytes, *, mime: str = "text/plain") -> Blob:
        """Keep a payload."""
        return self._kept.put(data, mime=mime)

    def get(self, sha: str) -> bytes:
        """Load a payload. Raises KeyError where neither has it, and keeps that in mind."""
        try:
            return self.peek(sha)
        except KeyError as error:
            self.missing[sha] = str(error.args[0])
            raise

    def peek(self, sha: str) -> bytes:
        """Load a payload that is not needed. Raises KeyError where neither has it."""
        try:
            return self._kept.get(sha)
        except KeyError:
            return self._recorded(sha)

    def close(self) -> None:
        """There is nothing to give up."""
