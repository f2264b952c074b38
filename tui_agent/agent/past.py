"""What a session's log has held so far, for those who come later; most of it is packed.

Nearly nobody looks back at a running session, and hours of it are tens of thousands of records.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import overload

from tui_agent.core.codec import dumps
from tui_agent.core.events import Record
from tui_agent.core.wire import decode_record, encode_record

PART = 64
"""Records that are packed together, in about 4 ms."""
OPEN = 4 * PART
"""The last ones, which stay as they are."""


class Past(Sequence[Record]):
    """Records in order. It only grows; one that was packed comes back equal, but not the same."""

    def __init__(self) -> None:
        """Begin empty."""
        self._packed: list[bytes] = []
        self._open: list[Record] = []

    def extend(self, records: Iterable[Record]) -> None:
        """Take what there is of an earlier session; it is packed bit by bit, as it goes on."""
        self._open.extend(records)

    def append(self, record: Record) -> None:
        """Take a record; some of the oldest open ones are packed if there are enough."""
        self._open.append(record)
        if len(self._open) >= OPEN + PART:
            self._packed.append(_packed(self._open[:PART]))
            del self._open[:PART]

    @property
    def bytes_packed(self) -> int:
        """What all but the last records take."""
        return sum(map(len, self._packed))

    def upto(self, count: int) -> Iterator[Record]:
        """Give the first `count` records; more may be added meanwhile."""
        for start in range(0, count, PART):
            yield from islice(self._part(start), count - start)

    def _part(self, start: int) -> list[Record]:
        """Return the records from one that begins a part on, as many as a part has."""
        number = start // PART
        if number < len(self._packed):
            return _unpacked(self._packed[number])
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


def _packed(records: Sequence[Record]) -> bytes:
    lines = [{**encode_record(one), "h": one.h} for one in records]
    return zlib.compress(dumps(lines).encode())


def _unpacked(packed: bytes) -> list[Record]:
    return [decode_record(line) for line in json.loads(zlib.decompress(packed))]
