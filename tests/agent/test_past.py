"""A session of hours holds its past in little room, and gives it whole to whoever asks late."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

from tui_agent.adapters.session_log import FileLog
from tui_agent.agent.past import OPEN, PART, Past
from tui_agent.core.events import (
    Event,
    InstructionsLoaded,
    ModelResponded,
    PhaseEntered,
    Record,
    ToolCalled,
    Unknown,
)
from tui_agent.core.wire import encode_record

EVENTS: tuple[Event, ...] = (
    PhaseEntered(phase="gather", loop=1),
    ModelResponded(request_id="request-1", text="It says “no”.\n" * 20, model="scripted"),
    ToolCalled(call_id="call", tool="read", arguments='{"path": "a\\ud800.txt"}', origin="model"),
    InstructionsLoaded(facts="Workspace: /somewhere\n" * 20),
    Unknown(name="Later", data={"lone": "\ud800"}),
)


def records(count: int) -> list[Record]:
    return [
        Record(
            seq=number,
            ts=f"2026-01-01T00:00:{number % 60:02}.000Z",
            mono_ms=number * 7,
            turn=number // 30,
            event=event,
            h=f"{number:064x}",
        )
        for number, event in zip(range(1, count + 1), itertools.cycle(EVENTS), strict=False)
    ]


def past_of(known: list[Record]) -> Past:
    past = Past()
    for record in known:
        past.append(record)
    return past


def test_a_long_past_comes_back_as_it_was_from_either_end() -> None:
    known = records(OPEN + 5 * PART + 7)
    past = past_of(known)
    assert past.bytes_packed > 0
    assert list(past) == known
    assert list(reversed(past)) == known[::-1]
    assert list(past.upto(PART + 1)) == known[: PART + 1]
    assert [past[0], past[PART], past[-1]] == [known[0], known[PART], known[-1]]
    assert past[3:5] == known[3:5]


def test_records_that_come_while_somebody_reads_are_left_to_the_next_reader() -> None:
    known = records(OPEN + PART)
    past = past_of(known[:-2])
    reading = past.upto(len(past))
    first = next(reading)
    for record in known[-2:]:
        past.append(record)
    assert [first, *reading] == known[:-2]
    assert list(past) == known


def test_an_earlier_session_is_packed_bit_by_bit() -> None:
    known = records(OPEN + 5 * PART)
    past = Past()
    past.extend(known[:-2])
    assert past.bytes_packed == 0
    past.append(known[-2])
    once = past.bytes_packed
    past.append(known[-1])
    assert 0 < once < past.bytes_packed
    assert list(past) == known


def test_what_is_packed_takes_a_tenth_of_its_lines() -> None:
    known = records(OPEN + 10 * PART)
    past = past_of(known)
    lines = sum(len(str(encode_record(one))) for one in known[: 10 * PART])
    assert past.bytes_packed * 10 < lines


def test_what_is_packed_lies_in_a_file_without_a_name_as_long_as_it_may_be_asked_for(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "session"
    log = FileLog.create(folder)
    names = sorted(folder.iterdir())
    past = Past(log.aside)
    known = records(OPEN + 5 * PART)
    for record in known:
        past.append(record)
    assert sorted(folder.iterdir()) == names
    files = [one for one in Path("/proc/self/fd").iterdir() if one.is_file()]
    laid = [one.stat().st_size for one in files if str(folder) in str(one.readlink())]
    assert past.bytes_packed in laid
    log.close()
    shutil.rmtree(folder)
    assert list(past) == known


def test_where_no_file_can_be_had_what_is_packed_stays_in_memory(tmp_path: Path) -> None:
    log = FileLog.create(tmp_path / "session")
    shutil.rmtree(tmp_path / "session")
    past = Past(log.aside)
    known = records(OPEN + 2 * PART)
    for record in known:
        past.append(record)
    assert past.bytes_packed > 0
    assert list(past) == known
    log.close()
