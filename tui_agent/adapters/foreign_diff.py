"""Reads every well-formed diff, git's or another tool's, with unidiff; and refuses what is not.

unidiff reads hunks and modes. It leaves file names quoted, drops the content of binary patches and
passes over what it cannot read; so names and binary content are read here, and whatever it passed
over is a refusal of the whole diff: nothing of it may be lost silently.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_agent.adapters.git_binary import binary_content
from tui_agent.core.edits import BinaryContent, EditError, ForeignFile, ForeignHunk
from tui_agent.core.text import split_lines

if TYPE_CHECKING:
    from unidiff.patch import Hunk, PatchedFile

LARGEST = 64 << 20
"""Bytes of a diff."""

_GIT = "diff --git "
_NO_FILE = "/dev/null"
_INDEX = re.compile(r"index ([0-9a-f]+)\.\.([0-9a-f]+)(?: (\d+))?$")
_COMBINED = re.compile(r"diff --(cc|combined) |@@@")
_NO_NEWLINE = "\\ No newline at end of file\n"
_MARKS = (" ", "-", "+")
_SIGNATURE = ("-- \n", "-- ")
"""What ends a patch that came by mail."""
_ESCAPES = re.compile(rb'\\([abfnrtv"\\]|[0-7]{1,3})')
_LETTERS = dict(zip(b'abfnrtv"\\', b'\a\b\f\n\r\t\v"\\', strict=True))


def read_diff(data: bytes) -> tuple[ForeignFile, ...]:
    """Return what a diff says about each file, in its order.

    Raises:
        EditError: `malformed`, with what is wrong and where.
    """
    if len(data) > LARGEST:
        raise _malformed(f"The diff has {len(data):,} bytes; at most {LARGEST:,} are read.")
    lines = _with_english_markers(split_lines(_decoded(data)))
    if _is_all_crlf(lines):
        lines = tuple(f"{line[:-2]}\n" if line.endswith("\r\n") else line for line in lines)
    files = tuple(one for section in _sections(lines) for one in _read(section))
    if not files:
        raise _malformed(f"The input {_what_else(data)}.")
    return files


def _decoded(data: bytes) -> str:
    """Decode so that every byte comes back; a shell that redirects into UTF-16 is understood."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "surrogatepass").encode("utf-8", "surrogatepass")
    return data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")


def _with_english_markers(lines: Sequence[str]) -> tuple[str, ...]:
    """Spell the line that says that no newline follows as git does; other tools translate it."""
    return tuple(
        _NO_NEWLINE if line.startswith("\\ ") and at and lines[at - 1][:1] in _MARKS else line
        for at, line in enumerate(lines)
    )


def _what_else(data: bytes) -> str:
    """Say what an input without a diff is."""
    if not data.strip():
        return "is empty"
    if b"\x1b[" in data:
        return "has colours in it: make it with --no-color"
    return "has no --- and +++ lines: it is no diff"


def _is_all_crlf(lines: Sequence[str]) -> bool:
    """Whether the diff's own lines, not only those of its files, were given CRLF on their way."""
    own = [line for line in lines if line.startswith(("--- ", "+++ ", "@@ ", _GIT))]
    return bool(own) and all(line.endswith("\r\n") for line in own)


@dataclass(frozen=True, slots=True)
class _Section:
    """The part of a diff from one `diff --git` line to the next, or what is before the first."""

    first: int
    """The number of its first line, from 1."""
    lines: tuple[str, ...]

    @property
    def is_git(self) -> bool:
        return self.lines[0].startswith(_GIT)


def _sections(lines: Sequence[str]) -> Iterator[_Section]:
    starts = [index for index, line in enumerate(lines) if line.startswith(_GIT)]
    for start, end in zip([0, *starts], [*starts, len(lines)], strict=True):
        if start < end:
            yield _Section(start + 1, tuple(lines[start:end]))


def _read(section: _Section) -> Iterator[ForeignFile]:
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    if section.is_git and any(line == "GIT binary patch\n" for line in section.lines):
        yield _with_binary(section)
        return
    try:
        found = PatchSet("".join(section.lines))
    except UnidiffParseError as error:
        place = f"near line {section.first}" if section.first > 1 else "of this input"
        raise _malformed(f"The diff {place} cannot be read: {str(error).strip()}.") from None
    _check_nothing_lost(section, found)
    for number, file in enumerate(found):
        if section.is_git and not number:
            yield _git_file(section, file)
        elif file or file.is_binary_file:
            yield _plain_file(file)


