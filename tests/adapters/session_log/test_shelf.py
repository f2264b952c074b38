"""Sessions are found again: by repository, work tree, prefix, after a move, however damaged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.session_log.records import NOW, told_session
from tests.support.repository import Repository
from tests.support.sources import ROOT
from tui_agent.adapters.git_facts import git_facts
from tui_agent.adapters.places import NoPlaceError, state_home, usable_state
from tui_agent.adapters.session_log import (
    FileLog,
    SessionNotFoundError,
    Shelf,
    new_session_folder,
    summarise,
)
from tui_agent.adapters.session_log.folders import new_session_id


def put_session(shelf: Shelf, minute: int, text: str, *, ended: bool = True) -> str:
    folder, session_id = new_session_folder(shelf.make(), f"2026-11-21T09:{minute:02}:00.000+00:00")
    told_session(folder, session_id=session_id, text=text, ended=ended)
    return session_id


def test_the_last_session_of_a_folder_is_the_latest_that_holds_anything(
    tmp_path: Path, repository: Repository
) -> None:
    shelf = Shelf.of(tmp_path / "state", repository.root)
    put_session(shelf, 1, "first")
    second = put_session(shelf, 2, "second")
    empty, _ = new_session_folder(shelf.make(), "2026-11-21T09:03:00.000+00:00")
    FileLog.create(empty).close()
    assert shelf.find("last").name.endswith(second)


def test_a_session_that_was_left_unsaid_is_the_last_one_only_where_it_is_alone(
    tmp_path: Path, repository: Repository
) -> None:
    shelf = Shelf.of(tmp_path / "state", repository.root)
    unsaid = put_session(shelf, 1, "")
    assert shelf.find("last").name.endswith(unsaid)
    said = put_session(shelf, 2, "first")
    put_session(shelf, 3, "")
    assert shelf.find("last").name.endswith(said)


def test_a_prefix_names_one_session_or_is_refused(tmp_path: Path, repository: Repository) -> None:
    shelf = Shelf.of(tmp_path / "state", repository.root)
    first = put_session(shelf, 1, "first")
    put_session(shelf, 2, "second")
    assert shelf.find(first.upper()[:20]).name.endswith(first)
    assert shelf.find("20261121T0901").name.endswith(first)
    with pytest.raises(SessionNotFoundError, match="could be any of 2"):
        shelf.find(first[:4])
    with pytest.raises(SessionNotFoundError, match="we looked in"):
        shelf.find("zzzz")


def test_a_session_may_be_named_by_its_file(tmp_path: Path, repository: Repository) -> None:
    shelf = Shelf.of(tmp_path / "state", repository.root)
    put_session(shelf, 1, "first")
    folder = shelf.find("last")
    elsewhere = Shelf.of(tmp_path / "other", tmp_path)
    assert elsewhere.find(str(folder / "events.jsonl")) == folder
    assert elsewhere.find(str(folder)) == folder
    with pytest.raises(SessionNotFoundError, match="not a session"):
        elsewhere.find(str(tmp_path / "nowhere.jsonl"))


def test_all_work_trees_of_a_repository_share_their_sessions(
    tmp_path: Path, repository: Repository
) -> None:
    repository.write("a.txt", "a\n")
    commit = repository.commit()
    repository.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    (repository.root / "deep").mkdir()
    main = Shelf.of(tmp_path / "state", repository.root / "deep")
    side = Shelf.of(tmp_path / "state", tmp_path / "side")
    assert main.folder == side.folder
    facts = git_facts(tmp_path / "side")
    assert facts is not None
    assert (facts.branch, facts.head, facts.name) == ("side", commit, "repository")


def test_the_last_session_is_one_of_this_work_tree_or_of_one_that_is_gone(
    tmp_path: Path, repository: Repository
) -> None:
    repository.commit()
    side = tmp_path / "side"
    repository.git("worktree", "add", "--quiet", "-b", "side", str(side))
    main = Shelf.of(tmp_path / "state", repository.root)
    shelf = main.make()
    for minute, workspace in ((1, repository.root), (2, side)):
        folder, session_id = new_session_folder(shelf, f"2026-11-21T09:0{minute}:00.000+00:00")
        told_session(folder, session_id=session_id, text="x", workspace=str(workspace))
    assert summarise(main.find("last")).workspace == str(repository.root)
    assert summarise(Shelf.of(tmp_path / "state", side).find("last")).workspace == str(side)
    side.rename(tmp_path / "elsewhere")
    assert summarise(main.find("last")).workspace == str(side)


@pytest.mark.parametrize(
    "known", [{"place": "/gone", "head": "zz"}, {"place": 5, "head": "a" * 40}, {"head": None}]
)
def test_a_shelf_that_says_nothing_sound_of_its_repository_is_nobodys(
    tmp_path: Path, repository: Repository, known: dict[str, object]
) -> None:
    repository.write("a.txt", "a\n")
    repository.commit()
    repository.git("gc", "--quiet")
    odd = tmp_path / "state" / "sessions" / "odd"
    odd.mkdir(parents=True)
    (odd / "repository.json").write_text(json.dumps(known))
    assert Shelf.of(tmp_path / "state", repository.root).make() != odd


@pytest.mark.parametrize("packed", [False, True])
def test_a_repository_that_has_moved_finds_its_sessions(
    tmp_path: Path, repository: Repository, packed: bool
) -> None:
    repository.write("a.txt", "a\n")
    repository.commit()
    if packed:
        repository.git("gc", "--quiet")
    shelf = Shelf.of(tmp_path / "state", repository.root)
    session = put_session(shelf, 1, "before the move")
    moved = repository.root.rename(tmp_path / "moved")
    after = Shelf.of(tmp_path / "state", moved)
    assert after.find("last").name.endswith(session)
    other = Repository(tmp_path / "other")
    other.root.mkdir()
    other.git("init", "--quiet")
    other.write("b.txt", "b\n")
    other.commit("Unrelated")
    after.make()
    assert Shelf.of(tmp_path / "state", other.root).folder != after.folder
    assert Shelf.of(tmp_path / "state", moved).folder == after.folder


def test_a_plain_folder_has_a_shelf_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    shelf = Shelf.of(tmp_path / "state", tmp_path / "plain")
    session = put_session(shelf, 1, "no git here")
    assert shelf.find("last").name.endswith(session)
    assert not list((tmp_path / "state").glob("*.tmp"))


@pytest.mark.capability("S4.20", part="the list")
def test_a_list_tells_what_was_said_and_how_it_ended(
    tmp_path: Path, repository: Repository
) -> None:
    shelf = Shelf.of(tmp_path / "state", repository.root)
    put_session(shelf, 1, "fix   the\nredirect")
    put_session(shelf, 2, "and now the cookie", ended=False)
    second, first = shelf.summaries()
    assert (first.title, first.status, first.turns) == ("fix the redirect", "closed", 1)
    assert (second.status, second.model, second.last) == ("interrupted", "script:x", NOW)
    log, _ = FileLog.open(second.folder, now=NOW)
    assert summarise(second.folder).status == "running"
    log.close()


ODD = b'{"type":"X","data":{},"turn":"a"}\n{"type":7,"data":{}}\n' + b"[" * 50_000
"""Lines that are JSON, and lines of no session; one that no reader comes to the end of."""


def test_one_broken_session_hides_no_other(tmp_path: Path, repository: Repository) -> None:
    shelf = Shelf.of(tmp_path / "state", repository.root)
    good = put_session(shelf, 1, "good")
    for minute, content in (
        (2, b""),
        (3, b"\xff\xfe garbage\n" * 10_000),
        (4, b'[]\n"x"\n7\n' + ODD),
    ):
        put_session(shelf, minute, "x")
        (shelf.find("last") / "events.jsonl").write_bytes(content)
    (shelf.folder / "20261121T090500-stray").mkdir()
    statuses = [one.status for one in shelf.summaries()]
    assert statuses == ["unreadable", "unreadable", "empty", "closed"]
    assert [one.id for one in shelf.summaries(all_repositories=True)][-1] == good


def test_a_long_log_is_listed_from_its_two_ends(tmp_path: Path, repository: Repository) -> None:
    shelf = Shelf.of(tmp_path / "state", repository.root)
    put_session(shelf, 1, "long")
    path = shelf.find("last") / "events.jsonl"
    head, turn, end = path.read_bytes().split(b"\n")[:3]
    filler = b'{"type":"Notice","data":{"text":"' + b"x" * 1000 + b'"},"turn":7}'
    path.write_bytes(b"\n".join([head, turn, *[filler] * 500, end, b""]))
    [summary] = shelf.summaries()
    assert (summary.title, summary.status, summary.turns) == ("long", "closed", 7)


def test_names_of_sessions_sort_by_time() -> None:
    early, late = new_session_id(1_700_000_000_000, b"\xff" * 10), new_session_id(1_700_000_000_001)
    assert early < late
    assert len(early) == 26


def test_state_lies_where_the_environment_says() -> None:
    assert state_home({"AGENT_HOME": "/a", "XDG_STATE_HOME": "/b"}) == Path("/a")
    assert state_home({"XDG_STATE_HOME": "/b", "HOME": "/h"}) == Path("/b/agent")
    assert state_home({"XDG_STATE_HOME": "relative", "HOME": "/h"}) == Path("/h/.local/state/agent")
    with pytest.raises(NoPlaceError, match="HOME"):
        state_home({"HOME": "not/absolute"})


def test_a_whole_path_needs_no_working_folder(tmp_path: Path) -> None:
    code = (
        "import os, sys; os.chdir(sys.argv[1]); os.rmdir(sys.argv[1])\n"
        "from tui_agent.adapters.places import state_home\n"
        "sys.exit(str(state_home({'AGENT_HOME': '/a'})) != '/a')"
    )
    gone = tmp_path / "gone"
    gone.mkdir()
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-P", "-c", code, str(gone)], check=True, env=environ)


def test_without_a_place_sessions_go_to_a_temporary_one_with_a_notice(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    place = usable_state({"AGENT_HOME": str(blocked / "below")})
    assert place.path.is_dir()
    assert "may be lost" in place.notice
    place.path.rmdir()
