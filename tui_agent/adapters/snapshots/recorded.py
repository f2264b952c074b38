"""Reads recorded trees afterwards: what changed from one to another, file by file.

Git compares them, in a room that shows our records alone; unidiff reads the diff that it prints.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tui_agent.adapters.processes.capture import ProgramError
from tui_agent.adapters.runner.git_rooms import GitRooms
from tui_agent.adapters.snapshots.shadow import Shadow
from tui_agent.core.patch.modes import is_link, may_run

Kind = Literal[
    "added",
    "changed",
    "deleted",
    "renamed",
    "may be run now",
    "may not be run any more",
    "a link now",
    "a file now",
]
_KINDS: dict[str, Kind] = {"A": "added", "D": "deleted", "R": "renamed"}
_BEGINS = re.compile(rb"^(?=diff --git )", re.MULTILINE)
"""Where a file's part begins: a line of its content has a sign before it."""
_PATCH = (
    "-r", "-p", "--full-index", "--find-renames", "--no-color", "--no-ext-diff", "--no-textconv",
    "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip


class UnknownTreeError(LookupError):
    """A tree that the shadow repository does not hold (any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeChange:
    """One file that differs between two trees."""

    path: str
    kind: Kind
    old_path: str = ""
    """Where a renamed file was."""
    added: int = 0
    removed: int = 0
    lines: tuple[tuple[str, str], ...] = ()
    """The diff: each line's kind (`@`, `+`, `-` or blank) and its text; nothing for a binary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A file that differs between two trees, by its names alone."""

    status: str
    """Git's letter: A, D, M, R or T."""
    old_path: str
    path: str
    old_mode: int = 0
    """As git has it; 0 where there is no file."""
    new_mode: int = 0


class RecordedTrees:
    """The trees that a shadow repository holds."""

    def __init__(self, shadow: Shadow, rooms: GitRooms) -> None:
        """Read from this shadow. Raises OSError where there is none."""
        if not (shadow.git_dir / "HEAD").is_file():
            message = f"nothing is recorded of {shadow.root}"
            raise FileNotFoundError(message)
        self._environ = dict(shadow.environ(rooms.path))
        for name in ("GIT_WORK_TREE", "GIT_INDEX_FILE"):
            del self._environ[name]
        self._room = rooms.room(shadow.git_dir)
        self._read: dict[str, bytes | None] = {}
        """What one change ends with, the next begins with."""

    def moved(self, old: str, new: str) -> tuple[Moved, ...]:
        """Name the files that differ. Raises UnknownTreeError, OSError."""
        words = self._diff(old, new, "-r", "--raw", "-z", "--find-renames").split(b"\0")
        return tuple(_moved(iter(words)))

    def patch(self, old: str, new: str, how: str) -> tuple[bytes, ...]:
        """Return the parts of a patch, a file each. Raises UnknownTreeError, OSError."""
        return tuple(_BEGINS.split(self._diff(old, new, *_PATCH, how))[1:])

    def read(self, tree: str, path: str) -> bytes | None:
        """Return a file's bytes in a tree; None where it, or the tree, is not recorded."""
        name = f"{tree}:{path}"
        if name not in self._read:
            try:
                self._read[name] = self._git("cat-file", "blob", name)
            except UnknownTreeError:
                self._read[name] = None
        return self._read[name]

    def former_name(self, old: str, new: str, path: str) -> str:
        """Return what a file was called in the tree before; its own name where it was not moved."""
        try:
            found = self.moved(old, new)
        except UnknownTreeError:
            return path
        return next((one.old_path for one in found if one.path == path), path)

    def _diff(self, old: str, new: str, *how: str) -> bytes:
        return self._git("diff-tree", *how, old, new, "--")

    def _git(self, *arguments: str) -> bytes:
        try:
            done = self._room.now(
                ("git", *arguments), cwd=self._environ["GIT_DIR"], environ=self._environ
            )
        except ProgramError as error:
            raise OSError(str(error)) from error
        if done.code:
            message = f"it is not recorded here: {done.err[:200]}"
            raise UnknownTreeError(message)
        return done.out


def tree_changes(
    state: Path, root: Path, old: str, new: str, rooms: GitRooms
) -> tuple[TreeChange, ...]:
    """Compare two recorded trees of a workspace.

    Raises UnknownTreeError where one is missing, OSError where there is no shadow repository.
    """
    return changes_in(Shadow.of(state, root), old, new, rooms)


def changes_in(shadow: Shadow, old: str, new: str, rooms: GitRooms) -> tuple[TreeChange, ...]:
    """Compare two trees of a repository of ours. Raises as `tree_changes`."""
    trees = RecordedTrees(shadow, rooms)
    try:
        found = trees.moved(old, new)
        parts = iter(trees.patch(old, new, "--text"))
    except UnknownTreeError as error:
        message = f"tree {old[:12]} or {new[:12]} is not recorded here"
        raise UnknownTreeError(message) from error
    # A link in a file's place is one entry, and two parts.
    return tuple(
        _change(one, [next(parts) for _ in range(2 if one.status == "T" else 1)]) for one in found
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """One file's part of a patch."""

    data: bytes
    """As `git apply` takes it; what is no text is packed."""
    text: str
    """The same part with its lines to be read, whatever they hold."""


def tree_patch(
    state: Path, root: Path, old: str, new: str, rooms: GitRooms
) -> tuple[FilePart, ...]:
    """Return what leads from one recorded tree to another, as `git apply` takes it.

    Raises UnknownTreeError where one is missing, OSError where there is no shadow repository.
    """
    trees = RecordedTrees(Shadow.of(state, root), rooms)
    try:
        # The shadow takes no file for a text by itself: each is shown as one, and packed.
        shown, packed = (trees.patch(old, new, how) for how in ("--text", "--binary"))
    except UnknownTreeError as error:
        message = f"tree {old[:12]} or {new[:12]} is not recorded here"
        raise UnknownTreeError(message) from error
    return tuple(
        FilePart(data=two if b"\0" in one else one, text=one.decode("utf-8", "replace"))
        for one, two in zip(shown, packed, strict=True)
    )


def _moved(words: Iterator[bytes]) -> Iterator[Moved]:
    """Read git's raw form: modes, names and a letter, then one path, or two for a rename."""
    for head in words:
        if not head.startswith(b":"):
            continue
        status = head.rsplit(b" ", 1)[1][:1].decode()
        old = _name(next(words))
        modes = [int(one, 8) for one in head[1:].split(b" ")[:2]]
        yield Moved(
            status=status,
            old_path=old,
            path=_name(next(words)) if status == "R" else old,
            old_mode=modes[0],
            new_mode=modes[1],
        )


def _name(word: bytes) -> str:
    return word.decode("utf-8", "surrogateescape")


def _kind(found: Moved) -> Kind:
    """Return in words what became of a file; of a change of its mode, what that means."""
    old, new = found.old_mode, found.new_mode
    if found.status in _KINDS or old == new:
        return _KINDS.get(found.status, "changed")
    if is_link(old) != is_link(new):
        return "a link now" if is_link(new) else "a file now"
    return "may be run now" if may_run(new) else "may not be run any more"


def _change(found: Moved, parts: Sequence[bytes]) -> TreeChange:
    lines = tuple(line for part in parts for line in _lines(part.decode("utf-8", "replace")))
    return TreeChange(
        path=found.path,
        kind=_kind(found),
        old_path=found.old_path if found.status == "R" else "",
        added=sum(sign == "+" for sign, _ in lines),
        removed=sum(sign == "-" for sign, _ in lines),
        lines=lines,
    )


_HUNKS = re.compile(r"^@@ ", re.MULTILINE)


def _lines(part: str) -> Iterator[tuple[str, str]]:
    """Read one file's hunks. A header of our own stands in for git's, whose paths may be quoted."""
    from unidiff.patch import PatchSet

    first = _HUNKS.search(part)
    if first is None:
        return
    for file in PatchSet(f"--- a/file\n+++ b/file\n{part[first.start() :]}"):
        for hunk in file:
            yield "@", str(hunk).partition("\n")[0]
            for line in hunk:
                yield line.line_type, line.value.rstrip("\n")
