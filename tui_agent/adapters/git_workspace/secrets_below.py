"""Whether a folder holds a secret file in any depth: by the files' names, within a bound."""

from __future__ import annotations

import os
from collections.abc import Callable

MOST = 20_000
"""Entries that are looked through; a folder with more counts as one that may hold a secret."""


def secret_below(
    root: str, path: str, *, is_secret: Callable[[str], bool], hidden: bool = True
) -> str:
    """Return the first secret file below `path`, or a name for what is too much; empty: none.

    Links are not followed, as `grep -r` follows none. Without `hidden`, names with a leading dot
    are passed over.
    """
    seen = 0
    todo = [path]
    while todo:
        folder = todo.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as entries:
                for entry in entries:
                    if not hidden and entry.name.startswith("."):
                        continue
                    seen += 1
                    name = entry.name if folder == "." else f"{folder}/{entry.name}"
                    if seen > MOST:
                        return f"{path}/… (more files than were looked through)"
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(name)
                    elif is_secret(name):
                        return name
        except OSError:
            continue
    return ""
