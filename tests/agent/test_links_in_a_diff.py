"""Symbolic links in a diff from outside: made, led elsewhere, moved, taken away, and undone."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.agent.conftest import Script
from tests.agent.invariants import assert_whole, records_of
from tests.agent.scripts import DONE
from tests.support.agent_at_work import AgentAtWork
from tests.support.repository import Repository
from tests.support.workspace import KeptBlobs, picture, workspace_at
from tui_agent.core.blob import Blob
from tui_agent.core.commands import Review, Undo
from tui_agent.core.edits import EditError
from tui_agent.core.events import EditApplied, PlannedWrite, ToolFinished, TurnEnded
from tui_agent.core.patch import HunkDecision
from tui_agent.core.patch.modes import LINK
from tui_agent.core.proposal import Decision

Change = Callable[[Path], object]


def _led_elsewhere(root: Path) -> None:
    (root / "link").unlink()
    (root / "link").symlink_to("folder/b.txt")


def _moved(root: Path) -> None:
    (root / "link").rename(root / "other")


def _becomes_a_file(root: Path) -> None:
    (root / "link").unlink()
    (root / "link").write_text("no link any more\n")


def _file_becomes_a_link(root: Path) -> None:
    (root / "b.txt").unlink()
    (root / "b.txt").symlink_to("a.txt")


CHANGES: dict[str, Change] = {
    "made": lambda root: (root / "folder" / "up").symlink_to("../a.txt"),
    "made, to a folder": lambda root: (root / "way").symlink_to("folder"),
    "made, to nothing yet": lambda root: (root / "later").symlink_to("comes/later"),
    "led elsewhere": _led_elsewhere,
    "taken away": lambda root: (root / "link").unlink(),
    "moved": _moved,
    "a link becomes a file": _becomes_a_file,
    "a file becomes a link": _file_becomes_a_link,
}


@pytest.fixture
def linked(repository: Repository) -> Repository:
    """Return a repository with a link in it."""
    repository.write("a.txt", "one\ntwo\n")
    repository.write("b.txt", "b\n")
    repository.write("folder/b.txt", "inner b\n")
    (repository.root / "link").symlink_to("a.txt")
    repository.commit("old")
    return repository


def diff_of(repository: Repository, change: Change) -> str:
    """Return git's diff of a change, which is then taken back."""
    change(repository.root)
    repository.git("add", "--all")
    made = repository.git("diff", "--cached", "--full-index", "--binary", "--find-renames")
    repository.git("reset", "--quiet", "--hard")
    return made


def by_git(repository: Repository, diff: str, folder: Path) -> dict[str, tuple[int, bytes]]:
    shutil.copytree(repository.root, folder, symlinks=True)
    subprocess.run(["git", "apply", "-"], cwd=folder, input=diff.encode(), check=True)
    return picture(folder)


async def reviewed(work: AgentAtWork, diff: str, decision: Decision) -> None:
    work.send(Review(source="fix.patch", diff=diff, whole=False))
    await work.asked()
    await work.decide(decision)
    await work.ended()


@pytest.mark.parametrize("name", CHANGES)
async def test_a_link_is_reviewed_applied_as_git_does_and_undone(
    name: str, linked: Repository, script: Script, tmp_path: Path
) -> None:
    diff = diff_of(linked, CHANGES[name])
    before, expected = picture(linked.root), by_git(linked, diff, tmp_path / "by git")
    setting = script(DONE)
    async with setting.opened() as work:
        await reviewed(work, diff, Decision(verdict="once"))
        assert picture(linked.root) == expected
        assert expected != before
        work.send(Undo())
        await work.until(lambda _: len(work.events(TurnEnded)) == 2)
        assert len(work.events(EditApplied)) == 2
        assert picture(linked.root) == before
    assert_whole(records_of(setting.folder))


@pytest.mark.parametrize("name", CHANGES)
async def test_a_rejected_link_leaves_everything_as_it_was(
    name: str, linked: Repository, script: Script
) -> None:
    diff = diff_of(linked, CHANGES[name])
    before = picture(linked.root)
    async with script(DONE).opened() as work:
        work.send(Review(source="fix.patch", diff=diff, whole=False))
        _, _, proposal = await work.asked()
        assert proposal.patch is not None
        hunks = tuple(
            HunkDecision(path=file.path, runs=file.run_ids, verdict="reject")
            for file in proposal.patch.files
        )
        await work.decide(Decision(verdict="once", hunks=hunks))
        await work.ended()
        finished = work.last(ToolFinished)
        assert (finished.status, finished.output.error) == ("denied", "rejected")
    assert picture(linked.root) == before


