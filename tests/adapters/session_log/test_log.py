"""A session's log survives what happens to files: torn writes, garbage, full disks, two writers."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.session_log.records import NOW, note, session_of
from tui_agent.adapters.session_log import (
    FileLog,
    LogBusyError,
    LogTooNewError,
    MemoryLog,
    read_log,
)
from tui_agent.adapters.session_log.chain import in_place, parse, seal
from tui_agent.core.events import LogRecovered, Record, Unknown


def events_of(folder: Path) -> Path:
    return folder / "events.jsonl"


def test_what_was_written_is_read_back_with_its_hashes(tmp_path: Path) -> None:
    written = session_of(tmp_path / "s", 5)
    reading = read_log(events_of(tmp_path / "s"))
    assert reading.records == written
    assert (reading.gaps, reading.breaks, reading.tail) == ([], [], b"")


def test_a_line_is_sealed_over_the_hash_before_it_and_all_its_bytes(tmp_path: Path) -> None:
    session_of(tmp_path / "s", 2)
    first, second = events_of(tmp_path / "s").read_bytes().split(b"\n")[:2]
    body, seal_of_first = first.split(b',"h":"')
    assert hashlib.sha256(b"0" * 64 + body).hexdigest() == seal_of_first[:64].decode()
    body = second.split(b',"h":"')[0]
    expected = hashlib.sha256(seal_of_first[:64] + body).hexdigest()
    assert json.loads(second)["h"] == expected
    assert list(json.loads(second))[-1] == "h"


def test_only_the_owner_may_read_a_session(tmp_path: Path) -> None:
    log = FileLog.create(tmp_path / "shelf" / "s")
    blob = log.put(b"x" * 5000)
    log.close()
    assert (tmp_path / "shelf" / "s").stat().st_mode & 0o777 == 0o700
    files = [path for path in (tmp_path / "shelf" / "s").rglob("*") if path.is_file()]
    assert len(files) == 3
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert blob.size == 5000


def test_a_log_taken_up_again_continues_its_chain(tmp_path: Path) -> None:
    session_of(tmp_path / "s", 3)
    log, records = FileLog.open(tmp_path / "s", now=NOW)
    log.append(note(4), sync=True)
    log.close()
    reading = read_log(events_of(tmp_path / "s"))
    assert [record.seq for record in reading.records] == [1, 2, 3, 4]
    assert len(records) == 3
    assert reading.breaks == []


@pytest.mark.case(81)
@pytest.mark.property
@given(cut=st.integers(min_value=1, max_value=400), garbage=st.binary(max_size=60))
def test_a_torn_tail_is_set_aside_and_never_a_whole_session(
    tmp_path_factory: pytest.TempPathFactory, cut: int, garbage: bytes
) -> None:
    folder = tmp_path_factory.mktemp("torn") / "s"
    written = session_of(folder, 4)
    whole = events_of(folder).read_bytes()
    cut = min(cut, len(whole))
    events_of(folder).write_bytes(whole[:-cut] + garbage)
    damaged = events_of(folder).read_bytes()

    log, records = FileLog.open(folder, now=NOW)
    log.append(note(records[-1].seq + 1 if records else 1), sync=False)
    log.close()

    kept = [one for one in records if one in written]
    assert kept == written[: len(kept)]
    assert len(kept) >= 4 - 1 - cut // 200 - 1
    after = read_log(events_of(folder))
    assert (after.breaks, after.tail) == ([], b"")
    set_aside = b"".join(path.read_bytes() for path in folder.glob("torn-*"))
    good = parse(damaged)
    assert damaged[good.end :] in (set_aside, b"") or good.gaps


def test_a_kill_in_the_middle_of_a_line_is_told_in_the_log(tmp_path: Path) -> None:
    session_of(tmp_path / "s", 3)
    with events_of(tmp_path / "s").open("ab") as file:
        file.write(b'{"v":1,"seq":4,"ts":"2026')
    log, records = FileLog.open(tmp_path / "s", now=NOW)
    log.close()
    told = records[-1].event
    assert isinstance(told, LogRecovered)
    assert told.kept_as == "torn-1"
    assert (tmp_path / "s" / "torn-1").read_bytes() == b'{"v":1,"seq":4,"ts":"2026'
    again, records_again = FileLog.open(tmp_path / "s", now=NOW)
    again.close()
    assert records_again == records


def test_a_line_that_only_lacks_its_line_feed_is_kept(tmp_path: Path) -> None:
    written = session_of(tmp_path / "s", 3)
    path = events_of(tmp_path / "s")
    path.write_bytes(path.read_bytes()[:-1])
    log, records = FileLog.open(tmp_path / "s", now=NOW)
    log.append(note(4), sync=False)
    log.close()
    assert records == written
    assert [one.seq for one in read_log(path).records] == [1, 2, 3, 4]


@pytest.mark.case(81)
def test_an_unreadable_line_in_the_middle_is_a_gap_told_once(tmp_path: Path) -> None:
    session_of(tmp_path / "s", 5)
    path = events_of(tmp_path / "s")
    lines = path.read_bytes().split(b"\n")
    lines[2] = b"\x00" * 40
    path.write_bytes(b"\n".join(lines))

    seen = in_place(read_log(path))
    assert [one.seq for one in seen] == [1, 2, 2, 4, 5]
    assert isinstance(seen[2].event, LogRecovered)

    for _ in range(2):
        FileLog.open(tmp_path / "s", now=NOW)[0].close()
    records = read_log(path).records
    told = [one.event for one in records if isinstance(one.event, LogRecovered)]
    assert [one.problem for one in told] == ["line 3 is unreadable and left out"]
    assert in_place(read_log(path)) == records


def test_an_altered_line_breaks_the_chain_and_is_still_shown(tmp_path: Path) -> None:
    session_of(tmp_path / "s", 4)
    path = events_of(tmp_path / "s")
    path.write_bytes(path.read_bytes().replace(b"note 2", b"nota 2"))
    reading = read_log(path)
    assert [one.text for one in reading.breaks] == ["line 2 (record 2) does not continue the chain"]
    assert len(reading.records) == 4


@pytest.mark.case(84)
def test_a_second_writer_is_turned_away_and_may_read(tmp_path: Path) -> None:
    first = FileLog.create(tmp_path / "s")
    first.append(note(1), sync=False)
    with pytest.raises(LogBusyError, match=f"pid {os.getpid()}"):
        FileLog.open(tmp_path / "s", now=NOW)
    assert len(read_log(events_of(tmp_path / "s")).records) == 1
    first.close()
    second, _ = FileLog.open(tmp_path / "s", now=NOW)
    second.close()


def test_a_writer_that_was_killed_blocks_nobody(tmp_path: Path) -> None:
    script = (
        "import os, sys, signal\n"
        "from pathlib import Path\n"
        "from tests.adapters.session_log.records import note\n"
        "from tui_agent.adapters.session_log import FileLog\n"
        "log = FileLog.create(Path(sys.argv[1]))\n"
        "log.append(note(1), sync=False)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "s")],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    log, records = FileLog.open(tmp_path / "s", now=NOW)
    log.close()
    assert [one.seq for one in records] == [1]


@pytest.mark.case(82)
def test_a_newer_log_is_read_and_not_continued(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    newer = Record(
        seq=1, ts=NOW, mono_ms=0, v=2, event=Unknown(name="FromTheFuture", data={"a": [1]})
    )
    line, _ = seal(newer, "0" * 64)
    events_of(folder).write_bytes(line)
    [record] = read_log(events_of(folder)).records
    assert record.event == newer.event
    with pytest.raises(LogTooNewError, match="newer version"):
        FileLog.open(folder, now=NOW)
    assert events_of(folder).read_bytes() == line


def test_an_event_of_a_known_name_with_foreign_fields_is_passed_through(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    foreign = Record(seq=1, ts=NOW, mono_ms=0, event=Unknown(name="Notice", data={"texts": 3}))
    events_of(folder).write_bytes(seal(foreign, "0" * 64)[0])
    [record] = read_log(events_of(folder)).records
    assert record.event == foreign.event


def test_an_empty_file_is_an_empty_session(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    events_of(folder).touch()
    log, records = FileLog.open(folder, now=NOW)
    log.append(note(1), sync=False)
    log.close()
    assert records == []


@pytest.mark.case(83)
def test_a_full_disk_loses_the_line_and_nothing_else(tmp_path: Path) -> None:
    log = FileLog.create(tmp_path / "s")
    log.append(note(1), sync=False)
    size = events_of(tmp_path / "s").stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, before[1]))
        with pytest.raises(OSError, match="large"):
            log.append(note(2, "x" * 500), sync=False)
        assert events_of(tmp_path / "s").stat().st_size == size
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    log.append(note(2), sync=True)
    log.close()
    reading = read_log(events_of(tmp_path / "s"))
    assert [one.seq for one in reading.records] == [1, 2]
    assert reading.breaks == []


def test_a_payload_is_stored_once_and_comes_back_whole(tmp_path: Path) -> None:
    log = FileLog.create(tmp_path / "s")
    data = os.urandom(9000)
    first, second = log.put(data), log.put(data)
    log.close()
    assert first == second
    other, _ = FileLog.open(tmp_path / "s", now=NOW)
    assert other.get(first.sha) == data
    other.close()
    assert len(list((tmp_path / "s" / "blobs").rglob("*.zst"))) == 1


def test_a_missing_or_damaged_payload_is_said_to_be_so(tmp_path: Path) -> None:
    log = FileLog.create(tmp_path / "s")
    blob = log.put(b"hello" * 2000)
    log.close()
    [stored] = (tmp_path / "s" / "blobs").rglob("*.zst")
    log, _ = FileLog.open(tmp_path / "s", now=NOW)
    stored.write_bytes(stored.read_bytes()[:-3])
    with pytest.raises(KeyError, match=blob.sha[:12]):
        log.get(blob.sha)
    stored.unlink()
    with pytest.raises(KeyError, match=blob.sha[:12]):
        log.get(blob.sha)
    log.close()


def test_a_session_that_is_not_recorded_leaves_no_file(tmp_path: Path) -> None:
    log = MemoryLog()
    record = log.append(note(1), sync=True)
    blob = log.put(b"data")
    assert log.get(blob.sha) == b"data"
    assert len(record.h) == 64
    assert list(tmp_path.iterdir()) == []
