"""A well-formed diff that no model of ours made becomes the changes of files that it means.

Each file is checked by itself: what stands in the work tree must be what the diff says. A file that
does not fit is refused by name and the others are not affected; what is there already is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tui_agent.core.edits.contract import NOTHING_CHANGED, EditError, Files
from tui_agent.core.edits.foreign_places import ForeignHunk, MisfitError, fitted
from tui_agent.core.edits.git_objects import DeltaError, is_named, with_delta
from tui_agent.core.edits.hints import missing, visible
from tui_agent.core.edits.overlay import Overlay
from tui_agent.core.patch.modes import LINK, is_link, may_run, with_run_bit
from tui_agent.core.patch.values import FileChange
from tui_agent.core.text import split_lines

_KIND, _REGULAR = 0o170000, 0o100000
_KINDS = {0o160000: "a submodule", 0o040000: "a folder"}
_SHORT = 7
_LINK_NOTE = "a symbolic link"


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryContent:
    """The bytes that a binary change leads to: whole, or as a delta to the old ones."""

    data: bytes
    is_delta: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignFile:
    """What a diff says about one file."""

    path: str | None
    """Where it was; None: it is created."""
    target: str | None
    """Where it is to be; None: it is deleted."""
    copied: bool = False
    hunks: tuple[ForeignHunk, ...] = ()
    binary: BinaryContent | None = None
    old_mode: int | None = None
    """As git writes modes: kind and permissions."""
    new_mode: int | None = None
    old_name: str = ""
    """The name that git gives to the old bytes, perhaps abbreviated; empty where it is not said."""
    new_name: str = ""
    problem: str = ""
    """Why it cannot be applied to any file."""

    @property
    def name(self) -> str:
        """What to call it."""
        return self.target or self.path or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignReading:
    """What becomes of a diff in the work tree as it is."""

    changes: tuple[FileChange, ...] = ()
    refused: tuple[str, ...] = ()
    """Each file that does not fit, and why."""
    there: tuple[str, ...] = ()
    """Each file whose changes are there already."""


def foreign_changes(diff: Sequence[ForeignFile], files: Files) -> ForeignReading:
    """Work a diff into the files as they are now, in memory."""
    work = _Work(overlay=Overlay(_AsOnDisk(files), "refuse"), files=files)
    for one in diff:
        work.take(one)
    return ForeignReading(
        changes=work.changes(), refused=tuple(work.refused), there=tuple(work.there)
    )


@dataclass(slots=True)
class _AsOnDisk:
    """The workspace for edits that no model makes: what it has seen does not matter."""

    files: Files

    def locate(self, path: str) -> str:
        return self.files.locate(path)

    def locate_link(self, path: str) -> str:
        return self.files.locate_link(path)

    def link(self, path: str) -> bytes | None:
        return self.files.link(path)

    def leads_inside(self, path: str, target: bytes) -> bool:
        return self.files.leads_inside(path, target)

    def read(self, path: str) -> bytes | None:
        return self.files.read(path)

    def mode(self, path: str) -> int | None:
        return self.files.mode(path)

    def seen(self, path: str) -> bytes | None:
        del path
        return None

    def seen_whole(self, path: str) -> bool:
        del path
        return False

    def namesakes(self, path: str) -> tuple[str, ...]:
        return self.files.namesakes(path)


@dataclass(slots=True, kw_only=True)
class _Work:
    overlay: Overlay
    files: Files
    refused: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    """Paths of refused files: what builds on them is refused as well."""
    changed: bool = False

    def take(self, one: ForeignFile) -> None:
        try:
            there = self._carry_out(one)
        except EditError as error:
            self._refuse(one, error.message.removesuffix(NOTHING_CHANGED).rstrip())
        except (MisfitError, DeltaError, OSError, ValueError) as error:
            self._refuse(one, str(error))
        else:
            self.changed = self.changed or not there
            if there:
                self.there.append(one.name)

    def changes(self) -> tuple[FileChange, ...]:
        try:
            return self.overlay.changes() if self.changed else ()
        except EditError:
            return ()  # one part of the diff takes back what another does

    def _refuse(self, one: ForeignFile, why: str) -> None:
        self.blocked |= {path for path in (one.path, one.target) if path}
        self.refused.append(f"{one.name}: {why}")

    def _carry_out(self, one: ForeignFile) -> bool:
        """Work in what a diff says about one file; tell whether it was there already."""
        _check(one)
        if self.blocked & {one.path, one.target}:
            raise MisfitError("an earlier part of the diff of this file was refused")
        one = self._with_kind(one)
        if one.path is None:
            return self._create(one, self._name(one.target or "", one.new_mode))
        path = self._name(one.path, one.old_mode)
        self._check_kind(path, one.old_mode)
        if one.target is None:
            return self._delete(one, path)
        target = self._name(one.target, one.new_mode)
        if target != path:
            return self._move(one, path, target)
        return self._update(one, path)

    def _with_kind(self, one: ForeignFile) -> ForeignFile:
        """Take what moves unchanged as the link that it is: its diff does not say modes."""
        if one.path is None or one.target in {None, one.path} or one.old_mode is not None:
            return one
        if not self.overlay.is_link(self.overlay.locate_link(one.path)):
            return one
        return replace(one, old_mode=LINK, new_mode=LINK)

    def _name(self, path: str, mode: int | None) -> str:
        """Name what a part of the diff is about: a link itself, or the file, through a link."""
        name = self.overlay.locate_link(path)
        if is_link(mode) or self.overlay.is_begun(name):
            return name
        return self.overlay.locate(path)

    def _check_kind(self, path: str, mode: int | None) -> None:
        if self.overlay.exists(path) and self.overlay.is_link(path) != is_link(mode):
            raise MisfitError(
                "it is a symbolic link here"
                if self.overlay.is_link(path)
                else "it is no symbolic link here"
            )

    def _put_link(self, path: str, target: bytes) -> None:
        self.overlay.require_inside(path, target)
        self.overlay.put(path, target, LINK)
        self.overlay.note(path, _LINK_NOTE)

    def _create(self, one: ForeignFile, path: str) -> bool:
        present = self.overlay.data(path)
        content, _ = _content(one, b"")
        if present is not None:
            if present == content and self.overlay.is_link(path) == is_link(one.new_mode):
                return True
            raise MisfitError("it is new in the diff, and exists here with other content")
        if is_link(one.new_mode):
            self._put_link(path, content)
        else:
            self.overlay.put(path, content, 0o755 if may_run(one.new_mode) else None)
        return False

    def _delete(self, one: ForeignFile, path: str) -> bool:
        present = self.overlay.data(path)
        if present is None:
            return True
        without_lines = one.binary is not None or not one.hunks
        if is_named(present, one.old_name) or (without_lines and not present):
            self.overlay.delete(path)
            return False
        if without_lines:
            raise MisfitError("it is not the file that the diff deletes")
        content, _ = _content(one, present)
        if content:
            first = _lines(content)[0]
            raise MisfitError(f"it has lines that the diff does not delete: {visible(first)}")
        self.overlay.delete(path)
        return False

    def _update(self, one: ForeignFile, path: str) -> bool:
        present = self.overlay.data(path)
        if present is None:
            raise missing(path, self.files.namesakes(path))
        content, notes = _content(one, present)
        mode = _new_bits(one, self.overlay.mode(path))
        if content == present and mode is None:
            return True
        if is_link(one.new_mode):
            self._put_link(path, content)
            return False
        self.overlay.put(path, content, mode)
        self.overlay.note(path, *notes)
        return False

    def _move(self, one: ForeignFile, path: str, target: str) -> bool:
        source, present = self._source(one, path), self.overlay.data(target)
        if present is not None:
            done = one.copied or source is None
            if done and _content(one, present)[0] == present:
                return True
            raise MisfitError(f"{target} exists already")
        if source is None:
            raise missing(path, self.files.namesakes(path))
        content, notes = _content(one, source)
        mode = _new_bits(one, self.overlay.mode(path))
        if is_link(one.new_mode):
            self.overlay.require_inside(target, content)
        if one.copied:
            self.overlay.put(target, content, mode or self.overlay.mode(path))
            self.overlay.note(target, *notes)
            return False
        self.overlay.put(path, content, mode)
        self.overlay.note(path, *notes)
        self.overlay.move(path, target)
        return False

    def _source(self, one: ForeignFile, path: str) -> bytes | None:
        """Return the bytes that are moved. A copy is of the file as it was before the diff."""
        source = self.overlay.data(path)
        if not one.copied or (source is not None and is_named(source, one.old_name)):
            return source
        before = self.files.read(path)
        return source if before is None else before


def _check(one: ForeignFile) -> None:
    """Refuse what is neither file nor link, and what has no content that could be applied."""
    if one.problem:
        raise MisfitError(one.problem)
    for mode in (one.old_mode, one.new_mode):
        if mode is not None and mode & _KIND != _REGULAR and not is_link(mode):
            kind = _KINDS.get(mode & _KIND, "no regular file")
            names = [name[:_SHORT] for name in (one.old_name, one.new_name) if name.strip("0")]
            commits = f" ({' → '.join(names)})" if names else ""
            raise MisfitError(f"it is {kind}{commits}, which is not reviewed here")


def _content(one: ForeignFile, present: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return the bytes that a file is to have, and how its hunks were placed."""
    if one.binary is not None:
        return _binary(one, one.binary, present), ()
    if not one.hunks:
        return present, ()
    if is_named(present, one.new_name):
        return present, ()
    fit = fitted(_lines(present), one.hunks, known=is_named(present, one.old_name))
    return "".join(fit.lines).encode("utf-8", "surrogateescape"), fit.notes


def _binary(one: ForeignFile, binary: BinaryContent, present: bytes) -> bytes:
    if is_named(present, one.new_name):
        return present
    if one.path is not None and not is_named(present, one.old_name):
        raise MisfitError("it is binary, and not the file that the diff was made from")
    content = with_delta(present, binary.data) if binary.is_delta else binary.data
    if one.new_name and not is_named(content, one.new_name):
        raise MisfitError("its binary content does not lead to what the diff names")
    return content


def _lines(data: bytes) -> tuple[str, ...]:
    return split_lines(data.decode("utf-8", "surrogateescape"))


def _new_bits(one: ForeignFile, present: int | None) -> int | None:
    """Return the permissions that a file gets; None where they stay."""
    if one.new_mode is None or present is None or one.new_mode == one.old_mode:
        return None
    bits = with_run_bit(present, wanted=may_run(one.new_mode))
    return None if bits == present else bits
