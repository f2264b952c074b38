"""Checks what a program said of the workspace's files against a look that cannot be led astray.

ripgrep opens files by their names: a folder that becomes a link while it works leads it outside.
Hence a name counts only where the confined look finds a regular file, and a line only where it
stands in the bytes that the confined read gives.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from tui_agent.adapters.git_workspace.paths import Confined, NotAFileError
from tui_agent.core.edits import EditError

WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""How a file in UTF-16 begins; ripgrep reads such a file as text, too."""
LARGEST = 1 << 30
"""Bytes of a file whose lines are checked."""


def files_inside(files: Confined, names: Iterable[str]) -> Iterator[str]:
    """Yield the names that are regular files which may be read."""
    there: dict[str, set[str]] = {}
    for name in names:
        folder, _, base = name.rpartition("/")
        if folder not in there:
            there[folder] = _regular_files(files, folder)
        if base in there[folder] and files.confines.may_read(name):
            yield name


def _regular_files(files: Confined, folder: str) -> set[str]:
    try:
        with files.folder(folder) as descriptor, os.scandir(descriptor) as entries:
            return {entry.name for entry in entries if entry.is_file(follow_symlinks=False)}
    except (OSError, EditError):
        return set()


class Vouched:
    """Says of lines whether they stand in their file; each file is read once."""

    def __init__(self, files: Confined) -> None:
        self._files = files
        self._path: str | None = None
        self._lines: list[str] = []

    def holds(self, path: str, number: int, text: str) -> bool:
        """Return whether the file's line of this number (from 1) is `text`, its end aside."""
        if path != self._path:
            self._path, self._lines = path, self._read(path)
        if not 0 < number <= len(self._lines):
            return False
        return _bare(self._lines[number - 1]) == _bare(text)

    def _read(self, path: str) -> list[str]:
        try:
            data = self._files.read(self._files.locate(path), LARGEST) or b""
        except (OSError, NotAFileError, EditError):
            return []
        encoding = "utf-16" if data[:2] in WIDE_MARKS else "utf-8"
        return data.decode(encoding, "replace").split("\n")


def _bare(line: str) -> str:
    return line.rstrip("\r\n").removeprefix("\ufeff")
