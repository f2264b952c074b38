"""Snapshots: exact bytes, in a place of their own, without a trace in the user's repository."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import time
from pathlib import Path

import pytest

from tests.support.repository import Repository, make_repository
from tui_agent.adapters.runner.git_rooms import GitRooms
from tui_agent.adapters.runner.sandboxed import Choosing
from tui_agent.adapters.snapshots.bases import RecordedBases
from tui_agent.adapters.snapshots.git_snapshots import LARGEST_UNTRACKED, GitSnapshots
from tui_agent.adapters.snapshots.shadow import Shadow
from tui_agent.adapters.snapshots.there_before import Look


def snapshots_of(root: Path, state: Path) -> GitSnapshots:
    return GitSnapshots(
        state, root, secret=lambda path: path.endswith(".env"), path=os.environ["PATH"]
    )


@pytest.fixture
def snapshots(repository: Repository, tmp_path: Path) -> GitSnapshots:
    return snapshots_of(repository.root, tmp_path / "state")


def in_shadow(repository: Repository, state: Path, *arguments: str) -> str:
    shadow = next((state / "repos").glob("*.git"))
    return repository.git(f"--git-dir={shadow}", *arguments)


def names_in(repository: Repository, tree: str, state: Path) -> set[str]:
    return set(in_shadow(repository, state, "ls-tree", "-r", "--name-only", tree).split("\n"))


def digest_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


async def test_equal_contents_give_equal_trees_and_a_change_gives_another(
    repository: Repository, snapshots: GitSnapshots
) -> None:
    repository.write("a.py", "one\n")
    first = await snapshots.take()
    assert (await snapshots.take()).tree == first.tree
    repository.write("a.py", "two\n")
    second = await snapshots.take(["a.py"])
    assert second.tree != first.tree
    assert await snapshots.changed(first.tree, second.tree) == ("a.py",)
    assert "-one\n+two\n" in await snapshots.diff(first.tree, second.tree)
    repository.write("a.py", "one\n")
    assert (await snapshots.take()).tree == first.tree


async def test_the_users_repository_is_byte_for_byte_as_it_was(
    repository: Repository, snapshots: GitSnapshots
) -> None:
    repository.write("staged.py", "staged\n")
    repository.git("add", "staged.py")
    repository.write("staged.py", "and changed since\n")
    repository.write("new.py", "untracked\n")
    before = digest_of(repository.root / ".git")
    await snapshots.take()
    repository.write("new.py", "again\n")
    await snapshots.take(["new.py"])
    assert digest_of(repository.root / ".git") == before


@pytest.mark.parametrize("data", [b"a\r\nb\nc\r", b"\xff\xfe\x00", b"$Id$\n", b""])
async def test_bytes_go_in_as_they_are_whatever_the_attributes_say(
    repository: Repository, snapshots: GitSnapshots, data: bytes, tmp_path: Path
) -> None:
    repository.write(".gitattributes", "* text=auto eol=lf ident filter=evil\n")
    repository.git("config", "filter.evil.clean", f"touch {tmp_path}/ran; cat")
    repository.git("config", "core.fsmonitor", f"touch {tmp_path}/ran")
    repository.git("config", "core.autocrlf", "true")
    repository.write("odd.bin", data)
    taken = await snapshots.take()
    listed = in_shadow(repository, tmp_path / "state", "ls-tree", taken.tree, "odd.bin")
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    assert listed.split()[2] == blob
    assert not (tmp_path / "ran").exists()


async def test_what_is_ignored_secret_or_too_large_is_left_out_and_said(
    repository: Repository, snapshots: GitSnapshots, tmp_path: Path
) -> None:
    repository.write(".gitignore", "build/\n")
    repository.write("build/out.o", "x")
    repository.write("pkg/__pycache__/m.pyc", "x")
    repository.write("local.env", "KEY=1")
    repository.write("big.dat", b"x" * (LARGEST_UNTRACKED + 1))
    repository.write("kept.py", "x\n")
    taken = await snapshots.take()
    found = names_in(repository, taken.tree, tmp_path / "state")
    assert "kept.py" in found
    assert not found & {"build/out.o", "pkg/__pycache__/m.pyc", "local.env", "big.dat"}
    assert set(taken.left_out) == {
        "local.env: may hold a secret",
        "big.dat: larger than 5 MiB",
    }


async def test_a_submodule_is_left_out_unless_a_commit_is_checked_out_there(
    repository: Repository, tmp_path: Path
) -> None:
    inner = make_repository(repository.root / "inner")
    commit = inner.commit()
    repository.write("a.py", "x\n")
    repository.commit()
    shutil.rmtree(inner.root / ".git")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},empty")
    (repository.root / "empty").mkdir()
    taken = await snapshots_of(repository.root, tmp_path / "state").take()
    assert names_in(repository, taken.tree, tmp_path / "state") == {"a.py", ""}
    assert set(taken.left_out) == {
        "empty: a repository of its own",
        "inner: a repository of its own",
    }
    make_repository(inner.root)
    inner.commit()
    taken = await snapshots_of(repository.root, tmp_path / "other").take()
    assert names_in(repository, taken.tree, tmp_path / "other") == {"a.py", "inner", ""}


async def test_what_was_there_unrecorded_is_told_from_what_is_new(
    repository: Repository, snapshots: GitSnapshots
) -> None:
    repository.write(".gitignore", "old.txt\n")
    repository.write("old.txt", "x\n")
    await asyncio.sleep(0.05)  # More than a tick of the kernel's clock.
    await snapshots.take()
    (repository.root / ".gitignore").unlink()
    repository.write("new.txt", "x\n")
    taken = await snapshots.take()
    assert taken.came_in == ("old.txt",)
    assert (await snapshots.take()).came_in == ()


def test_where_the_clock_was_set_back_nothing_new_is_taken_for_old(repository: Repository) -> None:
    repository.write("new.txt", "x\n")
    ahead = Look(wall_ns=time.time_ns() + 3600 * 10**9)
    assert ahead.older(repository.root, ["new.txt", "missing"]) == ()


async def test_a_file_that_is_tracked_though_ignored_is_in_the_tree(
    repository: Repository, snapshots: GitSnapshots, tmp_path: Path
) -> None:
    repository.write(".gitignore", "*.lock\n")
    repository.write("poetry.lock", "x\n")
    repository.git("add", "-f", "poetry.lock", ".gitignore")
    taken = await snapshots.take()
    assert "poetry.lock" in names_in(repository, taken.tree, tmp_path / "state")


async def test_a_tracked_file_is_taken_whatever_its_size(
    repository: Repository, tmp_path: Path
) -> None:
    repository.write("tracked.bin", b"x" * (LARGEST_UNTRACKED + 1))
    repository.commit()
    repository.write("untracked.bin", b"x" * (LARGEST_UNTRACKED + 1))
    taken = await snapshots_of(repository.root, tmp_path / "state").take()
    assert taken.left_out == ("untracked.bin: larger than 5 MiB",)
    assert "tracked.bin" in names_in(repository, taken.tree, tmp_path / "state")


async def test_a_removed_file_and_an_odd_name_are_recorded(
    repository: Repository, snapshots: GitSnapshots
) -> None:
    odd = 'quo"te and\ttab *.py'
    repository.write(odd, "x\n")
    repository.write("gone.py", "x\n")
    first = await snapshots.take()
    (repository.root / "gone.py").unlink()
    second = await snapshots.take(["gone.py"])
    assert await snapshots.changed(first.tree, second.tree) == ("gone.py",)
    (repository.root / odd).unlink()
    third = await snapshots.take()
    assert await snapshots.changed(second.tree, third.tree) == (odd,)


async def test_a_folder_without_git_is_recorded_as_well(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "a.txt").write_text("one\n")
    snapshots = snapshots_of(folder, tmp_path / "state")
    first = await snapshots.take()
    (folder / "a.txt").write_text("two\n")
    second = await snapshots.take()
    assert await snapshots.changed(first.tree, second.tree) == ("a.txt",)
    assert not (folder / ".git").exists()


async def test_another_process_goes_on_from_the_last_tree(
    repository: Repository, tmp_path: Path
) -> None:
    repository.write("a.py", "one\n")
    first = await snapshots_of(repository.root, tmp_path / "state").take()
    again = await snapshots_of(repository.root, tmp_path / "state").take()
    assert again.tree == first.tree


async def test_where_nothing_can_be_kept_the_reason_is_named(
    repository: Repository, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="state"):
        await snapshots_of(repository.root, tmp_path / "state").take()


async def test_a_lock_left_by_a_killed_git_is_taken_away(
    repository: Repository, snapshots: GitSnapshots, tmp_path: Path
) -> None:
    repository.write("a.py", "one\n")
    await snapshots.take()
    index = next(path for path in (tmp_path / "state").rglob("index-*") if not path.suffix)
    shutil.copy(index, f"{index}.lock")
    repository.write("a.py", "two\n")
    assert (await snapshots.take()).tree


async def test_a_tree_outlives_what_the_users_repository_throws_away(
    repository: Repository, snapshots: GitSnapshots, tmp_path: Path
) -> None:
    repository.write("old.py", "committed, then amended away\n")
    repository.commit()
    repository.write("staged.py", "staged, then unstaged\n")
    repository.git("add", "staged.py")
    taken = await snapshots.take()
    await snapshots.keep()
    repository.git("rm", "--quiet", "--cached", "staged.py")
    repository.write("old.py", "another\n")
    repository.git("add", "old.py")
    repository.git("commit", "--quiet", "--amend", "--message", "another past")
    repository.git("reflog", "expire", "--expire=now", "--all")
    repository.git("gc", "--quiet", "--prune=now")
    state = tmp_path / "state"
    assert in_shadow(repository, state, "show", f"{taken.tree}:old.py").startswith("committed")
    assert in_shadow(repository, state, "show", f"{taken.tree}:staged.py").startswith("staged")
    in_shadow(repository, state, "fsck", "--connectivity-only")
    [shadow] = (state / "repos").glob("*.git")
    assert not (shadow / "to-keep").exists()
    packs = sorted((shadow / "objects" / "pack").glob("*.pack"))
    await snapshots.keep()
    again = await snapshots_of(repository.root, state).take()
    assert sorted((shadow / "objects" / "pack").glob("*.pack")) == packs
    assert again.tree != taken.tree


async def test_what_a_killed_process_did_not_keep_the_next_one_keeps(
    repository: Repository, tmp_path: Path
) -> None:
    repository.write("a.py", "once\n")
    repository.commit()
    taken = await snapshots_of(repository.root, tmp_path / "state").take()
    other = snapshots_of(repository.root, tmp_path / "state")
    repository.write("b.py", "more\n")
    await other.take()
    await other.keep()
    shutil.rmtree(repository.root / ".git")
    repository.git("init", "--quiet")
    shown = in_shadow(repository, tmp_path / "state", "show", f"{taken.tree}:a.py")
    assert shown == "once\n"


async def test_what_a_file_held_at_the_last_look_is_told_in_a_room(
    repository: Repository, snapshots: GitSnapshots, tmp_path: Path
) -> None:
    repository.write("sub/a.txt", "then\n")
    await snapshots.take()
    repository.write("sub/a.txt", "now\n")
    shadow = Shadow.of(tmp_path / "state", repository.root)
    bases = RecordedBases(shadow, GitRooms(Choosing(), repository.root, dict(os.environ)))
    try:
        assert bases.of("sub/a.txt") == b"then\n"
        assert bases.of("sub/b.txt") is None
    finally:
        await bases.close()
