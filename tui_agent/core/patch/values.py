"""What a patch is, as values that can be logged: files, runs and the decisions about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from tui_agent.core.blob import Blob

FileKind = Literal["create", "update", "delete", "rename", "mode"]
FileRunKind = Literal["create", "delete", "rename", "mode", "binary", "link"]
Verdict = Literal["accept", "reject", "edit"]
Mark = Literal[" ", "-", "+"]


class PatchError(ValueError):
    """A decision that does not fit its patch; the message says what does not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A maximal stretch of changed lines: old ones become new ones.

    Intervals are half-open and count lines from 0. Two runs of a file never touch: at least one
    equal line lies between them.
    """

    id: str
    """Hash of path, old lines, new lines and occurrence number: it survives line shifts."""
    old_start: int
    old_end: int
    new_start: int
    new_end: int

    @property
    def minus(self) -> int:
        """Lines taken away."""
        return self.old_end - self.old_start

    @property
    def plus(self) -> int:
        """Lines put in."""
        return self.new_end - self.new_start


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRun:
    """A change of the file itself rather than of its lines; decided like a run.

    ``link`` turns a file into a symbolic link or back, whole.
    ``create`` and ``delete`` stand only where there are no lines to decide about (an empty or a
    binary file): otherwise the one content run is the creation or the deletion.
    """

    id: str
    kind: FileRunKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePatch:
    """One file's change as it is logged: the bytes are blobs, the places are line numbers."""

    path: str
    kind: FileKind
    """An update may carry a mode toggle as well; a rename both content runs and a mode toggle."""
    new_path: str | None = None
    before: Blob | None = None
    """The bytes that the change was computed from; None where there is no file yet."""
    after: Blob | None = None
    """The bytes once everything is accepted; None where the file is to be deleted."""
    old_mode: int | None = None
    new_mode: int | None = None
    binary: bool = False
    """Whether the change can only be decided as a whole file."""
    runs: tuple[Run, ...] = ()
    file_runs: tuple[FileRun, ...] = ()
    notes: tuple[str, ...] = ()
    """What the user and the model have to know about how the edit was placed."""

    @property
    def plus(self) -> int:
        """Lines put in, when everything is accepted."""
        return sum(run.plus for run in self.runs)

    @property
    def minus(self) -> int:
        """Lines taken away, when everything is accepted."""
        return sum(run.minus for run in self.runs)

    @property
    def run_ids(self) -> tuple[str, ...]:
        """Everything there is to decide: the file's own changes first, then its lines."""
        return tuple(run.id for run in self.file_runs) + tuple(run.id for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """Everything that one call proposes to change; each path occurs once."""

    files: tuple[FilePatch, ...]

    @property
    def plus(self) -> int:
        """Lines put in, when everything is accepted."""
        return sum(file.plus for file in self.files)

    @property
    def minus(self) -> int:
        """Lines taken away, when everything is accepted."""
        return sum(file.minus for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One file's change as a tool computes it, with the bytes in memory."""

    path: str
    new_path: str | None = None
    before: bytes | None
    """None where the file does not exist."""
    after: bytes | None
    """None deletes the file."""
    old_mode: int | None = None
    new_mode: int | None = None
    """None keeps the old mode, or gives a new file the usual one."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HunkDecision:
    """What was decided about some runs of one file.

    An ``edit`` replaces the lines ``span`` (half-open, from 0) of *before* by ``text``, which has
    its line endings in it; ``span`` holds all of ``runs``. A selection of lines is an edit, too.
    """

    path: str
    runs: tuple[str, ...]
    verdict: Verdict
    reason: str = ""
    span: tuple[int, int] | None = None
    text: str | None = None
    after_ms: int = field(default=0, compare=False)
    """From when the edit was shown to this verdict; 0: nobody measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One file after all decisions: what is to be on disk, and which runs led to it."""

    path: str
    """Where the file was."""
    target: str
    """Where ``content`` belongs: ``path``, or the new path if the rename was accepted."""
    content: bytes | None
    """The bytes to be on disk; None: no file."""
    mode: int | None
    """The mode to be set; None keeps the present one, or gives a new file the usual one."""
    changed: bool
    """False: disk stays as it is, because nothing was accepted."""
    applied: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a hunk as it is shown."""

    kind: Mark
    old: int | None
    """Line number before, from 1; None for a new line."""
    new: int | None
    """Line number after, from 1, with everything accepted; None for an old line."""
    text: str
    """The line without its terminator."""
    end: str
    r"""Its terminator: ``"\n"``, ``"\r\n"`` or ``""`` at the end of a file without one."""
    run: str | None = None
    """Id of the run that the line belongs to; None for context."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Consecutive runs of a file with context; the line intervals include the context."""

    path: str
    run_ids: tuple[str, ...]
    old_start: int
    old_end: int
    new_start: int
    new_end: int
    section: str
    """The nearest line above that opens a definition or section; empty if there is none."""
    rows: tuple[Row, ...]

    @property
    def plus(self) -> int:
        """Lines put in."""
        return sum(row.kind == "+" for row in self.rows)

    @property
    def minus(self) -> int:
        """Lines taken away."""
        return sum(row.kind == "-" for row in self.rows)


def all_run_ids(files: Iterable[FilePatch]) -> tuple[str, ...]:
    """Everything that a patch leaves to decide, in order."""
    return tuple(run_id for file in files for run_id in file.run_ids)
