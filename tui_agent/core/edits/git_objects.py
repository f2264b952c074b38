"""What a git diff says about whole files: the names of their contents, and its binary deltas."""

from __future__ import annotations

import hashlib

_SHORTEST = 7
"""Hexadecimal digits of a name that is taken as one; git never writes fewer by itself."""
_SHA256_DIGITS = 64
_COPY_ALL = 0x10000
"""Bytes that a copy without a size takes."""


class DeltaError(ValueError):
    """A binary delta that is broken or made for other bytes."""


def is_named(data: bytes, name: str) -> bool:
    """Whether git calls these bytes so; `name` may be abbreviated, as in an ``index`` line."""
    if len(name) < _SHORTEST or not name.strip("0"):
        return False
    framed = b"blob %d\0" % len(data) + data
    made = hashlib.sha256 if len(name) == _SHA256_DIGITS else _sha1
    return made(framed).hexdigest().startswith(name)


def _sha1(data: bytes) -> hashlib._Hash:
    return hashlib.sha1(data, usedforsecurity=False)


def with_delta(base: bytes, delta: bytes) -> bytes:
    """Apply git's delta (the pack format's): copies out of ``base`` and bytes of its own.

    Raises DeltaError if it is broken or was made for bytes of another size.
    """
    try:
        return _with_delta(base, delta)
    except IndexError:
        message = "the binary delta ends too early"
        raise DeltaError(message) from None


def _with_delta(base: bytes, delta: bytes) -> bytes:
    size, at = _size(delta, 0)
    wanted, at = _size(delta, at)
    if size != len(base):
        message = f"the binary delta was made for a file of {size:,} bytes, this has {len(base):,}"
        raise DeltaError(message)
    made = bytearray()
    while at < len(delta):
        code = delta[at]
        at += 1
        if code & 0x80:
            offset, at = _number(delta, at, code, 4)
            length, at = _number(delta, at, code >> 4, 3)
            made += base[offset : offset + (length or _COPY_ALL)]
        elif code:
            made += delta[at : at + code]
            at += code
        else:
            message = "the binary delta has an unknown instruction"
            raise DeltaError(message)
    if len(made) != wanted:
        message = f"the binary delta makes {len(made):,} bytes instead of {wanted:,}"
        raise DeltaError(message)
    return bytes(made)


def _size(delta: bytes, at: int) -> tuple[int, int]:
    """Read a size: seven bits a byte, the lowest first."""
    size = shift = 0
    while True:
        byte = delta[at]
        at += 1
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return size, at


def _number(delta: bytes, at: int, present: int, count: int) -> tuple[int, int]:
    """Read a number whose bytes are there only where a bit of `present` is set."""
    value = 0
    for index in range(count):
        if present & 1 << index:
            value |= delta[at] << 8 * index
            at += 1
    return value, at
