"""Git's own diffs are made with nothing of the repository's configuration acting."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.repository import Repository
from tui_agent.adapters.foreign_diff import read_diff
from tui_agent.adapters.git_diff import GitDiffError, is_range, range_diff, staged_diff
from tui_agent.adapters.runner.git_rooms import GitRooms
from tui_agent.adapters.runner.sandboxed import Choosing


@pytest.fixture
async def rooms(repository: Repository) -> AsyncIterator[GitRooms]:
    """Give the best rooms that this machine has."""
    made = GitRooms(Choosing(), repository.root, dict(os.environ))
    yield made
    await made.close()


@pytest.fixture
def branches(repository: Repository) -> Repository:
    """A topic that has one commit, and a main that has gone on; main is checked out."""
    repository.write("a.txt", "one\ntwo\nthree\n")
    repository.write("b.txt", "b\n")
    repository.commit("base")
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.write("a.txt", "one\nTWO\nthree\n")
    repository.commit("topic")
    repository.git("checkout", "--quiet", "main")
    repository.write("b.txt", "bb\n")
    repository.commit("main goes on")
    return repository


def names(diff: bytes) -> list[str]:
    return [one.name for one in read_diff(diff)] if diff else []


async def test_two_dots_compare_and_three_begin_where_they_parted(
    branches: Repository, rooms: GitRooms
) -> None:
    assert names(await range_diff(branches.root, "main..topic", rooms)) == ["a.txt", "b.txt"]
    assert names(await range_diff(branches.root, "main...topic", rooms)) == ["a.txt"]
    assert names(await range_diff(branches.root, "..topic", rooms)) == ["a.txt", "b.txt"]
    assert names(await range_diff(branches.root, "HEAD~1..", rooms)) == ["b.txt"]
    assert await range_diff(branches.root, "main..HEAD", rooms) == b""


async def test_the_index_is_compared_with_the_last_commit_or_with_nothing(
    repository: Repository, rooms: GitRooms
) -> None:
    repository.write("new.txt", "new\n")
    repository.git("add", "--all")
    assert names(await staged_diff(repository.root, rooms)) == ["new.txt"]
    repository.commit("first")
    repository.write("new.txt", "staged\n")
    repository.git("add", "--all")
    repository.write("new.txt", "not staged\n")
    diff = await staged_diff(repository.root, rooms)
    assert b"+staged" in diff
    assert b"not staged" not in diff


@pytest.mark.parametrize("text", ["main..nowhere", "--output=x..main", "main...nowhere", ".."])
async def test_what_names_no_revision_is_said(
    branches: Repository, rooms: GitRooms, text: str
) -> None:
    if text == "..":
        assert await range_diff(branches.root, text, rooms) == b""
        return
    with pytest.raises(GitDiffError, match="there is no revision"):
        await range_diff(branches.root, text, rooms)
    assert not (branches.root / "x..main").exists()


async def test_outside_of_a_repository_it_is_said(tmp_path: Path, rooms: GitRooms) -> None:
    folder = tmp_path / "bare"
    folder.mkdir()
    with pytest.raises(GitDiffError, match="no git repository"):
        await staged_diff(folder, rooms)


def test_a_range_is_told_from_a_path() -> None:
    assert [is_range(text) for text in ("a..b", "..b", "HEAD~2...", "v1.0..v2.0")] == [True] * 4
    assert [is_range(text) for text in ("../fix.patch", "./a..b", "fix.patch", "/a/..")] == [
        False
    ] * 4


@pytest.mark.case(69)
async def test_no_program_that_the_repository_names_is_started_even_without_a_room(
    branches: Repository, tmp_path: Path
) -> None:
    mark = tmp_path / "it-ran"
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\ntouch {mark}\ncat "$1" 2>/dev/null\n')
    program.chmod(0o755)
    for key in (
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "filter.evil.clean",
        "filter.evil.smudge",
        "alias.diff-tree",
    ):
        branches.git("config", key, str(program))
    branches.git("config", "diff.noprefix", "true")
    branches.git("config", "color.ui", "always")
    branches.git("config", "diff.orderFile", str(program))
    (branches.root / ".git" / "info" / "attributes").write_text("* diff=evil filter=evil\n")
    environ = {**os.environ, "GIT_EXTERNAL_DIFF": str(program), "GIT_DIR": "/nowhere"}
    rooms = GitRooms(Choosing(tiers=()), branches.root, environ)
    diff = await range_diff(branches.root, "main..topic", rooms)
    assert names(diff) == ["a.txt", "b.txt"]
    assert diff.startswith(b"diff --git a/a.txt b/a.txt\n")
    assert await staged_diff(branches.root, rooms) == b""
    await rooms.close()
    assert not mark.exists()
