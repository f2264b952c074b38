"""A session read from its folder without taking it up: for lists, replay and checks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from functools import cached_property
from pathlib import Path

from tui_agent.adapters.session_log.blobs import BlobFolder
from tui_agent.adapters.session_log.chain import EVENTS_FILE, Reading, in_place, read_log
from tui_agent.core.blob import Blob
from tui_agent.core.events import ApprovalDecided, ApprovalRequested, Record, ToolStarted
from tui_agent.core.patch import FileView, HunkDecision, Patch, PatchError, settle
from tui_agent.core.proposal import Proposal


class StoredSession:
    """A session as it lies on disk. Raises OSError where its log cannot be read at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._reading: Reading = read_log(folder / EVENTS_FILE)
        self._blobs = BlobFolder(folder / "blobs")

    @cached_property
    def records(self) -> list[Record]:
        """The records, each gap shown in its place."""
        return in_place(self._reading)

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the log, in sentences."""
        found = [problem.text for problem in (*self._reading.gaps, *self._reading.breaks)]
        if self._reading.tail:
            found.append(f"the last {len(self._reading.tail)} bytes are torn")
        if self._reading.too_new:
            version = self._reading.version
            found.append(f"a newer program wrote it (log version {version}): some may be missing")
        return tuple(found)

    async def blob(self, sha: str) -> bytes:
        """Load a payload. Raises KeyError where it is missing or damaged."""
        return self._blobs.get(sha)

    def payload(self, sha: str) -> bytes:
        """Load a payload, for one who cannot wait. Raises KeyError where it is missing."""
        return self._blobs.get(sha)

    def verify(self) -> tuple[str, ...]:
        """Check the chain, every payload, and that each recorded decision gives the recorded bytes.

        Returns:
            What does not hold, in sentences; nothing where all does.
        """
        return (*self.problems, *self._missing(), *self._unfounded())

    def _missing(self) -> Iterator[str]:
        seen: set[str] = set()
        for record in self._reading.records:
            for blob in blobs_in(record.event):
                if blob.sha in seen:
                    continue
                seen.add(blob.sha)
                try:
                    data = self._blobs.get(blob.sha)
                except KeyError as error:
                    yield f"record {record.seq}: {error.args[0]}"
                    continue
                if len(data) != blob.size:
                    yield f"record {record.seq}: the payload {blob.sha[:12]} has another size"

    def _unfounded(self) -> Iterator[str]:
        proposals: dict[str, Proposal] = {}
        decided: dict[str, tuple[HunkDecision, ...]] = {}
        for record in self._reading.records:
            event = record.event
            if isinstance(event, ApprovalRequested):
                proposals[event.call_id] = event.proposal
            elif isinstance(event, ApprovalDecided):
                proposals |= {event.call_id: event.proposal} if event.proposal else {}
                decided[event.call_id] = event.decision.hunks
            elif isinstance(event, ToolStarted) and event.writes:
                proposal = proposals.get(event.call_id)
                if proposal is not None and proposal.patch is not None:
                    hunks = decided.get(event.call_id, ())
                    problem = _differs(event, proposal.patch, hunks, self._blobs.get)
                    if problem:
                        yield f"record {record.seq}: {problem}"


def _differs(
    started: ToolStarted,
    patch: Patch,
    hunks: tuple[HunkDecision, ...],
    get: Callable[[str], bytes],
) -> str:
    """Return what the decisions do not account for; empty where they give what was written."""
    planned = {write.path: write.after.sha if write.after else None for write in started.writes}
    for file in patch.files:
        try:
            before = None if file.before is None else get(file.before.sha)
            after = None if file.after is None else get(file.after.sha)
            own = tuple(hunk for hunk in hunks if hunk.path == file.path)
            outcome = settle(FileView.of(file, before, after), own).outcome
        except (KeyError, PatchError) as error:
            return f"the decisions on {file.path} cannot be worked in again: {error}"
        if not outcome.changed:
            continue
        content = outcome.content
        sha = None if content is None else hashlib.sha256(content).hexdigest()
        if planned.get(outcome.target, "") != sha:
            return f"the decisions on {file.path} do not give what was written"
    return ""


def blobs_in(value: object) -> Iterator[Blob]:
    """Yield every payload that an event names."""
    if isinstance(value, Blob):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from blobs_in(item)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from blobs_in(getattr(value, field.name))
