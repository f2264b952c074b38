"""Reads unified diffs as models write them: counts are ignored, numbers are hints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tui_agent.core.edits.chunks import Chunk
from tui_agent.core.edits.contract import EditError
from tui_agent.core.edits.envelope import unwrapped
from tui_agent.core.edits.operations import Add, Delete, Operation, Update

_HUNK = re.compile(r"@@(?:\s*-(\d+)(?:,\d+)?\s+\+\d+(?:,\d+)?\s*@@)?")
_OLD, _NEW = "--- ", "+++ "
_NO_FILE = "/dev/null"
_GIT_LINES = (
    "index ",
    "similarity index ",
    "dissimilarity index ",
    "old mode ",
    "new mode ",
    "new file mode ",
    "deleted file mode ",
    "rename from ",
    "rename to ",
)
_BINARY = ("Binary files ", "GIT binary patch")
_QUOTED = re.compile(r'"(.*)"')
_ESCAPES = re.compile(r'\\([abfnrtv"\\]|[0-7]{3})')
_LETTERS = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, '"': 34, "\\": 92}
_NAMELESS = "The diff names no file: it needs --- and +++ lines before its hunks."
_HUNKLESS = "The diff has no hunk: a line with @@ must follow the --- and +++ lines of its file."
_TIME = re.compile(
    r"(?<!\s)\s+\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(\s*([+-]\d\d:?\d\d|Z))?$"
)
"""When a file was written, as some programs put it behind the name, with blanks for the tab."""
_SIGNATURE = re.compile(r"\d+\.\d+\S*\s*$")


@dataclass(slots=True)
class _File:
    """One file's part of a diff while it is read."""

    old: str | None = None
    new: str | None = None
    notes: dict[str, str] = field(default_factory=dict)
    """Git's header lines, by their first words."""
    hunks: list[list[str]] = field(default_factory=list)
    """Each with its ``@@`` line first."""


def looks_unified(text: str) -> bool:
    """Whether a text is rather a unified diff than a patch in another notation."""
    lines = unwrapped(text)
    return any(
        _is_header(lines, at) or line.startswith("diff --git ") for at, line in enumerate(lines)
    )


def read_unified(text: str) -> tuple[Operation, ...]:
    """Operations of a diff; raises EditError ``malformed`` with the line that cannot be read."""
    lines = unwrapped(text)
    if len(lines) > 1 and lines[-2].rstrip() == "--" and _SIGNATURE.match(lines[-1]):
        lines = lines[:-2]
    files = _files(lines)
    if not files:
        raise _malformed(_NAMELESS if not _names(lines) else _HUNKLESS)
    return tuple(_operation(file) for file in files)


def _is_header(lines: Sequence[str], at: int) -> bool:
    """Whether a ``---`` line begins a file; inside a hunk it may be a removed line."""
    return (
        at + 2 < len(lines)
        and lines[at].startswith(_OLD)
        and lines[at + 1].startswith(_NEW)
        and lines[at + 2].startswith("@@")
    )


def _names(lines: Sequence[str]) -> bool:
    return any(one.startswith(_OLD) and other.startswith(_NEW) for one, other in pairwise(lines))


def _files(lines: Sequence[str]) -> list[_File]:
    files: list[_File] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith("diff --git "):
            files.append(_File(notes={"diff": _git_path(line)}))
        elif _is_header(lines, at):
            if not files or files[-1].old is not None:
                files.append(_File())
            files[-1].old, files[-1].new = _name(line), _name(lines[at + 1])
            at += 1
        elif files:
            _take(files[-1], line, at + 1)
        elif line.startswith("@@"):
            raise _malformed(_NAMELESS)
        at += 1
    return files


def _take(file: _File, line: str, number: int) -> None:
    if line.startswith(_BINARY):
        raise _malformed("Binary files cannot be changed by a diff.")
    if line.startswith("@@") and file.old is not None:
        file.hunks.append([line])
    elif file.hunks:
        if line[:1] not in {"", " ", "-", "+", "\\"}:
            raise _malformed(
                f"Line {number} begins with none of space, - and +: {line!r}. "
                "A line of context has one space in front of the file's own line."
            )
        file.hunks[-1].append(line)
    elif file.old is None:
        key = next((key for key in _GIT_LINES if line.startswith(key)), None)
        if key is not None:
            file.notes[key.strip()] = line[len(key) :]
        elif line.strip():
            raise _malformed(f"Line {number} belongs to no file: {line!r}.")


