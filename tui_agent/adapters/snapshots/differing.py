"""Reads what git prints of two trees that differ, and of the objects in which they do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui_agent.core.patch import FileChange

_NONE = "0" * 40
_FILES = (0o100644, 0o100755)


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One path of `git diff-tree --raw`; an object's name is empty where there is no file."""

    path: str
    old_mode: int
    new_mode: int
    old: str
    new: str

    @property
    def objects(self) -> tuple[str, ...]:
        """The objects that there are."""
        return tuple(name for name in (self.old, self.new) if name)


def raw_entries(raw: bytes) -> Iterator[RawEntry]:
    """Read `git diff-tree -z --raw`, without what is no regular file on either side."""
    fields = raw.split(b"\0")
    for head, name in zip(fields[::2], fields[1::2], strict=False):
        old_mode, new_mode, old, new, _ = head.decode().removeprefix(":").split(" ")
        modes = int(old_mode, 8), int(new_mode, 8)
        if all(mode in (0, *_FILES) for mode in modes):
            names = ["" if one == _NONE else one for one in (old, new)]
            yield RawEntry(os.fsdecode(name), *modes, *names)


def file_changes(entries: Sequence[RawEntry], batch: bytes) -> tuple[FileChange, ...]:
    """Pair the entries with what `git cat-file --batch` printed of their objects, in order.

    Raises OSError where an object is missing.
    """
    rest = batch
    changes: list[FileChange] = []
    for one in entries:
        sides: list[bytes | None] = []
        for name in (one.old, one.new):
            if not name:
                sides.append(None)
                continue
            header, _, rest = rest.partition(b"\n")
            if not header.startswith(name.encode() + b" blob "):
                message = f"{one.path}: what it was is no longer recorded ({header.decode()})"
                raise OSError(message)
            size = int(header.rpartition(b" ")[2])
            sides.append(rest[:size])
            rest = rest[size + 1 :]
        executable = (one.old_mode & 0o111, one.new_mode & 0o111)
        modes = (0o644 | executable[0], 0o644 | executable[1])
        toggled = None not in sides and executable[0] != executable[1]
        changes.append(
            FileChange(
                path=one.path,
                before=sides[0],
                after=sides[1],
                old_mode=modes[0] if toggled or sides[1] is None else None,
                new_mode=modes[1] if toggled else None,
            )
        )
    return tuple(changes)
