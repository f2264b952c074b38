"""Unpacks the content that `git diff --binary` writes: base 85, deflated, whole or as a delta."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence

from tui_agent.core.edits import BinaryContent

LARGEST = 64 << 20
"""Bytes that one file's content may unpack to."""


def binary_content(lines: Sequence[str]) -> BinaryContent:
    """Return what a file is to become. `lines` hold one `GIT binary patch`, whose first part leads
    forward; the second, which leads back, is not needed.

    Raises ValueError where it is broken.
    """
    at = lines.index("GIT binary patch\n") + 1
    kind, _, size = (lines[at] if at < len(lines) else "").rstrip("\n").partition(" ")
    if kind not in ("literal", "delta") or not size.isdecimal():
        message = "it is neither literal nor delta"
        raise ValueError(message)
    packed = b"".join(_unpacked(line.rstrip("\n")) for line in _block(lines, at + 1))
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(packed, LARGEST)
    except zlib.error as error:
        message = f"its content is broken ({error})"
        raise ValueError(message) from None
    if len(data) != int(size) or not unpacking.eof:
        message = f"its content has not the {int(size):,} bytes that it announces"
        raise ValueError(message)
    return BinaryContent(data=data, is_delta=kind == "delta")


def _block(lines: Sequence[str], at: int) -> Sequence[str]:
    end = at
    while end < len(lines) and lines[end].strip():
        end += 1
    return lines[at:end]


def _unpacked(line: str) -> bytes:
    """Unpack a line: its length as a letter, then groups of five characters for four bytes."""
    first = line[:1]
    length = ord(first) - ord("A") + 1 if "A" <= first <= "Z" else ord(first) - ord("a") + 27
    data = base64.b85decode(line[1:])
    if not 0 < length <= len(data):
        message = "a line of it has another length than it says"
        raise ValueError(message)
    return data[:length]