def _name(line: str) -> str:
    name = line[len(_OLD) :].split("\t", maxsplit=1)[0].strip()
    return _unquoted(_TIME.sub("", name))


def _unquoted(name: str) -> str:
    quoted = _QUOTED.fullmatch(name)
    if quoted is None:
        return name
    raw = _ESCAPES.sub(_byte, quoted[1])
    return raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _byte(found: re.Match[str]) -> str:
    code = _LETTERS.get(found[1]) or int(found[1], 8)
    return bytes([code & 0xFF]).decode("utf-8", "surrogateescape")


def _operation(file: _File) -> Operation:
    old, new = _paths(file)
    mode = file.notes.get("new file mode") or file.notes.get("new mode")
    bits = _bits(mode.strip(), old) if mode and mode.strip().isdigit() else None
    if old == _NO_FILE or (new and "new file mode" in file.notes):
        return _add(new, file, bits)
    if new == _NO_FILE or "deleted file mode" in file.notes:
        return Delete(path=old, chunks=tuple(_chunk(hunk, old) for hunk in file.hunks))
    if not file.hunks and new == old and bits is None:
        raise _malformed(f"The diff of {old} has no change in it.")
    return Update(
        path=old,
        chunks=tuple(_chunk(hunk, old) for hunk in file.hunks),
        target=new if new != old else None,
        mode=bits,
    )


def _bits(digits: str, path: str) -> int:
    mode = int(digits, 8) if digits.strip("01234567") == "" else 0
    if mode >> 12 not in {0, 0o10}:
        raise _malformed(f"{path} would not be a regular file (mode {digits}).")
    return mode & 0o7777


def _paths(file: _File) -> tuple[str, str]:
    """Old and new path, without git's prefixes; one may be ``/dev/null``."""
    if "rename from" in file.notes and "rename to" in file.notes:
        return _unquoted(file.notes["rename from"]), _unquoted(file.notes["rename to"])
    old, new = (name or file.notes.get("diff", "") for name in (file.old, file.new))
    strips_old = old.startswith("a/") or old == _NO_FILE
    if strips_old and (new.startswith("b/") or new == _NO_FILE):
        old, new = _bare(old, "a/"), _bare(new, "b/")
    if old != new and _NO_FILE not in {old, new}:
        raise _malformed(
            f"The diff names two files, {old} and {new}, "
            "without 'rename from' and 'rename to' lines."
        )
    return old, new


def _bare(name: str, prefix: str) -> str:
    return name if name == _NO_FILE else name.removeprefix(prefix)


def _git_path(line: str) -> str:
    """Path in a ``diff --git`` line, which names it twice."""
    names = line.removeprefix("diff --git ").strip()
    first, second = names[: len(names) // 2], names[len(names) // 2 + 1 :]
    first, second = _unquoted(first), _unquoted(second)
    if first.startswith("a/") and second.startswith("b/"):
        first, second = first[2:], second[2:]
    return first if first == second else ""


def _add(path: str, file: _File, mode: int | None) -> Add:
    chunks = [_chunk(hunk, path) for hunk in file.hunks]
    if any(chunk.old for chunk in chunks):
        raise _malformed(f"{path} is a new file, but its diff has old lines in it.")
    return Add(
        path=path,
        lines=tuple(line for chunk in chunks for line in chunk.new),
        open_end=bool(chunks) and chunks[-1].open_end is True,
        mode=mode,
    )


def _chunk(hunk: Sequence[str], path: str) -> Chunk:
    old: list[str] = []
    new: list[str] = []
    open_old = open_new = changes = False
    mark = " "
    for line in hunk[1:]:
        if line.startswith("\\"):
            open_old, open_new = open_old or mark != "+", open_new or mark != "-"
            continue
        mark = line[:1] or " "
        changes = changes or mark != " "
        old += [line[1:]] * (mark != "+")
        new += [line[1:]] * (mark != "-")
    if not changes:
        raise _malformed(f"A hunk of the diff of {path} has no - or + line.")
    return Chunk(
        old=tuple(old),
        new=tuple(new),
        at_end=open_old or open_new,
        number=_number(hunk[0], inserts=not old),
        open_end=open_new if open_old or open_new else None,
    )


def _number(header: str, *, inserts: bool) -> int | None:
    """Index of the first old line; where there is none, of the line that follows.

    Whether there is one is told by the lines: a stated count may be wrong.
    """
    found = _HUNK.match(header)
    if found is None or found[1] is None:
        return None
    return int(found[1]) if inserts else max(0, int(found[1]) - 1)


def _malformed(message: str) -> EditError:
    return EditError("malformed", message)
