"""Reads the index of a git repository, versions 2 to 4, without starting git."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from tui_agent.adapters.plain_file import plain_bytes

_FIXED = 62
"""Bytes of an entry before its name, with an object name of 20 bytes."""
_EXTENDED = 0x4000
_ALIGN = 8
_SHARING = 4
"""The version whose names leave out what the one before begins with."""


def index_entries(index: Path) -> dict[str, bytes]:
    """Return each path in the index with its mode, object and stage; nothing if it has none.

    Raises OSError where it cannot be read, ValueError where it is none that we know.
    """
    try:
        data = plain_bytes(index)
    except FileNotFoundError:
        return {}
    try:
        return dict(_entries(data))
    except (struct.error, IndexError) as error:
        message = f"{index} ends too early"
        raise ValueError(message) from error


def _entries(data: bytes) -> Iterator[tuple[str, bytes]]:
    magic, version, count = struct.unpack_from(">4sII", data)
    if magic != b"DIRC" or version not in (2, 3, _SHARING):
        message = "no index of git's"
        raise ValueError(message)
    at, name = 12, b""
    for _ in range(count):
        begun = at
        key = data[at + 24 : at + 28] + data[at + 40 : at + 60]
        (flags,) = struct.unpack_from(">H", data, at + 60)
        at += _FIXED + 2 * bool(flags & _EXTENDED)
        if version == _SHARING:
            cut, at = _number(data, at)
            name = name[: len(name) - cut]
        else:
            name = b""
        end = data.index(b"\0", at)
        name += data[at:end]
        at = end + 1
        if version != _SHARING:
            at = begun + (end - begun + _ALIGN) // _ALIGN * _ALIGN
        yield name.decode("utf-8", "surrogateescape"), key + bytes([flags >> 12 & 3])


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Read a number as packs spell offsets: seven bits a byte, each longer form counted on."""
    byte = data[at]
    value = byte & 127
    while byte & 128:
        at += 1
        byte = data[at]
        value = ((value + 1) << 7) | (byte & 127)
    return value, at + 1
