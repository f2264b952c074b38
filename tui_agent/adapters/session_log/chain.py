"""The lines of a log, each sealed by a hash over itself and the one before; damage told apart."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui_agent.core.codec import CodecError, dumps
from tui_agent.core.events import VERSION, LogRecovered, Record, Unknown
from tui_agent.core.wire import decode_record, encode_record

EVENTS_FILE = "events.jsonl"
START = "0" * 64
"""What the first line is chained to."""
_SEAL = b',"h":"'
_SEAL_LENGTH = len(_SEAL) + 64 + len(b'"}')


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One place where a log is not what it should be."""

    at: int
    """How many records stand before it."""
    text: str


@dataclass(slots=True, kw_only=True)
class Reading:
    """A log as it was found."""

    records: list[Record] = field(default_factory=list)
    gaps: list[Problem] = field(default_factory=list)
    """Lines in the middle that cannot be read, and were skipped."""
    breaks: list[Problem] = field(default_factory=list)
    """Lines that can be read, but whose hash does not continue the chain."""
    head: str = START
    """The hash that the next line is chained to."""
    end: int = 0
    """Bytes up to the end of the last good line."""
    tail: bytes = b""
    """What follows it: torn or foreign, to be set aside."""
    unfinished: bool = False
    """Whether only the line feed of the last good line is missing."""
    version: int = VERSION
    """The highest version met."""

    @property
    def too_new(self) -> bool:
        """Whether a newer program wrote it, so that it may only be read."""
        return self.version > VERSION


def seal(record: Record, previous: str) -> tuple[bytes, str]:
    """Return the record's line, with its line feed, and its hash."""
    body = dumps(encode_record(record))[:-1].encode()
    digest = hashlib.sha256(previous.encode() + body).hexdigest()
    return body + _SEAL + digest.encode() + b'"}\n', digest


def read_log(path: Path) -> Reading:
    """Read a log file whole. Damage is described, never raised.

    Raises:
        OSError: the file cannot be read at all.
    """
    return parse(path.read_bytes())


def parse(data: bytes) -> Reading:
    """Read the lines of a log; a gap that no later line reports becomes a record in its place."""
    reading = Reading()
    lines = data.split(b"\n")
    offset = bad_from = 0
    bad: list[int] = []
    for number, line in enumerate(lines, 1):
        last = number == len(lines)
        if last and not line:
            break
        opened = _open(line)
        if opened is None:
            bad_from = bad_from if bad else offset
            bad.append(number)
        else:
            raw, digest, sealed = opened
            if bad:
                # The chain starts again behind a gap: what it held cannot be known.
                _add_gap(reading, bad)
            elif not sealed(reading.head):
                text = f"line {number} (record {raw['seq']}) does not continue the chain"
                reading.breaks.append(Problem(at=len(reading.records), text=text))
            bad = []
            _add(reading, raw, digest)
            reading.end = offset + len(line) + (not last)
            reading.unfinished = last
        offset += len(line) + 1
    reading.tail = data[bad_from:] if bad else b""
    return reading


def in_place(reading: Reading) -> list[Record]:
    """Return the records with each gap shown in its place, unless the log already tells of it."""
    told = {one.event.problem for one in reading.records if isinstance(one.event, LogRecovered)}
    shown = list(reading.records)
    for gap in reversed(reading.gaps):
        if gap.text in told:
            continue
        before = shown[gap.at - 1] if gap.at else None
        shown.insert(
            gap.at,
            Record(
                seq=before.seq if before else 0,
                ts=before.ts if before else "",
                mono_ms=before.mono_ms if before else 0,
                turn=before.turn if before else 0,
                step=before.step if before else 0,
                event=LogRecovered(problem=gap.text, lost_lines=1),
            ),
        )
    return shown


def _add_gap(reading: Reading, bad: list[int]) -> None:
    where = f"line {bad[0]}" if len(bad) == 1 else f"lines {bad[0]} to {bad[-1]}"
    verb = "is" if len(bad) == 1 else "are"
    reading.gaps.append(
        Problem(at=len(reading.records), text=f"{where} {verb} unreadable and left out")
    )


def _open(line: bytes) -> tuple[dict[str, Any], str, _Sealed] | None:
    """Return a line's fields, its hash and a test of it; None where the line cannot be read."""
    at = len(line) - _SEAL_LENGTH
    if at <= 0 or line[at : at + len(_SEAL)] != _SEAL:
        return None
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(raw, dict) or not _is_record(raw):
        return None
    return raw, raw["h"], _Sealed(line[:at], raw["h"])


@dataclass(frozen=True, slots=True)
class _Sealed:
    """Tells whether a line continues a chain."""

    body: bytes
    digest: str

    def __call__(self, previous: str) -> bool:
        return hashlib.sha256(previous.encode() + self.body).hexdigest() == self.digest


_FIELDS: dict[str, type[Any]] = {
    "v": int,
    "seq": int,
    "ts": str,
    "mono_ms": int,
    "agent_id": str,
    "turn": int,
    "step": int,
    "type": str,
    "data": dict,
    "h": str,
}


def _is_record(raw: dict[str, Any]) -> bool:
    return all(isinstance(raw.get(name), kind) for name, kind in _FIELDS.items())


def _add(reading: Reading, raw: dict[str, Any], digest: str) -> None:
    reading.head = digest
    reading.version = max(reading.version, raw["v"])
    try:
        reading.records.append(decode_record(raw))
    except CodecError:
        # A known name with fields of another version: kept as it is, nothing is derived from it.
        fields = {name: raw[name] for name in _FIELDS if name not in ("type", "data")}
        event = Unknown(name=raw["type"], data=raw["data"])
        reading.records.append(Record(event=event, **fields))
