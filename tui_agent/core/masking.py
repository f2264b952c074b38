"""A session as it may leave this machine: secrets masked in every text, payload and diff.

What was logged is masked once already, but the bytes of files never are: a replay needs them as
they were. A file that holds a secret is masked line by line, and its patch is made anew from the
masked texts; where that is not the same patch any more, the file is left out.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

from tui_agent.core.blob import Blob
from tui_agent.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    Event,
    Record,
    ToolCalled,
    ToolFinished,
)
from tui_agent.core.messages import Message, ToolCall
from tui_agent.core.patch import FileChange, FilePatch, HunkDecision, Patch, PatchError, describe
from tui_agent.core.proposal import Proposal, ToolOutput
from tui_agent.core.text import split_lines

T = TypeVar("T")
Redact = Callable[[str], tuple[str, tuple[str, ...]]]
"""Masks a text, and names the kind of each mask."""
Value = Any
"""Anything that a record holds."""
LEFT_OUT = "[left out: this file may hold secrets]"
PREVIEW = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Secrets of one kind in one sort of place."""

    kind: str
    """As the redaction calls it: `anthropic`, `private-key`, `held`."""
    where: str
    """`messages`, `outputs`, or a file's path."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A session with its secrets masked."""

    records: tuple[Record, ...]
    payloads: Mapping[str, bytes]
    """Every payload that the records name, as far as it is there."""
    findings: tuple[Finding, ...] = ()
    left_out: tuple[str, ...] = ()
    """Files whose content is left out."""
    missing: int = 0
    """Payloads that could not be read."""

    async def load(self, sha: str) -> bytes:
        """Give a payload. Raises KeyError where it is missing."""
        return self.payloads[sha]

    @property
    def clean(self) -> bool:
        """Whether there was nothing to mask."""
        return not self.findings and not self.left_out


def masked(records: Sequence[Record], load: Callable[[str], bytes], redact: Redact) -> Masked:
    """Return a session with its secrets masked. `load` raises KeyError for a missing payload."""
    work = _Masking(load, redact, _secret_calls(records))
    done = tuple(work.record(record) for record in records)
    # What was decided stands in other records than the patch that it is about.
    if work.runs:
        done = tuple(replace(one, event=work.decided(one.event)) for one in done)
    findings = [
        Finding(kind=kind, where=where, count=count)
        for (kind, where), count in sorted(work.found.items())
    ]
    return Masked(
        records=done,
        payloads=work.payloads,
        findings=tuple(findings),
        left_out=tuple(work.left_out),
        missing=len(work.missing),
    )


def secret_files(records: Sequence[Record]) -> tuple[str, ...]:
    """Return the files marked as secret that a session touched."""
    return tuple(sorted({path for paths in _secret_calls(records).values() for path in paths}))


def _secret_calls(records: Sequence[Record]) -> dict[str, set[str]]:
    """Return the calls that touch a file marked as secret, with the paths of those files."""
    calls: dict[str, set[str]] = {}
    for record in records:
        event = record.event
        proposal: Proposal | None = None
        if isinstance(event, ApprovalRequested | ApprovalDecided):
            proposal = event.proposal
        for target in proposal.targets if proposal is not None else ():
            if "secret" in target.marks and proposal is not None:
                calls.setdefault(proposal.call_id, set()).add(target.path)
    return calls


_WHERE: dict[str, str] = {
    "TurnStarted": "messages",
    "UserSteered": "messages",
    "MessageQueued": "messages",
    "ModelRequested": "requests",
    "ModelResponded": "answers",
    "ToolCalled": "arguments",
    "ApprovalRequested": "proposals",
    "ApprovalDecided": "proposals",
    "ToolFinished": "outputs",
}


