"""A repository of its own for a copy of a work tree: git works there, and nothing comes back.

It borrows the objects of the user's repository and copies the little that says where things stand:
HEAD, index, branches, hooks, settings. A commit made in the copy goes with it.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from tui_agent.adapters.git_facts import GitFacts

SMALL = 1 << 20
"""Bytes; a larger file beside HEAD is not copied, but for the index."""

FOLDERS = ("refs", "info", "hooks", "logs")


def private_git(facts: GitFacts, copy: Path) -> None:
    """Make `.git` in a copy of the work tree of `facts`. Raises OSError."""
    made = copy / ".git"
    made.mkdir()
    for source in dict.fromkeys((facts.common_dir, facts.git_dir)):
        _copy_files(source, made)
        for name in FOLDERS:
            if (source / name).is_dir():
                shutil.copytree(source / name, made / name, dirs_exist_ok=True, symlinks=True)
    (made / "refs").mkdir(exist_ok=True)
    (made / "objects" / "info").mkdir(parents=True)
    (made / "objects" / "pack").mkdir()
    (made / "objects" / "info" / "alternates").write_text(f"{facts.common_dir / 'objects'}\n")
    _own_place(made, copy)


def _copy_files(source: Path, made: Path) -> None:
    for entry in os.scandir(source):
        if not entry.is_file(follow_symlinks=False) or entry.name in {"commondir", "gitdir"}:
            continue
        if entry.name == "index" or (
            entry.stat().st_size <= SMALL and not entry.name.endswith(".lock")
        ):
            shutil.copy2(entry.path, made / entry.name)


def _own_place(made: Path, copy: Path) -> None:
    """Say where the work tree lies: whatever the settings said before, the last line counts."""
    quoted = str(copy).replace("\\", "\\\\").replace('"', '\\"')
    for name in ("config", "config.worktree"):
        file = made / name
        with suppress(FileNotFoundError):
            text = re.sub(r"(?im)^\s*worktree\s*=.*$", "", file.read_text(errors="surrogateescape"))
            text += f'\n[core]\n\tbare = false\n\tworktree = "{quoted}"\n'
            file.write_text(text, errors="surrogateescape")
