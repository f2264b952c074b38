"""Keeps what makes git run something as it was, where no mount can: looked at before and after.

A command's own child may be quicker than we are; so this is what the weaker tiers have, and the
strongest for links alone. What was changed is put back from the copy taken before, and said aloud.

What a look has read is kept for the next one. It counts as long as the times that the system gives
a file (which no command sets) are the same, and long past: a write that comes later shows in them.
Where a write to mapped memory does not show, as on tmpfs of old, everything is read each time.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import shutil
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

MOST_BYTES = 4 << 20
"""What is kept of one file; of a larger one, only its digest: it is noticed, not put back."""
SETTLED_NS = 2_000_000_000
"""How long ago the last change must be; some file systems count in seconds."""
_PAGE = mmap.PAGESIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """One thing as it was: nothing, a link, a file or a folder with what is in it."""

    kind: int = 0
    mode: int = 0
    link: str = ""
    data: bytes = b""
    digest: str = ""
    """SHA-256 (hex) of a file that is too large to be kept."""
    inside: tuple[tuple[str, _Kept], ...] = ()

    @property
    def whole(self) -> bool:
        """Whether all of it can be put back."""
        return not self.digest and all(one.whole for _, one in self.inside)


@dataclass(slots=True)
class _Signs:
    """What the system says of a path and all below it, without its content."""

    found: list[tuple[object, ...]] = field(default_factory=list)
    newest: int = 0
    """The last change, in nanoseconds since 1970."""
    devices: set[int] = field(default_factory=set)

    def add(self, name: str, one: os.stat_result) -> None:
        """Note one thing."""
        times = one.st_size, one.st_mtime_ns, one.st_ctime_ns
        self.found.append((name, one.st_mode, one.st_dev, one.st_ino, *times))
        self.newest = max(self.newest, one.st_ctime_ns)
        self.devices.add(one.st_dev)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What a path holds, and the signs that say whether it still does."""

    kept: _Kept
    signs: list[tuple[object, ...]]
    settled: bool
    """Whether a change that comes after it shows in the signs."""


class Looks:
    """What guarded paths held when they were last read: kept from one command to the next."""

    def __init__(self, settled_ns: int = SETTLED_NS) -> None:
        self._settled_ns = settled_ns
        self._last: dict[str, _Look] = {}
        self._shows: dict[int, bool] = {}

    def at(self, path: str) -> _Kept:
        """Return what a path holds now, read anew where it may have changed."""
        last, begun, signs = self._last.get(path), time.time_ns(), _signs(path)
        if last is not None and last.settled and last.signs == signs.found:
            return last.kept
        kept = _kept(path)
        settled = (
            signs.newest + self._settled_ns < begun
            and signs.found == _signs(path).found
            and all(self._shows_all(device, path) for device in signs.devices)
        )
        self._last[path] = _Look(kept=kept, signs=signs.found, settled=settled)
        return kept

    def forget(self, path: str) -> None:
        """Read it anew the next time."""
        self._last.pop(path, None)

    def _shows_all(self, device: int, path: str) -> bool:
        """Return whether every write to this file system shows in a file's times."""
        if device not in self._shows:
            self._shows[device] = _mapped_writes_show(os.path.dirname(path), device)
        return self._shows[device]


class Guard:
    """The state of some paths at one moment."""

    def __init__(self, paths: Iterable[str], looks: Looks | None = None) -> None:
        self._looks = looks if looks is not None else Looks()
        self._before = {path: self._looks.at(path) for path in dict.fromkeys(paths)}
        self._places = {folder: os.path.realpath(folder) for folder in _folders(self._before)}
        self.led_away: tuple[str, ...] = ()
        """What could not be put back: the folder above leads elsewhere now, maybe anywhere."""
        self.too_large: tuple[str, ...] = ()
        """What could not be put back since no copy of it was kept."""

    def restored(self) -> tuple[str, ...]:
        """Put back whatever has changed since; return its paths. Raises OSError."""
        changed: list[str] = []
        led_away: list[str] = []
        too_large: list[str] = []
        same = {one for one, place in self._places.items() if os.path.realpath(one) == place}
        for path, before in self._before.items():
            if os.path.dirname(path) not in same:
                led_away.append(path)
            elif self._looks.at(path) != before:
                self._looks.forget(path)
                left = _put_back(path, before)
                too_large += left
                changed += [path] if left != [path] else []
        self.led_away, self.too_large = tuple(led_away), tuple(too_large)
        return tuple(changed)


