"""How a computed change becomes a patch that can be shown, decided and logged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256

from tui_agent.core.blob import Blob
from tui_agent.core.patch.diff import changed_spans
from tui_agent.core.patch.modes import is_link
from tui_agent.core.patch.values import (
    FileChange,
    FileKind,
    FilePatch,
    FileRun,
    FileRunKind,
    PatchError,
    Run,
)
from tui_agent.core.text import decode_pair

ID_LENGTH = 16
"""Hexadecimal digits of an id."""


def describe(change: FileChange, put: Callable[[bytes], Blob]) -> FilePatch:
    """Diff real bytes against real bytes; ``put`` stores them and gives their names.

    Raises PatchError for a change from nothing to nothing.
    """
    if change.before is None and change.after is None:
        message = f"{change.path}: there is no file before and none after"
        raise PatchError(message)
    retyped = _is_retyped(change)
    pair = None if retyped else decode_pair(change.before, change.after)
    runs = () if pair is None else line_runs(change.path, pair[1], pair[2])
    binary = retyped or (pair is None and change.before != change.after)
    return FilePatch(
        path=change.path,
        kind=_kind(change),
        new_path=change.new_path if change.new_path != change.path else None,
        before=None if change.before is None else put(change.before),
        after=None if change.after is None else put(change.after),
        old_mode=change.old_mode,
        new_mode=change.new_mode,
        binary=binary,
        runs=runs,
        file_runs=_file_runs(change, whole=binary or not runs),
        notes=change.notes,
    )


def line_runs(path: str, before: Sequence[str], after: Sequence[str]) -> tuple[Run, ...]:
    """Runs between two texts; the occurrence number tells equal changes of one file apart."""
    seen: Counter[str] = Counter()
    runs: list[Run] = []
    for a, a_end, b, b_end in changed_spans(before, after):
        parts = (path, "".join(before[a:a_end]), "".join(after[b:b_end]))
        key = _hash(*parts)
        runs.append(
            Run(
                id=_hash(*parts, str(seen[key])),
                old_start=a,
                old_end=a_end,
                new_start=b,
                new_end=b_end,
            ),
        )
        seen[key] += 1
    return tuple(runs)


def _hash(*parts: str) -> str:
    digest = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()[:ID_LENGTH]


def _kind(change: FileChange) -> FileKind:
    if change.before is None:
        return "create"
    if change.after is None:
        return "delete"
    if change.new_path not in {None, change.path}:
        return "rename"
    return "mode" if change.before == change.after and _mode_changes(change) else "update"


def _mode_changes(change: FileChange) -> bool:
    return None not in {change.old_mode, change.new_mode} and change.old_mode != change.new_mode


def _is_retyped(change: FileChange) -> bool:
    """Whether a file becomes a symbolic link or a link a file: then all of it changes at once."""
    both = change.before is not None and change.after is not None
    return (
        both
        and change.new_mode is not None
        and is_link(change.old_mode) != is_link(change.new_mode)
    )


def _file_runs(change: FileChange, *, whole: bool) -> tuple[FileRun, ...]:
    kind = _kind(change)
    found: list[tuple[FileRunKind, str]] = []
    if whole and kind == "create":
        found.append(("create", _content_name(change.after)))
    elif whole and kind == "delete":
        found.append(("delete", _content_name(change.before)))
    elif _is_retyped(change):
        found.append(("link", _content_name(change.before) + _content_name(change.after)))
    elif whole and change.before != change.after:
        found.append(("binary", _content_name(change.before) + _content_name(change.after)))
    if kind == "rename":
        found.append(("rename", change.new_path or ""))
    if kind not in {"create", "delete"} and _mode_changes(change) and not _is_retyped(change):
        found.append(("mode", f"{change.old_mode or 0:o} {change.new_mode or 0:o}"))
    return tuple(
        FileRun(id=_hash("file", change.path, kind, detail), kind=kind) for kind, detail in found
    )


def _content_name(data: bytes | None) -> str:
    return sha256(data or b"").hexdigest()