class _Masking:
    """Walks through values and keeps what it has seen."""

    def __init__(
        self, load: Callable[[str], bytes], redact: Redact, secret: Mapping[str, set[str]]
    ) -> None:
        self._load, self._redact, self._secret = load, redact, secret
        self.found: Counter[tuple[str, str]] = Counter()
        self.payloads: dict[str, bytes] = {}
        self.left_out: dict[str, None] = {}
        self.missing: set[str] = set()
        self.runs: dict[str, str] = {}
        """Ids of runs whose text was masked: as they were, as they are."""
        self._blobs: dict[str, Blob] = {}
        self._texts: dict[str, str] = {}
        self._where = ""

    def record(self, record: Record) -> Record:
        """Return a record with its event masked."""
        self._where = _WHERE.get(type(record.event).__name__, "other records")
        event = self.value(self._without(record.event))
        return record if event is record.event else replace(record, event=event)

    def _without(self, event: Event) -> Event:
        """Return an event without what a secret file holds."""
        if not isinstance(event, ToolCalled | ToolFinished) or event.call_id not in self._secret:
            return event
        self.left_out |= dict.fromkeys(sorted(self._secret[event.call_id]))
        if isinstance(event, ToolCalled):
            return replace(event, arguments=LEFT_OUT)
        output: ToolOutput = replace(event.output, text=LEFT_OUT, output="")
        return replace(event, output=output)

    def value(self, value: Value) -> Value:
        """Return a value with every text in it masked; itself where nothing was."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Blob):
            return self.blob(value)
        if isinstance(value, Patch):
            return self._patch(value)
        if isinstance(value, tuple | list):
            items = [self.value(item) for item in value]
            same = all(new is old for new, old in zip(items, value, strict=True))
            return value if same else type(value)(items)
        if isinstance(value, dict):
            return {key: self.value(item) for key, item in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            return self._fields(value)
        return value

    def _fields(self, value: Value) -> Value:
        value = self._emptied(value)
        changed = {}
        for one in fields(value):
            old = getattr(value, one.name)
            new = self.value(old)
            if new is not old:
                changed[one.name] = new
        return replace(value, **changed) if changed else value

    def _emptied(self, value: Value) -> Value:
        """Return a call, or its result, without what a secret file holds."""
        if isinstance(value, Message) and value.call_id in self._secret:
            return replace(value, text=LEFT_OUT)
        name = ""
        if isinstance(value, Proposal | ToolCall):
            name = value.call_id if isinstance(value, Proposal) else value.id
        return replace(value, arguments=LEFT_OUT) if name in self._secret else value

    def text(self, text: str) -> str:
        """Mask a text, and count what was masked."""
        known = self._texts.get(text)
        if known is not None and known == text:
            return text
        done, kinds = self._redact(text)
        self._texts[text] = done
        for kind in kinds:
            self.found[kind, self._where] += 1
        return done if kinds else text

    def blob(self, blob: Blob) -> Blob:
        """Mask a payload; one with masks has another name."""
        known = self._blobs.get(blob.sha)
        if known is None:
            data = self._bytes(blob)
            new = self.bytes_masked(data) if data is not None else None
            if data is None or new is None or new == data:
                known = blob
                self.payloads |= {blob.sha: data} if data is not None else {}
            else:
                known = self._put(new, blob.mime)
            self._blobs[blob.sha] = known
        preview = self.text(known.preview)
        return known if preview == known.preview else replace(known, preview=preview)

    def bytes_masked(self, data: bytes) -> bytes:
        """Mask the text that bytes hold; bytes that are no text stay."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = data.decode("latin-1")
            return self.text(text).encode("latin-1", "replace")
        return self.text(text).encode()

    def _bytes(self, blob: Blob) -> bytes | None:
        try:
            return self._load(blob.sha)
        except KeyError:
            self.missing.add(blob.sha)
            return None

    def _put(self, data: bytes, mime: str = "text/plain") -> Blob:
        sha = hashlib.sha256(data).hexdigest()
        self.payloads[sha] = data
        preview = data.decode("utf-8", "replace")[:PREVIEW] if mime.startswith("text/") else ""
        return Blob(sha=sha, size=len(data), mime=mime, preview=preview)

    def _patch(self, patch: Patch) -> Patch:
        files = tuple(new for file in patch.files for new in self._file(file))
        return patch if files == patch.files else replace(patch, files=files)

    def _file(self, file: FilePatch) -> Iterator[FilePatch]:
        """Yield a file with masked sides; nothing where its decisions would not fit any more."""
        secret = {path for paths in self._secret.values() for path in paths}
        if file.path in secret or (file.new_path or "") in secret:
            self.left_out[file.path] = None
            return
        before, self._where = self._where, file.path
        sides = [
            self._bytes(side) if side is not None else None for side in (file.before, file.after)
        ]
        done = [self.bytes_masked(side) if side is not None else None for side in sides]
        self._where = before
        if done == sides:
            self.payloads |= {
                side.sha: data
                for side, data in zip((file.before, file.after), sides, strict=True)
                if side is not None and data is not None
            }
            yield file
            return
        made = self._made_anew(file, done) if _same_lines(sides, done) else None
        if made is None:
            self.left_out[file.path] = None
            return
        self.runs |= dict(zip(file.run_ids, made.run_ids, strict=True))
        yield made

    def _made_anew(self, file: FilePatch, sides: Sequence[bytes | None]) -> FilePatch | None:
        change = FileChange(path=file.path, new_path=file.new_path, before=sides[0], after=sides[1])
        try:
            made = describe(change, self._put)
        except PatchError:
            return None
        if len(made.run_ids) != len(file.run_ids):
            return None
        return replace(
            file,
            before=made.before,
            after=made.after,
            runs=made.runs,
            file_runs=tuple(
                replace(old, id=new.id)
                for old, new in zip(file.file_runs, made.file_runs, strict=True)
            ),
        )

    def decided(self, value: T) -> T:
        """Return a value whose decisions name the runs of the masked patches."""
        if isinstance(value, HunkDecision):
            runs = tuple(self.runs.get(run, run) for run in value.runs)
            return replace(value, runs=runs)
        if isinstance(value, tuple):
            return type(value)(self.decided(item) for item in value)
        if is_dataclass(value) and not isinstance(value, type) and not isinstance(value, Blob):
            changed = {one.name: self.decided(getattr(value, one.name)) for one in fields(value)}
            return replace(value, **changed)
        return value


def _same_lines(old: Sequence[bytes | None], new: Sequence[bytes | None]) -> bool:
    """Return whether both sides have as many lines as before: decisions count them."""
    return all(
        one is None or other is None or _count(one) == _count(other)
        for one, other in zip(old, new, strict=True)
    )


def _count(data: bytes) -> int:
    return len(split_lines(data.decode("utf-8", "replace")))