def _folders(paths: Iterable[str]) -> set[str]:
    return {os.path.dirname(path) for path in paths}


def _signs(path: str) -> _Signs:
    found = _Signs()
    with suppress(OSError):
        one = os.lstat(path)
        found.add("", one)
        if stat.S_ISDIR(one.st_mode):
            _add_inside(path, found)
    return found


def _add_inside(folder: str, found: _Signs) -> None:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            one = entry.stat(follow_symlinks=False)
            found.add(entry.path, one)
            if stat.S_ISDIR(one.st_mode):
                _add_inside(entry.path, found)


def _mapped_writes_show(folder: str, device: int) -> bool:
    """Try it with a file that has no name."""
    nameless = getattr(os, "O_TMPFILE", 0)
    if not nameless:
        return False
    try:
        file = os.open(folder, nameless | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        return False
    try:
        os.write(file, bytes(_PAGE))
        os.utime(file, ns=(0, 0))
        with mmap.mmap(file, _PAGE) as mapped:
            mapped[0] = 1
            found = os.fstat(file)
        return found.st_mtime_ns != 0 and found.st_dev == device
    except OSError:
        return False
    finally:
        os.close(file)


def _kept(path: str) -> _Kept:
    try:
        found = os.lstat(path)
    except OSError:
        return _Kept()
    kind, mode = stat.S_IFMT(found.st_mode), stat.S_IMODE(found.st_mode)
    if kind == stat.S_IFLNK:
        return _Kept(kind=kind, link=os.readlink(path))
    if kind == stat.S_IFDIR:
        names = sorted(os.listdir(path))
        inside = tuple((name, _kept(os.path.join(path, name))) for name in names)
        return _Kept(kind=kind, mode=mode, inside=inside)
    if kind != stat.S_IFREG:
        return _Kept(kind=kind, mode=mode)
    with open(path, "rb") as file:
        data = file.read(MOST_BYTES + 1)
        if len(data) <= MOST_BYTES:
            return _Kept(kind=kind, mode=mode, data=data)
        file.seek(0)
        return _Kept(kind=kind, mode=mode, digest=hashlib.file_digest(file, "sha256").hexdigest())


def _put_back(path: str, before: _Kept) -> list[str]:
    """Make a path what it was; return what of it stays changed, as no copy was kept."""
    if before.whole:
        _remove(path)
        _put(path, before)
        return []
    if _kept(path) == before:
        return []
    if before.digest or os.path.islink(path) or not os.path.isdir(path):
        return [path]
    os.chmod(path, stat.S_IRWXU)
    for name in set(os.listdir(path)) - {name for name, _ in before.inside}:
        _remove(os.path.join(path, name))
    inside = [(os.path.join(path, name), one) for name, one in before.inside]
    left = [one for name, kept in inside for one in _put_back(name, kept)]
    os.chmod(path, before.mode)
    return left


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def _put(path: str, before: _Kept) -> None:
    if before.kind == 0:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if before.kind == stat.S_IFLNK:
        os.symlink(before.link, path)
        return
    if before.kind == stat.S_IFDIR:
        os.mkdir(path)
        for name, one in before.inside:
            _put(os.path.join(path, name), one)
    elif before.kind == stat.S_IFREG:
        with open(path, "xb") as file:
            file.write(before.data)
    os.chmod(path, before.mode)
