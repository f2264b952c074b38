"""Sessions are found by what was said, run and printed; and cleared away by wish alone."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.stories.program import Program, call, edit, script, with_sample
from tests.support.repository import Repository
from tui_agent.adapters.session_log import FileLog

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def program(repository: Repository) -> Program:
    return Program(with_sample(repository).root)


def sessions() -> list[Path]:
    """Return the session folders, the oldest first."""
    return sorted(Path(os.environ["AGENT_HOME"]).glob("sessions/*/*/"), key=lambda one: one.name)


def record(program: Program, repository: Repository, text: str, *calls: dict[str, object]) -> Path:
    """Record a session; return its folder."""
    before = set(sessions())
    turns: list[dict[str, Any]] = [{"text": "Done."}]
    if calls:
        turns = [{"call": list(calls)}, {"text": f"Done: {text}"}]
    model = script(repository.root.parent, turns)
    done = program.run("--model", model, "--approve-all", "--no-sandbox", "-p", text)
    assert done.status == 0, done.err
    [new] = set(sessions()) - before
    return new


def test_a_session_is_found_by_words_commands_files_and_outputs(
    program: Program, repository: Repository
) -> None:
    command = "echo 'Address already in use'"
    one = record(program, repository, "why is the port taken", call("shell", command=command))
    two = record(program, repository, "mend the answer", edit("answer.py", "41", "42"))
    shown = program.run("sessions", "search", "address already").out
    assert one.name.rpartition("-")[2] in shown
    assert "output" in shown
    assert "Address already in use" in shown
    by_file = program.run("sessions", "search", "answer.py", "--json").lines
    assert {hit["session"] for hit in by_file} == {two.name.rpartition("-")[2]}
    place = next(hit for hit in by_file if hit["kind"] == "file")
    told = program.run("replay", place["session"], "--plain", "--at", str(place["step"])).out
    assert "mend the answer" in told
    nothing = program.run("sessions", "search", "never said")
    assert (nothing.status, nothing.out) == (1, "")
    assert "does not stand in a session of this folder" in nothing.err


def test_a_broken_index_hides_nothing_and_is_made_anew(
    program: Program, repository: Repository
) -> None:
    record(program, repository, "the first question")
    record(program, repository, "the second question")
    listed = program.run("sessions", "list", "--json").lines
    assert [one["title"] for one in listed] == ["the second question", "the first question"]
    assert {one["outcome"] for one in listed} == {"answered"}
    index = Path(os.environ["AGENT_HOME"]) / "sessions-index.sqlite3"
    index.write_bytes(b"garbage" * 1000)
    assert program.run("sessions", "list", "--json").lines == listed
    index.write_bytes(b"garbage" * 1000)
    assert len(program.run("sessions", "search", "question", "--json").lines) == 2
    assert "2 sessions read anew" in program.run("sessions", "reindex").out
    index.unlink()
    assert program.run("sessions", "list", "--json").lines == listed


def aged(folder: Path, days: float) -> None:
    moment = time.time() - days * 86_400
    os.utime(folder / "events.jsonl", (moment, moment))


def aged_objects(days: float) -> list[Path]:
    """Make every recorded object old; return them."""
    moment = time.time() - days * 86_400
    found = list(Path(os.environ["AGENT_HOME"]).glob("repos/*.git/objects/??/*"))
    for path in found:
        os.utime(path, (moment, moment))
    return found


def test_pruning_shows_first_and_removes_what_is_old_and_no_longer_needed(
    program: Program, repository: Repository
) -> None:
    # Each writes a file that stands in no commit, so that only its own trees hold it.
    old = record(program, repository, "old", call("shell", command="seq 500 > old.txt; git status"))
    repository.write("old.txt", "gone\n")
    new = record(program, repository, "new", call("shell", command="seq 900 > new.txt"))
    aged(old, 100)
    before = len(aged_objects(10))
    shown = program.run("sessions", "prune", "--older-than", "90d")
    assert old.name.rpartition("-")[2] in shown.out
    assert new.name.rpartition("-")[2] not in shown.out
    assert "1 session would go" in shown.out
    assert "Nothing was removed" in shown.out
    assert old.exists()
    gone = json.loads(
        program.run("sessions", "prune", "--older-than", "90d", "--yes", "--json").out
    )
    assert gone["removed"] is True
    assert gone["objects"] > 0
    assert sessions() == [new]
    assert len(aged_objects(10)) == before - gone["objects"]
    diff = program.run("sessions", "diff", "last")
    assert "new.txt  added" in diff.out
    assert program.run("sessions", "list", "--json").lines[0]["title"] == "new"
    go_on = program.run(
        "--model", script(repository.root.parent, [{"text": "Yes."}] * 4), "-c", "-p", "on"
    )
    assert go_on.status == 0, go_on.err


def test_pruning_keeps_the_latest_and_never_an_open_one(
    program: Program, repository: Repository
) -> None:
    first, second, third = (record(program, repository, name) for name in ("one", "two", "three"))
    aged(first, 3)
    aged(second, 2)
    log, _ = FileLog.open(first, now="2026-11-21T15:00:00.000Z")
    aged(first, 3)
    try:
        done = program.run("sessions", "prune", "--keep", "1", "--yes")
        assert done.status == 1
        assert "stays: it is open in another process" in done.out
        assert "Recorded trees stay while a session is open" in done.out
        assert sessions() == [first, third]
    finally:
        log.close()
    assert program.run("sessions", "prune", "--keep", "1", "--yes").status == 0
    assert sessions() == [third]


def test_pruning_without_a_wish_is_refused(program: Program) -> None:
    assert program.run("sessions", "prune").status == 2
    assert "such as 12h, 90d" in program.run("sessions", "prune", "--older-than", "soon").err
    assert program.run("sessions", "prune", "--keep", "-1", "--yes").status == 2


@pytest.mark.capability("S3.8", part="sessions are exempt from any automatic clean-up")
def test_nothing_goes_by_itself_however_old_it_is(program: Program, repository: Repository) -> None:
    folder = record(program, repository, "a session of long ago")
    aged(folder, 4000)
    objects = aged_objects(4000)
    for command in (("sessions",), ("sessions", "search", "session"), ("sessions", "reindex")):
        assert program.run(*command).status == 0
    record(program, repository, "one more")
    assert folder in sessions()
    assert all(path.exists() for path in objects)


def test_a_payload_that_no_line_names_is_collected(
    program: Program, repository: Repository
) -> None:
    folder = record(program, repository, "big", call("shell", command="seq 3000"))
    named = list(folder.glob("blobs/*/*.zst"))
    assert named
    orphan = folder / "blobs" / "ab" / f"ab{'0' * 62}.zst"
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"left by a crash")
    assert (
        "1 payload that no log names would go"
        in program.run("sessions", "prune", "--keep", "9").out
    )
    assert program.run("sessions", "prune", "--keep", "9", "--yes").status == 0
    assert not orphan.exists()
    assert all(path.exists() for path in named)
    assert program.run("sessions", "verify").status == 0
