r"""Bytes and lines: encoding, byte order mark and line ends, so that no unnamed byte changes.

Only ``"\n"`` ends a line. A lone carriage return, a form feed or U+2028 is part of a line's
content, which is why ``str.splitlines`` is never used.
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SIZE_LIMIT = 5_000_000
"""Bytes; a larger file is not treated as text."""

MARK = "\ufeff"
"""The byte order mark, as a character."""


class TextError(ValueError):
    """Bytes that are no text here, or text that an encoding cannot hold; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How a file's text is put into bytes."""

    encoding: str = "utf-8"
    mark: str = ""
    """The byte order mark in front of the text, or nothing."""

    def encode(self, lines: Iterable[str]) -> bytes:
        """Bytes of these lines behind the mark; raises TextError if the encoding lacks a letter."""
        text = self.mark + "".join(lines)
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError as error:
            letter = text[error.start]
            message = f"{self.encoding} cannot hold U+{ord(letter):04X} ({letter!a})"
            raise TextError(message) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A decoded file: ``codec.encode(lines)`` are its bytes again, every one of them."""

    codec: Codec
    lines: tuple[str, ...]
    """Each with its terminator; only the last may have none."""

    @property
    def lf(self) -> str:
        """Text with plain line ends; edits are matched on it."""
        return "".join(map(as_lf, self.lines))

    @property
    def contents(self) -> tuple[str, ...]:
        """Lines without their terminators."""
        return tuple(map(content, self.lines))

    @property
    def open_end(self) -> bool:
        """Whether the last line has no terminator."""
        return bool(self.lines) and not self.lines[-1].endswith("\n")


def split_lines(text: str) -> tuple[str, ...]:
    r"""Split after each ``"\n"``; the terminators stay on their lines.

    >>> split_lines("a\r\n\x0cb\nc")
    ('a\r\n', '\x0cb\n', 'c')
    """
    lines = text.split("\n")
    last = lines.pop()
    kept = tuple(line + "\n" for line in lines)
    return (*kept, last) if last else kept


def content(line: str) -> str:
    """Strip a line's terminator."""
    return line[: len(line) - len(terminator(line))]


def terminator(line: str) -> str:
    r"""Give a line's terminator: ``"\r\n"``, ``"\n"`` or nothing."""
    if line.endswith("\r\n"):
        return "\r\n"
    return "\n" if line.endswith("\n") else ""


def as_lf(line: str) -> str:
    """Give a line with a plain line end in place of its own."""
    return line[:-2] + "\n" if line.endswith("\r\n") else line


def dominant(*texts: Sequence[str]) -> str:
    """Most frequent terminator of the first of these texts that has any; else a plain one."""
    for lines in texts:
        counts = Counter(map(terminator, lines))
        del counts[""]
        if counts:
            return counts.most_common(1)[0][0]
    return "\n"


def terminated(lines: Sequence[str], end: str) -> tuple[str, ...]:
    """Put ``end`` after each open line but the last, so that no two lines run together."""
    return tuple(
        line if line.endswith("\n") or index == len(lines) - 1 else line + end
        for index, line in enumerate(lines)
    )


def decode(data: bytes) -> Text:
    """Decode as UTF-8, else as UTF-16 if it is marked so, else byte for byte.

    Raises TextError for a binary or very large file.
    """
    if len(data) > SIZE_LIMIT:
        message = (
            f"the file has {len(data):,} bytes; more than {SIZE_LIMIT:,} are not edited as text"
        )
        raise TextError(message)
    encoding, text = _decode(data)
    if "\0" in text:
        message = "the file is binary (it contains NUL bytes)"
        raise TextError(message)
    mark = MARK if text.startswith(MARK) else ""
    return Text(codec=Codec(encoding=encoding, mark=mark), lines=split_lines(text[len(mark) :]))


def _decode(data: bytes) -> tuple[str, str]:
    encodings = ["utf-8"]
    if data.startswith(codecs.BOM_UTF16_LE):
        encodings.append("utf-16-le")
    if data.startswith(codecs.BOM_UTF16_BE):
        encodings.append("utf-16-be")
    for encoding in encodings:
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return "latin-1", data.decode("latin-1")


def decode_pair(
    before: bytes | None, after: bytes | None
) -> tuple[Codec, tuple[str, ...], tuple[str, ...]] | None:
    """Decode both sides of a change alike, so that lines of one can stand among those of the other.

    A mark that only one side has is content of that side's first line. A missing side has no lines.
    Returns None where the change cannot be decided line by line.
    """
    try:
        old = decode(before) if before is not None else None
        new = decode(after) if after is not None else None
    except TextError:
        return None
    if old is None or new is None:
        only = old or new
        codec = only.codec if only else Codec()
        return codec, (old.lines if old else ()), (new.lines if new else ())
    if old.codec == new.codec:
        return old.codec, old.lines, new.lines
    encoding = _common_encoding(old, new)
    if encoding is None:
        return None
    sides = [
        split_lines((before or b"").decode(encoding)),
        split_lines((after or b"").decode(encoding)),
    ]
    return Codec(encoding=encoding), sides[0], sides[1]


def _common_encoding(old: Text, new: Text) -> str | None:
    if not old.lines and not old.codec.mark:
        return new.codec.encoding
    if not new.lines and not new.codec.mark:
        return old.codec.encoding
    names = {old.codec.encoding, new.codec.encoding}
    if len(names) == 1:
        return names.pop()
    return None if any(name.startswith("utf-16") for name in names) else "latin-1"