def _check_nothing_lost(section: _Section, found: Sequence[PatchedFile]) -> None:
    """Raise EditError where a hunk's header or some of its lines were passed over."""
    hunks = [hunk for file in found for hunk in file]
    heads = [index for index, line in enumerate(section.lines) if line.startswith("@@")]
    for index, line in enumerate(section.lines):
        if _COMBINED.match(line):
            raise _malformed(
                f"Line {section.first + index} begins the diff of a merge with several parents; "
                "make one with a single old side."
            )
    if len(heads) != len(hunks):
        raise _malformed(
            f"The diff has a hunk header without line numbers (after line {section.first})."
        )
    for hunk in hunks:
        end = max((line.diff_line_no or 0 for line in hunk), default=0)
        following = [line for line in section.lines[end : end + 3] if not line.startswith("\\")]
        if _goes_on(following):
            raise _malformed(
                f"Line {section.first + end}: the hunk has more lines than its header says."
            )


def _goes_on(following: Sequence[str]) -> bool:
    """Whether what stands below a hunk looks like more of it, not like what may follow it."""
    first, second = [*following[:2], "", ""][:2]
    next_file = first.startswith("--- ") and second.startswith("+++ ")
    return first[:1] in {"+", "-", " "} and not next_file and first not in _SIGNATURE


def _git_file(section: _Section, file: PatchedFile) -> ForeignFile:
    notes = _Header.of(section)
    return notes.file(
        hunks=_hunks(file),
        problem="it is binary, and the diff has not its content: git diff --binary writes it"
        if file.is_binary_file
        else "",
    )


def _with_binary(section: _Section) -> ForeignFile:
    try:
        content = binary_content(section.lines)
    except ValueError as error:
        raise _malformed(f"The binary patch at line {section.first}: {error}.") from None
    return _Header.of(section).file(binary=content)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """What the lines above a git diff's first hunk say."""

    path: str | None
    target: str | None
    copied: bool
    old_mode: int | None
    new_mode: int | None
    old_name: str
    new_name: str

    @classmethod
    def of(cls, section: _Section) -> _Header:
        notes: dict[str, str] = {}
        for line in section.lines[1:]:
            if line.startswith(("@@", "GIT binary patch", "Binary files ")):
                break
            for key in _NOTES:
                if line.startswith(key):
                    notes.setdefault(key, line[len(key) :].rstrip("\n"))
        index = _INDEX.match(f"index {notes.get('index ', '')}")
        kept = _mode(index[3]) if index else None
        path, target = _paths(section, notes)
        return cls(
            path=None if "new file mode " in notes or path == _NO_FILE else path,
            target=None if "deleted file mode " in notes or target == _NO_FILE else target,
            copied="copy from " in notes,
            old_mode=_mode(notes.get("old mode ") or notes.get("deleted file mode ")) or kept,
            new_mode=_mode(notes.get("new mode ") or notes.get("new file mode ")) or kept,
            old_name=index[1] if index else "",
            new_name=index[2] if index else "",
        )

    def file(
        self,
        *,
        hunks: tuple[ForeignHunk, ...] = (),
        binary: BinaryContent | None = None,
        problem: str = "",
    ) -> ForeignFile:
        return ForeignFile(
            path=self.path,
            target=self.target,
            copied=self.copied,
            hunks=hunks,
            binary=binary,
            old_mode=self.old_mode,
            new_mode=self.new_mode,
            old_name=self.old_name,
            new_name=self.new_name,
            problem=problem,
        )


_NOTES = (
    "old mode ",
    "new mode ",
    "new file mode ",
    "deleted file mode ",
    "rename from ",
    "rename to ",
    "copy from ",
    "copy to ",
    "index ",
    "--- ",
    "+++ ",
)


def _mode(digits: str | None) -> int | None:
    return int(digits, 8) if digits and digits.strip("01234567") == "" else None


def _paths(section: _Section, notes: dict[str, str]) -> tuple[str, str]:
    """Return both names of a git diff: from the lines that name one alone, where there are any."""
    for verb in ("rename", "copy"):
        if f"{verb} from " in notes and f"{verb} to " in notes:
            return _unquoted(notes[f"{verb} from "]), _unquoted(notes[f"{verb} to "])
    both = section.lines[0].removeprefix(_GIT).rstrip("\n")
    found = _halves(both)
    if "--- " in notes and "+++ " in notes:
        named = _named(notes["--- "]), _named(notes["+++ "])
        if found is None or _NO_FILE not in named:
            return _stripped(*named)
    if found is None:
        raise _malformed(f"Line {section.first} does not name its files clearly: {both}")
    return _stripped(*found)


