"""Which edit the Changes pane shows, and its files once their bytes have been loaded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tui_agent.core.blob import Blob
from tui_agent.core.patch import FilePatch, FileView, HunkDecision, Patch
from tui_agent.core.proposal import Decision, Ran
from tui_agent.core.state import Call, Session, calls_by_turn
from tui_agent.core.undo import UNDO_TOOL, taken_back
from tui_agent.ui.tui.file_text import FileText

Load = Callable[[str], Awaitable[bytes]]
"""Loads a payload by its hash; raises KeyError where it is missing."""

KEPT_FILES = 50
"""How many files stay read, so that going back a little in a replay reads nothing again."""
KEPT_LINES = 20_000
"""How many lines of theirs: one takes some hundred bytes once it has its colours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An edit in a state: open, decided, applied."""

    call_id: str
    request_id: str
    """Empty where nobody was asked."""
    patch: Patch
    waits: bool
    decision: Decision | None = None
    waited_ms: int = 0
    status: str = ""
    ran: Ran | None = None
    """The command that made it, in a copy."""
    notes: tuple[str, ...] = ()
    """How it was placed, and what of it was left out."""
    kept: tuple[HunkDecision, ...] = ()
    """Verdicts that still hold although the files changed since they were given."""
    gone: tuple[tuple[str, str, str], ...] = ()
    """What of it has been taken back since: path, run, and the call that did it."""
    unwritten: bool = False
    """Whether nothing of it was written, whatever was decided."""

    def taken_back_by(self, path: str, run: str) -> str:
        """Return the call that took a run back; empty where none did."""
        return next((by for name, one, by in self.gone if (name, one) == (path, run)), "")


def subject_of(state: Session) -> Subject | None:
    """Return the edit that waits, the oldest first; or else the one that was made last.

    An undo shows itself in the edit that it took back, if there is one.
    """
    for waiting in state.waiting.values():
        call = state.call(waiting)
        if call.proposal is not None and call.proposal.patch is not None:
            return _subject(call, waits=True)
    undo: Subject | None = None
    made = calls_by_turn(state, copies=False)
    for turn, calls in zip(reversed(state.main.turns), made, strict=True):
        for call in sorted(calls, key=lambda one: one.started_ts or one.ts, reverse=True):
            if call.proposal is None or call.proposal.patch is None or not call.decision:
                continue
            if call.tool != UNDO_TOOL:
                return _subject(call, waits=False, gone=_gone(state, turn.number, call))
            undo = undo or _subject(call, waits=False)
    return undo


def _gone(state: Session, turn: int, call: Call) -> tuple[tuple[str, str, str], ...]:
    patch = call.proposal.patch if call.proposal is not None else None
    if patch is None or turn == len(state.main.turns):
        return ()
    gone = taken_back(state.main, turn)
    return tuple(
        (file.path, run, by)
        for file in patch.files
        for run in file.run_ids
        if (by := gone.by(call.id, file.path, run))
    )


def _subject(
    call: Call, *, waits: bool, gone: tuple[tuple[str, str, str], ...] = ()
) -> Subject | None:
    proposal = call.proposal
    if proposal is None or proposal.patch is None:
        return None
    return Subject(
        call_id=call.id,
        request_id=call.request_id,
        patch=proposal.patch,
        waits=waits,
        decision=None if waits else call.decision,
        waited_ms=call.waited_ms,
        status=call.ended or call.status,
        notes=proposal.notes,
        ran=proposal.ran,
        kept=call.kept if waits else (),
        gone=gone,
        unwritten=unwritten(call),
    )


def unwritten(call: Call) -> bool:
    """Whether an edit failed once it was decided: the file had changed, or the disk was full."""
    return call.ended == "failed" and not call.applied


class Texts:
    """The files of patches, read once."""

    def __init__(self, load: Load) -> None:
        """Take what loads a payload."""
        self._load = load
        self._kept: dict[tuple[str, str, str], tuple[FilePatch, FileText]] = {}

    def ready(self, patch: Patch) -> tuple[FileText, ...] | None:
        """Return the files where all of them have been read; None: `read` them first."""
        found = [self._find(file) for file in patch.files]
        texts = tuple(text for text in found if text is not None)
        return texts if len(texts) == len(found) else None

    async def read(self, patch: Patch, *, ascii_only: bool = False) -> tuple[FileText, ...]:
        """Load and return the files of a patch. Raises KeyError, OSError or PatchError."""
        texts: list[FileText] = []
        for file in patch.files:
            text = self._find(file)
            if text is None:
                before, after = await self._bytes(file.before), await self._bytes(file.after)
                text = FileText(FileView.of(file, before, after), ascii_only=ascii_only)
                self._keep(file, text, patch)
            texts.append(text)
        return tuple(texts)

    @property
    def lines_kept(self) -> int:
        """How many lines stay read, of both sides."""
        return sum(_lines(text) for _, text in self._kept.values())

    def _keep(self, file: FilePatch, text: FileText, patch: Patch) -> None:
        """Keep one more file; older ones go for it, but none of the patch that is being read."""
        wanted = {_key(one) for one in patch.files}
        for old in [one for one in self._kept if one not in wanted]:
            room = KEPT_LINES - self.lines_kept - _lines(text)
            if len(self._kept) < KEPT_FILES and room >= 0:
                break
            del self._kept[old]
        self._kept[_key(file)] = (file, text)

    def _find(self, file: FilePatch) -> FileText | None:
        patch, text = self._kept.get(_key(file), (None, None))
        return text if patch == file else None

    async def _bytes(self, blob: Blob | None) -> bytes | None:
        return None if blob is None else await self._load(blob.sha)


def _lines(text: FileText) -> int:
    return len(text.old.lines) + len(text.new.lines)


def _key(file: FilePatch) -> tuple[str, str, str]:
    return (
        file.path,
        file.before.sha if file.before is not None else "",
        file.after.sha if file.after is not None else "",
    )