@pytest.mark.parametrize("target", ["/etc/passwd", "../outside", ".git/config", "folder/../../x"])
async def test_a_link_that_leads_out_is_named_and_left_out(
    target: str, linked: Repository, script: Script
) -> None:
    def change(root: Path) -> None:
        (root / "evil").symlink_to(target)
        (root / "good").symlink_to("a.txt")

    diff = diff_of(linked, change)
    async with script(DONE).opened() as work:
        work.send(Review(source="fix.patch", diff=diff, whole=False))
        _, _, proposal = await work.asked()
        assert f"would be a symbolic link out of the workspace, to '{target}'" in str(
            proposal.notes
        )
        await work.decide(Decision(verdict="once"))
        await work.ended()
    assert (linked.root / "good").readlink() == Path("a.txt")
    assert not os.path.lexists(linked.root / "evil")


async def test_a_diff_of_the_file_goes_through_the_link_which_stays(
    linked: Repository, script: Script
) -> None:
    diff = "--- a/link\n+++ b/link\n@@ -1,2 +1,2 @@\n-one\n+ONE\n two\n"
    async with script(DONE).opened() as work:
        await reviewed(work, diff, Decision(verdict="once"))
    assert linked.read("a.txt") == b"ONE\ntwo\n"
    assert (linked.root / "link").readlink() == Path("a.txt")


async def test_a_link_that_changed_meanwhile_is_stale_and_stays(
    linked: Repository, script: Script
) -> None:
    diff = diff_of(linked, _led_elsewhere)
    async with script(DONE).opened() as work:
        work.send(Review(source="fix.patch", diff=diff, whole=False))
        await work.asked()
        (linked.root / "link").unlink()
        (linked.root / "link").symlink_to("b.txt")
        await work.decide(Decision(verdict="once"))
        await work.ended()
        assert work.last(ToolFinished).output.error == "stale"
    assert (linked.root / "link").readlink() == Path("b.txt")


async def test_a_submodule_is_named_with_its_commits(script: Script) -> None:
    old, new = "1" * 40, "2" * 40
    diff = (
        f"diff --git a/sub b/sub\nindex {old}..{new} 160000\n--- a/sub\n+++ b/sub\n"
        f"@@ -1 +1 @@\n-Subproject commit {old}\n+Subproject commit {new}\n"
    )
    async with script(DONE).opened() as work:
        work.send(Review(source="fix.patch", diff=diff, whole=False))
        await work.until(lambda _: work.events(ToolFinished))
        said = work.last(ToolFinished).output.text
        assert "sub: it is a submodule (1111111 → 2222222), which is not reviewed" in str(said)


class TestCommitting:
    """What the workspace itself makes sure of, whoever plans the writes."""

    def _write(self, blobs: KeptBlobs, path: str, target: bytes) -> PlannedWrite:
        return PlannedWrite(path=path, before=None, after=blobs.put(target), mode_after=LINK)

    def test_links_that_lead_out_through_each_other_are_put_back(self, tmp_path: Path) -> None:
        (tmp_path / "deep" / "er").mkdir(parents=True)
        before, blobs = picture(tmp_path), KeptBlobs()
        writes = [
            self._write(blobs, "deep/er/a", b"b/../../x"),
            self._write(blobs, "deep/er/b", b"../.."),
        ]
        with pytest.raises(EditError) as refused:
            workspace_at(tmp_path, blobs).commit(writes, blobs.get)
        assert refused.value.kind == "outside-workspace"
        assert picture(tmp_path) == before

    @pytest.mark.parametrize("applied", [False, True])
    @pytest.mark.parametrize("to_link", [False, True])
    def test_a_cut_change_of_kind_is_told_apart_though_the_bytes_are_the_same(
        self, tmp_path: Path, *, applied: bool, to_link: bool
    ) -> None:
        blobs = KeptBlobs()
        same: Blob = blobs.put(b"elsewhere")
        mode = LINK if to_link else 0o644
        write = PlannedWrite(
            path="a", before=same, after=same, mode_after=mode, link_before=not to_link
        )
        if applied == to_link:
            (tmp_path / "a").symlink_to("elsewhere")
        else:
            (tmp_path / "a").write_bytes(b"elsewhere")
            (tmp_path / "a").chmod(0o644)
        recovered = workspace_at(tmp_path, blobs).recover([write], blobs.get)
        assert recovered == ("applied" if applied else "unchanged")