def _halves(both: str) -> tuple[str, str] | None:
    """Part `a/NAME b/NAME`, where NAME may hold blanks: both names are alike but for the prefix."""
    if both.startswith('"'):
        end = re.match(r'"(?:[^"\\]|\\.)*"', both)
        if end is None or both[end.end() : end.end() + 1] != " ":
            return None
        return _unquoted(end[0]), _unquoted(both[end.end() + 1 :])
    middle = len(both) // 2
    first, second = both[:middle], both[middle + 1 :]
    if both[middle : middle + 1] != " ":
        return None
    return (first, second) if _bare(first) == _bare(second) or first == second else None


def _bare(name: str) -> str:
    return name.split("/", 1)[-1]


def _plain_file(file: PatchedFile) -> ForeignFile:
    """Return what a diff without git's headers says about a file."""
    old, new = _named(file.source_file), _named(file.target_file)
    path, target = _stripped(old, new)
    hunks = _hunks(file)
    created = path == _NO_FILE
    deleted = target == _NO_FILE
    problem = ""
    if path != target and not created and not deleted:
        problem = f"the diff names two files, {path} and {target}, without saying that one moves"
    elif not hunks:
        problem = "it is binary, and the diff has not its content: git diff --binary writes it"
    return ForeignFile(
        path=None if created else path,
        target=None if deleted else target,
        hunks=hunks,
        problem=problem,
    )


def _stripped(old: str, new: str) -> tuple[str, str]:
    """Take away what stands before the names: `a/` and `b/`, or two folders that were compared."""
    if old == _NO_FILE:
        return old, new.removeprefix("b/")
    if new == _NO_FILE:
        return old.removeprefix("a/"), new
    if old != new and "/" in old and "/" in new and _bare(old) == _bare(new):
        return _bare(old), _bare(new)
    return old, new


def _named(field: str) -> str:
    """Return the name in a `---` or `+++` line, without the time that may follow."""
    field = field.rstrip("\n")
    return _unquoted(field) if field.startswith('"') else field.split("\t", 1)[0]


def _unquoted(name: str) -> str:
    name = name.split("\t", 1)[0] if not name.startswith('"') else name.rstrip("\t")
    if not (name.startswith('"') and name.endswith('"') and len(name) > 1):
        return name
    raw = name[1:-1].encode("utf-8", "surrogateescape")
    return _ESCAPES.sub(_byte, raw).decode("utf-8", "surrogateescape")


def _byte(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return bytes([_LETTERS[code[0]]]) if code[0] in _LETTERS else bytes([int(code, 8) & 0xFF])


def _hunks(file: PatchedFile) -> tuple[ForeignHunk, ...]:
    return tuple(_hunk(number, hunk) for number, hunk in enumerate(file, 1))


def _hunk(number: int, hunk: Hunk) -> ForeignHunk:
    old: list[str] = []
    new: list[str] = []
    marks: list[str] = []
    for line in hunk:
        if line.line_type == "\\":
            _open(old, marks[-1:] != ["+"])
            _open(new, marks[-1:] != ["-"])
        elif line.line_type:
            marks.append(line.line_type)
            old += [line.value] * (line.line_type != "+")
            new += [line.value] * (line.line_type != "-")
    changed = [at for at, mark in enumerate(marks) if mark != " "]
    return ForeignHunk(
        number=number,
        start=_index(hunk.source_start, old),
        new_start=_index(hunk.target_start, new),
        old=tuple(old),
        new=tuple(new),
        leading=changed[0] if changed else len(marks),
        trailing=len(marks) - 1 - changed[-1] if changed else len(marks),
    )


def _open(lines: list[str], here: bool) -> None:  # noqa: FBT001 -- read as a sentence above
    """Take the last line its terminator: the diff says that it has none."""
    if here and lines:
        lines[-1] = lines[-1].removesuffix("\n")


def _index(start: int, lines: Sequence[str]) -> int:
    """Return the index of the first line; a header without lines names the line before."""
    return start if not lines else max(0, start - 1)


def _malformed(message: str) -> EditError:
    return EditError("malformed", message)
