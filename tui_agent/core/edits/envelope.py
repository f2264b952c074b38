"""Reads patches in the ``*** Begin Patch`` notation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tui_agent.core.edits.chunks import Chunk
from tui_agent.core.edits.contract import EditError
from tui_agent.core.edits.operations import Add, Delete, Operation, Update

BEGIN, END = "*** Begin Patch", "*** End Patch"
_HEADER = re.compile(r"\*\*\*\s*(Add File|Delete File|Update File|Move to)\s*:\s*+(.*\S|)\s*$")
_END_OF_FILE = "*** End of File"
_FENCE = re.compile(r"\s*(```|~~~)[\w-]*\s*$")
_HEREDOC = re.compile(r".*<<-?\s*['\"]?(\w+)['\"]?\s*$")
_NUMBERS = re.compile(r"-\d+(?:,\d+)? \+\d+(?:,\d+)? @@")


def unwrapped(text: str) -> list[str]:
    """Lines of a patch without blank lines, a code fence or a here-document round it."""
    lines = _trimmed(text.replace("\r\n", "\n").split("\n"))
    while lines and (end := _closing(lines[0])):
        closed = len(lines) > 1 and bool(re.fullmatch(end, lines[-1].strip()))
        lines = _trimmed(lines[1 : len(lines) - closed])
    return lines


def _closing(line: str) -> str | None:
    """Pattern of the line that closes what this line opens, if it opens anything."""
    heredoc = _HEREDOC.match(line)
    if heredoc:
        return re.escape(heredoc[1])
    fence = _FENCE.match(line)
    return re.escape(fence[1]) + "+" if fence else None


def _trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[0].strip():
        lines = lines[1:]
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def begins_envelope(text: str) -> bool:
    """Whether a text begins as a patch in this notation does."""
    lines = unwrapped(text)
    return bool(lines) and lines[0].strip() == BEGIN


def read_envelope(text: str) -> tuple[Operation, ...]:
    """Operations of a patch; raises EditError ``malformed`` with the line that cannot be read."""
    lines = unwrapped(text)
    marks = {line.strip() for line in lines}
    if not lines or lines[0].strip() != BEGIN:
        why = f": leave out what stands before it, {lines[0]!r}" if BEGIN in marks else ""
        raise _malformed(f"The patch does not begin with {BEGIN!r}{why}.")
    if lines[-1].strip() != END:
        why = (
            f"leave out what follows it, {lines[-1]!r}"
            if END in marks
            else "it may have been cut off"
        )
        raise _malformed(f"The patch does not end with {END!r}: {why}.")
    sections = _sections(lines[1:-1])
    if not sections:
        raise _malformed("The patch has no operation.")
    return tuple(_operation(section) for section in sections)


@dataclass(slots=True)
class _Section:
    kind: str
    path: str
    number: int
    body: list[str] = field(default_factory=list)


def _sections(lines: Sequence[str]) -> list[_Section]:
    sections: list[_Section] = []
    for number, line in enumerate(lines, 2):
        inside = bool(sections) and sections[-1].kind == "Update File" and bool(sections[-1].body)
        header = _HEADER.match(line if inside else line.strip())
        if header and header[1] != "Move to":
            sections.append(_Section(header[1], header[2], number))
        elif sections:
            sections[-1].body.append(line)
        elif line.strip():
            raise _malformed(f"Line {number} is no operation: {line!r}.")
    return sections


def _operation(section: _Section) -> Operation:
    if section.kind == "Add File":
        return _add(section)
    if section.kind == "Delete File":
        if any(line.strip() for line in section.body):
            raise _malformed(f"Nothing can follow the line that deletes {section.path}.")
        return Delete(path=section.path)
    return _update(section)


def _add(section: _Section) -> Add:
    lines: list[str] = []
    body = _trimmed(section.body)
    for number, line in enumerate(body, section.number + 1):
        if not line.startswith("+"):
            raise _malformed(
                f"Line {number} of the new file {section.path} has no + in front: {line!r}."
            )
        lines.append(line[1:])
    return Add(path=section.path, lines=tuple(lines))


def _update(section: _Section) -> Update:
    body, target, number = section.body, None, section.number + 1
    move = _HEADER.match(body[0].strip()) if body else None
    if move:
        target, body, number = move[2], body[1:], number + 1
    chunks = _chunks(body, number, section.path)
    if not chunks and target is None:
        raise _malformed(f"The update of {section.path} has no change in it.")
    return Update(path=section.path, chunks=chunks, target=target)


@dataclass(slots=True)
class _Draft:
    """A chunk while its lines are read."""

    anchors: list[str] = field(default_factory=list)
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    changes: bool = False
    at_end: bool = False

    @property
    def begun(self) -> bool:
        """Whether a line of text was read, so that another ``@@`` begins the next chunk."""
        return bool(self.old or self.new) or self.at_end


def _chunks(body: Sequence[str], number: int, path: str) -> tuple[Chunk, ...]:
    drafts = [_Draft()]
    for place, line in enumerate(body, number):
        if line.startswith("@@"):
            if drafts[-1].begun:
                drafts.append(_Draft())
            drafts[-1].anchors += _anchor(line)
        elif line.rstrip() == _END_OF_FILE:
            drafts[-1].at_end = True
        else:
            _take(drafts[-1], line, f"Line {place} of the patch, in the update of {path},")
    if not any(line.strip() for line in body):
        return ()
    return tuple(_finished(draft, path) for draft in drafts)


def _anchor(line: str) -> list[str]:
    text = line[2:].strip(" \t")
    if _NUMBERS.match(text):
        return []
    text = line[2:].removeprefix(" ").rstrip(" \t").removesuffix("@@").rstrip(" \t")
    return [text] if text.strip() else []


def _take(draft: _Draft, line: str, place: str) -> None:
    mark, text = line[:1] or " ", line[1:]
    if line.startswith("***"):
        raise _malformed(f"{place} is no known header: {line!r}.")
    if mark not in " -+":
        raise _malformed(
            f"{place} begins with none of space, - and +: {line!r}. "
            "A line of context has one space in front of the file's own line."
        )
    draft.changes = draft.changes or mark != " "
    if mark != "+":
        draft.old.append(text)
    if mark != "-":
        draft.new.append(text)


def _finished(draft: _Draft, path: str) -> Chunk:
    if not draft.changes:
        raise _malformed(f"A chunk of the update of {path} changes nothing: it has no - or + line.")
    return Chunk(
        old=tuple(draft.old),
        new=tuple(draft.new),
        anchors=tuple(draft.anchors),
        at_end=draft.at_end,
    )


def _malformed(message: str) -> EditError:
    return EditError("malformed", message)
