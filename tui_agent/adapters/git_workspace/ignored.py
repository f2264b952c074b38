"""Walks the workspace without the files that its ignore files name, where ripgrep is not there."""

from __future__ import annotations

import os
from collections.abc import Iterator

from pathspec import GitIgnoreSpec

from tui_agent.adapters.plain_file import plain_text

IGNORE_FILES = (".gitignore", ".ignore", ".agentignore")

Rules = tuple[tuple[str, GitIgnoreSpec], ...]


def walk(root: str, place: str = ".") -> Iterator[str]:
    """Yield every file below a folder, relative to the root, in no order, following no link."""
    rules: Rules = ()
    start = "" if place == "." else place
    for depth in range(len(start.split("/")) if start else 0):
        rules = _with_rules_of(root, "/".join(start.split("/")[:depth]), rules)
    yield from _walk(root, start, rules)


def _walk(root: str, folder: str, rules: Rules) -> Iterator[str]:
    waiting = [(folder, rules)]
    while waiting:
        folder, above = waiting.pop()
        own = _with_rules_of(root, folder, above)
        try:
            entries = list(os.scandir(os.path.join(root, folder)))
        except OSError:
            continue
        for entry in entries:
            name = f"{folder}/{entry.name}" if folder else entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if entry.name == ".git" or _is_ignored(name, own, is_folder=is_folder):
                continue
            if is_folder:
                waiting.append((name, own))
            elif entry.is_file(follow_symlinks=False):
                yield name


def _with_rules_of(root: str, folder: str, above: Rules) -> Rules:
    for name in IGNORE_FILES:
        try:
            text = plain_text(os.path.join(root, folder, name))
            spec = GitIgnoreSpec.from_lines(text.split("\n"))
        except OSError:
            continue
        above = (*above, (folder, spec))
    return above


def _is_ignored(name: str, rules: Rules, *, is_folder: bool) -> bool:
    """Return whether the nearest ignore file that has a word about it ignores it."""
    shown = f"{name}/" if is_folder else name
    for folder, spec in reversed(rules):
        below = shown[len(folder) + 1 :] if folder else shown
        verdict = spec.check_file(below).include
        if verdict is not None:
            return verdict
    return False
