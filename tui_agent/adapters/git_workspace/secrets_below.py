"""Whether a folder holds a secret file in any depth: by the files' names, within a bound."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from itertools import islice

from tui_agent.adapters.plain_file import plain_text

MOST = 20_000
"""Entries that are looked through; a folder with more counts as one that may hold a secret."""
IGNORE_FILES = (".gitignore", ".ignore", ".rgignore", ".git/info/exclude")
HOLD_RULES = frozenset(name.partition("/")[0] for name in IGNORE_FILES)
LONGEST_IGNORE_FILE = 1 << 20


def secret_below(
    root: str, path: str, *, is_secret: Callable[[str], bool], hidden: bool = True
) -> str:
    """Return the first secret file below `path`, or a name for what is too much; empty: none.

    Links to folders are not followed, as `grep -r` follows none; a link to a file counts as that
    file, as `diff` takes it. Without `hidden`, names with a leading dot are passed over, but not
    those that an ignore file takes out again: ripgrep then reads them.
    """
    seen = 0
    todo = [path]
    shown = [] if hidden else [one for folder in _above(path) for one in _shown(root, folder)]
    while todo:
        folder = todo.pop()
        entries = _entries(os.path.join(root, folder))
        if not hidden and not HOLD_RULES.isdisjoint(entry.name for entry in entries):
            shown += _shown(root, folder)
        for entry in entries:
            if not hidden and _is_passed_over(entry.name, shown):
                continue
            seen += 1
            name = entry.name if folder == "." else f"{folder}/{entry.name}"
            if max(seen, len(entries)) > MOST:
                return f"{path}/… (more files than were looked through)"
            if entry.is_dir(follow_symlinks=False):
                todo.append(name)
            elif is_secret(name) or (entry.is_symlink() and is_secret(_led(root, name))):
                return name
    return ""


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(islice(entries, MOST + 1))
    except OSError:
        return []


def _led(root: str, name: str) -> str:
    """Return where a link leads, from the root."""
    return os.path.relpath(os.path.realpath(os.path.join(root, name)), root)


def _above(path: str) -> Iterator[str]:
    """Give the folders that a folder lies in."""
    parts = [] if path == "." else path.split("/")
    for count in range(len(parts)):
        yield "/".join(parts[:count]) or "."


def _is_passed_over(name: str, shown: list[str]) -> bool:
    return name.startswith(".") and not any(fnmatchcase(name, one) for one in shown)


def _shown(root: str, folder: str) -> Iterator[str]:
    """Give the names that the ignore files of a folder take out again, each part by itself."""
    for file in IGNORE_FILES:
        try:
            text = plain_text(os.path.join(root, folder, file), LONGEST_IGNORE_FILE)
        except OSError:
            continue
        for line in text.split("\n"):
            if line.startswith("!"):
                yield from filter(None, line[1:].strip().replace("\\", "").split("/"))
