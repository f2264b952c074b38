"""Reads what git prints of two trees that differ, and of the objects in which they do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui_agent.core.patch import FileChange
from tui_agent.core.patch.modes import LINK, is_link

_NONE = "0" * 40
_USUAL = 0o644
_KEPT = (0, 0o100644, 0o100755, LINK)
"""What may stand on either side: nothing, a file, a symbolic link."""


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
    """Read `git diff-tree -z --raw`, without repositories inside of this one."""
    fields = raw.split(b"\0")
    for head, name in zip(fields[::2], fields[1::2], strict=False):
        old_mode, new_mode, old, new, _ = head.decode().removeprefix(":").split(" ")
        modes = int(old_mode, 8), int(new_mode, 8)
        if all(mode in _KEPT for mode in modes):
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
        changes.append(_change(one, sides[0], sides[1]))
    return tuple(changes)


def _change(one: RawEntry, before: bytes | None, after: bytes | None) -> FileChange:
    """Return a change with the modes that differ, and with those that are not the usual ones."""
    old, new = _mode(one.old_mode), _mode(one.new_mode)
    differs = None not in (before, after) and old != new
    return FileChange(
        path=one.path,
        before=before,
        after=after,
        old_mode=old if differs or after is None or is_link(old) else None,
        new_mode=new if differs or is_link(new) or (before is None and new != _USUAL) else None,
    )


def _mode(recorded: int) -> int:
    """Return git's mode as one of ours: of files the permission bits alone."""
    return LINK if is_link(recorded) else _USUAL | recorded & 0o111
