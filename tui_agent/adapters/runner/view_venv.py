"""Virtual environments in a copy of a work tree: they name themselves by their whole path.

Without this, `pytest` in a copy would be the original's, and an editable install would import the
original's sources: a check would judge the wrong tree.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

NAMES = (".venv", "venv")
LARGEST = 1 << 20
"""Bytes; what names paths is small."""


def relocate(copy: Path, old: Path, new: Path) -> None:
    """In the virtual environments of `copy`, let what names `old` name `new`. Raises OSError."""
    inside = os.path.realpath(copy)
    for name in NAMES:
        folder = copy / name
        if (folder / "pyvenv.cfg").is_file():
            for file in _naming(folder):
                if Path(os.path.realpath(file)).is_relative_to(inside):  # A link may lead out.
                    _rename(file, os.fsencode(old), os.fsencode(new))


def _naming(folder: Path) -> Iterator[Path]:
    yield folder / "pyvenv.cfg"
    yield from (folder / "bin").glob("*")
    for site in folder.glob("lib*/python*/site-packages"):
        for pattern in ("*.pth", "*.egg-link", "__editable__*"):
            yield from site.glob(pattern)


def _rename(file: Path, old: bytes, new: bytes) -> None:
    with suppress(FileNotFoundError, IsADirectoryError):
        if not stat.S_ISREG(file.lstat().st_mode) or file.stat().st_size > LARGEST:
            return
        data = file.read_bytes()
        if old in data and b"\0" not in data:
            status = file.stat()
            file.write_bytes(data.replace(old, new))
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
