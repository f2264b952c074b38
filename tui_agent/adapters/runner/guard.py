"""Keeps what makes git run something as it was, where no mount can: looked at before and after.

A command's own child may be quicker than we are; so this is what the weaker tiers have, and the
strongest for links alone. What was changed is put back from the copy taken before, and said aloud.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass

MOST_BYTES = 4 << 20
"""What is kept of one file; a larger one is only noticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """One thing as it was: nothing, a link, a file or a folder with what is in it."""

    kind: int = 0
    mode: int = 0
    link: str = ""
    data: bytes = b""
    inside: tuple[tuple[str, _Kept], ...] = ()


class Guard:
    """The state of some paths at one moment."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._before = {path: (_place(path), _kept(path)) for path in dict.fromkeys(paths)}

    def restored(self) -> tuple[str, ...]:
        """Put back whatever has changed since; return its paths. Raises OSError.

        Where the folder above is another one now, nothing is touched: it may lead anywhere.
        """
        changed = []
        for path, (place, before) in self._before.items():
            if _place(path) != place:
                changed.append(path)
            elif _kept(path) != before:
                changed.append(path)
                _remove(path)
                _put(path, before)
        return tuple(changed)


def _place(path: str) -> tuple[str, int, int]:
    """Return where the folder above a path is, and which one it is."""
    folder = os.path.realpath(os.path.dirname(path))
    try:
        found = os.stat(folder)
    except OSError:
        return folder, 0, 0
    return folder, found.st_dev, found.st_ino


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
        return _Kept(kind=kind, mode=mode, data=file.read(MOST_BYTES))


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
