"""A copy of a work tree, file by file: what runs in it cannot write through to the original.

Never by hard links: they share their bytes. File systems that can share them safely (reflinks) do,
so that a copy costs names alone; others copy. Times and permissions are kept, so that build tools
find nothing out of date.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tui_agent.core.copies import LaidFile

FICLONE = 0x40049409
"""The ioctl of Linux that shares a file's blocks until one of both is written."""

LEFT_BEHIND = frozenset({".mypy_cache", ".tox", ".nox", ".hypothesis"})
"""Caches that tools make again by themselves."""

MOST_FILES = 400_000
SPARE_BYTES = 1 << 30
"""What has to stay free on the disk."""

Seen = tuple[int, int, int, int]
"""Of one copied name: inode, time of its last change (ns), size, mode."""


class TooLargeError(OSError):
    """The workspace cannot be copied; the message says why."""


@dataclass(slots=True, kw_only=True)
class TreeCopy:
    """A copy of `root` in `target`, and how each name in it looked when it was made."""

    root: Path
    target: Path
    skip: Callable[[str], bool]
    """Whether a name, relative to the root, is left out."""
    stopped: Callable[[], bool] = lambda: False
    """Whether nobody waits for it any more."""
    seen: dict[str, Seen] = field(default_factory=dict)
    _clones: bool = True
    _free: int = 0

    def make(self) -> None:
        """Copy everything. Raises OSError."""
        self._free = shutil.disk_usage(self.target).free - SPARE_BYTES
        folders: list[tuple[Path, os.stat_result]] = []
        for entry, name in _entries(self.root, self.skip):
            self._one(entry, name, folders)
            if self.stopped():
                message = "stopped"
                raise InterruptedError(message)
            if len(self.seen) > MOST_FILES:
                message = f"it has more than {MOST_FILES:,} files"
                raise TooLargeError(message)
        for place, status in reversed(folders):
            os.chmod(place, stat.S_IMODE(status.st_mode) | stat.S_IRWXU)
            os.utime(place, ns=(status.st_atime_ns, status.st_mtime_ns))

    def note(self) -> None:
        """Remember how every name looks now, before the command runs."""
        self.seen = dict(_look(self.target))

    def touched(self) -> dict[str, Path | None]:
        """Return each name that the command made, changed or took away, with its present place."""
        now = dict(_look(self.target))
        found: dict[str, Path | None] = {
            name: self.target / name for name, seen in now.items() if self.seen.get(name) != seen
        }
        return found | {name: None for name in self.seen if name not in now}

    def _one(
        self, entry: os.DirEntry[str], name: str, folders: list[tuple[Path, os.stat_result]]
    ) -> None:
        place = self.target / name
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            place.mkdir()
            folders.append((place, status))
        elif stat.S_ISLNK(status.st_mode):
            os.symlink(self._inside(os.readlink(entry.path)), place)
            self.seen[name] = (0, 0, 0, 0)
        elif stat.S_ISREG(status.st_mode):
            self._file(entry.path, place, status)
            self.seen[name] = (0, 0, 0, 0)

    def _inside(self, leads_to: str) -> str:
        """Let a link that leads into the workspace by its whole path lead into the copy."""
        root = str(self.root)
        if leads_to == root or leads_to.startswith(f"{root}/"):
            return str(self.target) + leads_to[len(root) :]
        return leads_to

    def _file(self, source: str, place: Path, status: os.stat_result) -> None:
        if not self._cloned(source, place):
            self._free -= status.st_size
            if self._free < 0:
                message = "there is not enough space on the disk"
                raise TooLargeError(errno.ENOSPC, message)
            shutil.copyfile(source, place, follow_symlinks=False)
        os.chmod(place, stat.S_IMODE(status.st_mode))
        os.utime(place, ns=(status.st_atime_ns, status.st_mtime_ns))

    def _cloned(self, source: str, place: Path) -> bool:
        if not self._clones:
            return False
        try:
            with open(source, "rb") as old, place.open("wb") as new:
                fcntl.ioctl(new.fileno(), FICLONE, old.fileno())
        except PermissionError:
            raise
        except OSError:
            self._clones = False
            return False
        return True


def lay_file(place: Path, original: Path, laid: LaidFile) -> None:
    """Put a file over what a view shows; it gets the permissions of the original where it may."""
    if laid.content is None:
        place.unlink(missing_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(laid.content)
    if laid.mode is not None:
        os.chmod(place, laid.mode)
    elif original.is_file():
        shutil.copymode(original, place)


def _entries(root: Path, skip: Callable[[str], bool]) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Give everything below a folder, a folder before what lies in it."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        with os.scandir(root / folder) as found:
            for entry in found:
                name = f"{folder}/{entry.name}" if folder else entry.name
                is_folder = entry.is_dir(follow_symlinks=False)
                if entry.name in LEFT_BEHIND or skip(name):
                    continue
                if entry.name == ".git" and not is_folder:
                    continue  # It leads to a repository elsewhere: written through from here.
                yield entry, name
                if is_folder:
                    waiting.append(name)


def _look(root: Path) -> Iterator[tuple[str, Seen]]:
    """Give every name that is no folder with how it looks; a pipe or a socket, too."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        with suppress(OSError), os.scandir(root / folder) as found:
            for entry in found:
                name = f"{folder}/{entry.name}" if folder else entry.name
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    waiting.append(name)
                else:
                    yield name, (status.st_ino, status.st_ctime_ns, status.st_size, status.st_mode)
