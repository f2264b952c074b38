"""What a session's log has held so far, for those who come later; most of it is packed.

Nearly nobody looks back at a running session, and hours of it are tens of thousands of records.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import overload

from tui_agent.core.codec import dumps
from tui_agent.core.events import Record
from tui_agent.core.wire import decode_record, encode_record

PART = 64
"""Records that are packed together, in about 4 ms."""
MODEL = 32 * 1024
"""Bytes that a packer looks back at."""
OPEN = 4 * PART
"""The last ones, which stay as they are."""


Aside = Callable[[bytes], Callable[[], bytes]]
"""Keeps bytes, and returns what gives them back."""


def kept_in_memory(data: bytes) -> Callable[[], bytes]:
    """Keep them here."""
    return lambda: data


class Past(Sequence[Record]):
    """Records in order. It only grows; one that was packed comes back equal, but not the same."""

    def __init__(self, aside: Aside = kept_in_memory) -> None:
        """Begin empty; `aside` keeps what has been packed."""
        self._aside = aside
        self._packed: list[Callable[[], bytes]] = []
        self.bytes_packed = 0
        """What all but the last records take, wherever that is."""
        self._model = b""
        """What the packed ones have in common with the first of them need not be packed again."""
        self._open: list[Record] = []

    def extend(self, records: Iterable[Record]) -> None:
        """Take what there is of an earlier session; it is packed bit by bit, as it goes on."""
        self._open.extend(records)

    def append(self, record: Record) -> None:
        """Take a record; some of the oldest open ones are packed if there are enough."""
        self._open.append(record)
        if len(self._open) >= OPEN + PART:
            text = _spelled(self._open[:PART])
            packed = _packed(text, self._model)
            self._packed.append(self._aside(packed))
            self.bytes_packed += len(packed)
            self._model = self._model or text[-MODEL:]
            del self._open[:PART]

    def upto(self, count: int) -> Iterator[Record]:
        """Give the first `count` records; more may be added meanwhile."""
        for start in range(0, count, PART):
            yield from islice(self._part(start), count - start)

    def _part(self, start: int) -> list[Record]:
        """Return the records from one that begins a part on, as many as a part has."""
        number = start // PART
        if number < len(self._packed):
            return _unpacked(self._packed[number](), self._model if number else b"")
        begin = start - PART * len(self._packed)
        return self._open[begin : begin + PART]

    def __len__(self) -> int:
        """Count all records."""
        return PART * len(self._packed) + len(self._open)

    def __iter__(self) -> Iterator[Record]:
        """Give every record that there is now."""
        return self.upto(len(self))

    def __reversed__(self) -> Iterator[Record]:
        """Give every record, the last first."""
        count = len(self)
        for start in range((count - 1) // PART * PART, -1, -PART):
            yield from reversed(self._part(start)[: count - start])

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        """Return one record, or some. Raises IndexError."""
        if isinstance(index, slice):
            return list(self)[index]
        place = range(len(self))[index]
        return self._part(place // PART * PART)[place % PART]


def _spelled(records: Sequence[Record]) -> bytes:
    return dumps([{**encode_record(one), "h": one.h} for one in records]).encode()


def _packed(text: bytes, model: bytes) -> bytes:
    packer = zlib.compressobj(zdict=model)
    return packer.compress(text) + packer.flush()


def _unpacked(packed: bytes, model: bytes) -> list[Record]:
    unpacker = zlib.decompressobj(zdict=model)
    text = unpacker.decompress(packed) + unpacker.flush()
    return [decode_record(line) for line in json.loads(text)]
