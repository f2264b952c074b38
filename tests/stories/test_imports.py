"""A session of another program is taken in once, and is then a session like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.foreign_sessions import samples
from tests.stories.program import Program, with_sample
from tests.support.repository import Repository

pytestmark = pytest.mark.timeout(90)


@pytest.mark.parametrize(
    ("make", "origin", "word"),
    [
        (samples.claude_code, "Claude Code 2.1.1", "never force"),
        (samples.codex, "codex 0.46.0", "It compared with 41"),
    ],
    ids=["Claude Code", "codex"],
)
def test_an_imported_session_is_listed_searched_replayed_and_exported(
    repository: Repository, tmp_path: Path, make: object, origin: str, word: str
) -> None:
    assert callable(make)
    program = Program(with_sample(repository).root)
    file = make(tmp_path / "theirs.jsonl", str(repository.root))
    done = program.run("sessions", "import", str(file))
    assert done.status == 0, done.err
    assert "Not taken over:" in done.out
    assert "1 × lines that are no JSON objects" in done.out
    [one] = program.run("sessions", "list", "--json").lines
    assert one["origin"] == origin
    assert f"imported from {origin}" in program.run("sessions").out
    east = Program(program.folder, TZ="Asia/Tokyo")  # nine hours ahead, all the year
    begun = str(int(one["started"][11:13]) + 9) + one["started"][13:16]
    assert f"{one['started'][:10]} {begun}" in east.run("sessions").out
    assert f"{one['started'][:10]} {begun}" in east.run("sessions", "search", word).out
    told = program.run("replay", "last", "--plain").out
    assert word in told or "Mended" in told
    assert "return 42" in told or "two" in told
    assert program.run("sessions", "verify").status == 0
    page = program.run("sessions", "export", "--format", "html", "-o", "-").out
    assert "IMPORTED" in page
    assert "Not taken over: 1 × lines that are no JSON objects" in page
    [stats] = program.run("stats", "--json").lines
    assert stats["totals"]["usage"]["cost_usd"] is None
    again = program.run("sessions", "import", str(file), "--json").lines[0]
    assert (again["known"], again["id"]) == (True, one["id"])
    assert len(program.run("sessions", "list", "--json").lines) == 1


def test_what_is_no_session_is_refused_in_words(repository: Repository) -> None:
    program = Program(with_sample(repository).root)
    done = program.run("sessions", "import", "answer.py", "nothing.jsonl")
    assert done.status in {1, 2}
    assert "is no session of Claude Code or codex" in done.err
    assert "nothing.jsonl" in done.err
