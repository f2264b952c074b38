"""A project's memory: one plain file of the user's own, which they may read and edit at any time.

An entry is a line that begins with a hyphen; whatever else stands in the file is left as it is.
Nothing is ever written into the user's repository.
"""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from tui_agent.adapters.plain_file import plain_text
from tui_agent.core.memory import LONGEST, Remembered

FOLDER = "memory"
HEAD = (
    "# What you asked agent to remember about {name}\n\n"
    "Every line that begins with a hyphen is told to the model, in each new session. Edit freely.\n"
)
_ENTRY = re.compile(r"^-\s+(?P<text>\S.*)$")


class ProjectMemory:
    """Implements `core.memory.Memory` with a file.

    Args:
        path: The file; it and its folder are made with the first entry.
        name: What the project is called, for the file's first line.
        mask: Masks the secrets in a text before it is kept.
    """

    def __init__(self, path: Path, name: str, mask: Callable[[str], str]) -> None:
        """Open nothing yet."""
        self._path, self._name, self._mask = path, name, mask

    @property
    def place(self) -> str:
        """Where the entries can be read and edited."""
        return str(self._path)

    def entries(self) -> Sequence[Remembered]:
        """Return all entries, in their order. Raises OSError."""
        return [one for _, one in _entries(self._lines())]

    def remember(self, text: str) -> Remembered:
        """Keep one more entry, in one line. Raises ValueError, OSError."""
        kept = " ".join(self._mask(text).split())
        if not kept:
            message = "there is nothing to remember"
            raise ValueError(message)
        if len(kept) > LONGEST:
            message = f"an entry has at most {LONGEST:,} characters, and this one {len(kept):,}"
            raise ValueError(message)
        with self._locked():
            lines = self._lines() or HEAD.format(name=self._name).split("\n")
            while lines and not lines[-1].strip():
                lines.pop()
            gap = [] if lines and _ENTRY.match(lines[-1]) else [""]
            self._write([*lines, *gap, f"- {kept}"])
            return self.entries()[-1]

    def forget(self, number: int) -> Remembered:
        """Take an entry away. Raises LookupError, OSError."""
        with self._locked():
            lines = self._lines()
            for place, one in _entries(lines):
                if one.number == number:
                    del lines[place]
                    self._write(lines)
                    return one
        message = f"there is no entry {number}"
        raise LookupError(message)

    def search(self, words: str) -> Sequence[Remembered]:
        """Return the entries with all these words or beginnings of words, the best first."""
        known = {one.number: one for one in self.entries()}
        asked = " ".join(f'"{word}"*' for word in re.findall(r"\w+", words))
        if not asked:
            return list(known.values())
        with closing(sqlite3.connect(":memory:")) as table:
            table.execute("CREATE VIRTUAL TABLE entry USING fts5(text)")
            table.executemany(
                "INSERT INTO entry (rowid, text) VALUES (?, ?)",
                [(one.number, one.text) for one in known.values()],
            )
            found = table.execute(
                "SELECT rowid FROM entry WHERE entry MATCH ? ORDER BY rank, rowid", (asked,)
            )
            return [known[number] for (number,) in found]

    def _lines(self) -> list[str]:
        try:
            text = plain_text(self._path)
        except FileNotFoundError:
            return []
        return text.split("\n")

    def _write(self, lines: Sequence[str]) -> None:
        """Replace the file whole, so that a crash leaves the old or the new one."""
        temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        text = "\n".join(lines).rstrip("\n") + "\n"
        file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as new:
            new.write(text)
        temporary.replace(self._path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time change the file. Raises OSError."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(
            self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _entries(lines: Sequence[str]) -> Iterator[tuple[int, Remembered]]:
    """Yield each entry with the place of its line."""
    number = 0
    for place, line in enumerate(lines):
        found = _ENTRY.match(line.rstrip("\r"))
        if found is not None:
            number += 1
            yield place, Remembered(number=number, text=found["text"])
