"""Many files in one payload: what a command changed in its copy that is taken over as a whole.

A line of JSON names the entries, then their bytes follow each other. No archive format is used:
none of their names, owners, devices and links is wanted here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """One entry."""

    path: str
    kind: Literal["file", "link", "gone"]
    mode: int = 0o644
    data: bytes = b""
    """A file's bytes, or where a link leads."""


def pack(entries: Iterable[Packed]) -> bytes:
    """Return the entries as one payload."""
    kept = list(entries)
    head = [[one.path, one.kind, one.mode, len(one.data)] for one in kept]
    line = json.dumps(head, separators=(",", ":")).encode()
    return b"\n".join((line, b"".join(one.data for one in kept)))


def unpack(payload: bytes) -> Iterator[Packed]:
    """Give the entries of a payload.

    Raises:
        ValueError: it is none.
    """
    line, _, rest = payload.partition(b"\n")
    at = 0
    for path, kind, mode, size in json.loads(line):
        if at + size > len(rest):
            message = "the payload ends too early"
            raise ValueError(message)
        yield Packed(path=path, kind=kind, mode=mode, data=rest[at : at + size])
        at += size
