"""The index is a cache: whatever happens to its file, no session vanishes and no answer is old."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from tests.core.patch.making import fastest
from tests.support.shelved import shelve, talk
from tests.ui.stories import reported
from tui_agent.adapters.session_index import SessionIndex
from tui_agent.adapters.session_index.finding import excerpt, words_of
from tui_agent.adapters.session_index.store import FILE, Store
from tui_agent.adapters.session_log import FileLog

NAMES = ("20261121T140300-01kccc", "20261121T140200-01kbbb", "20261121T140100-01kaaa")


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """Three sessions, the latest first."""
    shelf = tmp_path / "sessions" / "httpx-12345678"
    texts = ("why does the redirect loop?", "update the docs", "rename the client")
    return [
        shelve(
            talk(text, f"Answer to: {text}", output=f"ran {text}\nport 80%_ in use"), shelf, name
        )
        for text, name in zip(texts, NAMES, strict=True)
    ]


def titles(index: SessionIndex, folders: list[Path]) -> list[str]:
    return [one.title for one in index.look(folders, seconds=60).summaries]


def found(index: SessionIndex, query: str, folders: list[Path]) -> list[tuple[str, int, str]]:
    hits = index.search(query, folders, limit=100)
    return [(hit.session, hit.step, hit.kind) for hit in hits]


def test_what_a_session_said_ran_and_printed_is_found_with_its_step(
    tmp_path: Path, folders: list[Path]
) -> None:
    index = SessionIndex(tmp_path)
    assert found(index, "redirect loop", folders) == [
        ("01kccc", 1, "message"),
        ("01kccc", 3, "output"),
        ("01kccc", 4, "answer"),
    ]
    assert found(index, "MAKE tes", folders) == [
        (name, 2, "command") for name in ("01kccc", "01kbbb", "01kaaa")
    ]
    assert found(index, "docs rename", folders) == []
    assert found(index, '"the docs"', folders) == [
        ("01kbbb", 1, "message"),
        ("01kbbb", 3, "output"),
        ("01kbbb", 4, "answer"),
    ]


def test_signs_that_mean_something_to_a_database_are_only_text(
    tmp_path: Path, folders: list[Path]
) -> None:
    index = SessionIndex(tmp_path)
    assert len(found(index, "80%_", folders)) == 3
    assert len(found(index, "%_", folders)) == 3
    assert found(index, "8%", folders) == []
    for query in ('"', "'", "a OR b", "text:x", "(", "*", "NEAR(", "-", "\\"):
        found(index, query, folders)
    assert found(index, "", folders) == []


def test_a_changed_file_name_and_a_reason_are_found_too(tmp_path: Path) -> None:
    folder = shelve(reported(), tmp_path / "s", NAMES[0])
    index = SessionIndex(tmp_path)
    kinds = {kind for _, _, kind in found(index, "test_redirects.py", [folder])}
    assert "file" in kinds
    assert [kind for _, _, kind in found(index, "307 must resend", [folder])] == ["reason"]


def test_the_summary_tells_what_the_log_tells(tmp_path: Path) -> None:
    folder = shelve(reported(), tmp_path / "s", NAMES[0])
    for _ in ("read from the log", "read from the index"):
        [one] = SessionIndex(tmp_path).look([folder], seconds=60).summaries
        assert (one.turns, one.stops, one.status) == (3, 21, "closed")
        assert (one.outcome, one.sign) == ("verified", "done")
        assert one.cost is not None
        assert one.cost > 0
        assert one.read
    overview = SessionIndex(tmp_path).overview(folder)
    assert overview is not None
    assert [turn.number for turn in overview.last_turns] == [1, 2, 3]
    assert overview.branch == "main"


def test_a_log_that_went_on_is_read_again(tmp_path: Path, folders: list[Path]) -> None:
    index = SessionIndex(tmp_path)
    assert found(index, "afterwards", folders) == []
    log, past = FileLog.open(folders[2], now="2026-11-21T15:00:00.000Z")
    story = talk("and afterwards?")
    for number, record in enumerate(story.records[1:], past[-1].seq + 1):
        log.append(replace(record, seq=number, turn=2, h=""), sync=False)
    log.close()
    assert [session for session, _, _ in found(index, "afterwards", folders)] == ["01kaaa"]
    assert SessionIndex(tmp_path).look(folders, seconds=60).summaries[2].turns == 2


def test_a_session_that_is_gone_is_found_no_more(tmp_path: Path, folders: list[Path]) -> None:
    index = SessionIndex(tmp_path)
    assert len(found(index, "in use", folders)) == 3
    index.forget_missing(folders[1:])
    assert len(found(index, "in use", folders[1:])) == 2
    with sqlite3.connect(tmp_path / FILE) as connection:
        assert connection.execute("SELECT count(*) FROM session").fetchone() == (2,)


@pytest.mark.parametrize("damage", ["deleted", "garbage", "torn", "older", "empty", "a folder"])
def test_a_damaged_index_is_made_again_and_no_session_vanishes(
    tmp_path: Path, folders: list[Path], damage: str
) -> None:
    before = titles(SessionIndex(tmp_path), folders)
    file = tmp_path / FILE
    data = file.read_bytes()
    match damage:
        case "deleted":
            file.unlink()
        case "garbage":
            file.write_bytes(b"not a database at all, " * 400)
        case "torn":
            file.write_bytes(data[: len(data) // 2 + 100])
        case "older":
            with sqlite3.connect(file) as connection:
                connection.execute("PRAGMA user_version = 0")
                connection.execute("ALTER TABLE session DROP COLUMN title")
        case "empty":
            file.write_bytes(b"")
        case _:
            file.unlink()
            file.mkdir()
    index = SessionIndex(tmp_path)
    assert titles(index, folders) == before
    assert len(found(index, "in use", folders)) == 3
    assert bool(index.bypassed) is (damage == "a folder")


def test_an_index_that_another_process_holds_is_gone_round(
    tmp_path: Path, folders: list[Path]
) -> None:
    before = titles(SessionIndex(tmp_path), folders)
    holder = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        index = SessionIndex(tmp_path)
        assert titles(index, folders) == before
        assert len(found(index, "in use", folders)) == 3
        assert "the logs are read instead" in index.bypassed
    finally:
        holder.execute("ROLLBACK")
        holder.close()


def test_without_a_place_to_write_the_logs_are_read(tmp_path: Path, folders: list[Path]) -> None:
    index = SessionIndex(tmp_path / "nowhere" / "at all")
    assert len(titles(index, folders)) == 3
    assert len(found(index, "in use", folders)) == 3
    assert "not used" in index.bypassed


def test_a_log_that_cannot_be_read_stays_in_the_list(tmp_path: Path, folders: list[Path]) -> None:
    (folders[1] / "events.jsonl").write_bytes(b"\x00garbage\n")
    index = SessionIndex(tmp_path)
    statuses = [one.status for one in index.look(folders, seconds=60).summaries]
    assert statuses == ["closed", "unreadable", "closed"]
    assert len(found(index, "in use", folders)) == 2


def test_without_time_a_list_tells_what_the_ends_of_the_logs_tell(
    tmp_path: Path, folders: list[Path]
) -> None:
    index = SessionIndex(tmp_path)
    looked = index.look(folders, seconds=0)
    assert looked.summaries[0].title == "why does the redirect loop?"
    assert not any(one.read for one in looked.summaries)
    assert index.look(folders, seconds=0, whole=False).unread == tuple(folders)
    assert index.catch_up(folders) == 3
    assert all(one.read for one in index.look(folders, seconds=0).summaries)


def test_only_its_owner_may_read_the_index(tmp_path: Path, folders: list[Path]) -> None:
    titles(SessionIndex(tmp_path), folders)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_five_thousand_sessions_are_listed_at_once(tmp_path: Path) -> None:
    shelf = tmp_path / "sessions" / "many-12345678"
    story = talk("one of very many sessions")
    first = shelve(story, shelf, "20261121T000000-01k0000")
    line = (first / "events.jsonl").read_bytes()
    folders = [first]
    for number in range(1, 5000):
        folder = shelf / f"20261121T000000-01k{number:04}"
        folder.mkdir()
        (folder / "events.jsonl").write_bytes(line)
        folders.append(folder)
    index = SessionIndex(tmp_path)
    _fill(tmp_path, folders)
    assert len(index.look(folders, seconds=0, whole=False).summaries) == 5000
    assert fastest(lambda: index.look(folders, seconds=0, whole=False)) < 0.2


def _fill(tmp_path: Path, folders: list[Path]) -> None:
    """Put the same row under every name: reading five thousand logs is not what is timed."""
    SessionIndex(tmp_path).catch_up(folders[:1])
    with Store(tmp_path / FILE).writing() as connection:
        connection.execute("CREATE TEMP TABLE one AS SELECT * FROM session")
        for number, folder in enumerate(folders[1:], 2):
            written = (folder / "events.jsonl").stat().st_mtime_ns
            values = (number, str(folder), written)
            connection.execute("UPDATE one SET id = ?, folder = ?, mtime = ?", values)
            connection.execute("INSERT INTO session SELECT * FROM one")


@pytest.mark.parametrize(
    ("text", "query", "cut"),
    [
        ("one two three", "two", ("one ", "two", " three")),
        ("line\nthe Word here\nend", "word", ("the ", "Word", " here")),
        ("nothing", "absent", ("", "", "nothing")),
    ],
)
def test_an_excerpt_stays_in_its_line(text: str, query: str, cut: tuple[str, str, str]) -> None:
    assert excerpt(text, words_of(query)) == cut
