from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.core.patch.making import AWKWARD_LINES, decision, view_of, view_of_change
from tui_agent.core.patch import FileChange, FileView, HunkDecision, resolve, unified

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    def run(*arguments: str, text: bytes = b"") -> str:
        done = subprocess.run(
            ["git", "-c", "core.autocrlf=false", "-c", "apply.whitespace=nowarn", *arguments],
            cwd=tmp_path,
            input=text,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode() + text.decode()
        return done.stdout.decode()

    return run


def awkward_text(dice: random.Random) -> bytes:
    lines = [
        dice.choice(AWKWARD_LINES).encode() + dice.choice((b"\n", b"\n", b"\r\n"))
        for _ in range(dice.randrange(40))
    ]
    text = b"".join(lines)
    return text.removesuffix(b"\n") if dice.random() < 0.3 else text


def changed(dice: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    for _ in range(dice.randrange(1, 8)):
        at = dice.randrange(len(lines))
        fresh = [dice.choice(AWKWARD_LINES).encode() for _ in range(dice.randrange(3))]
        lines[at : at + dice.randrange(3)] = fresh
        lines = lines or [b""]
    return b"\n".join(lines)


def subset(dice: random.Random, view: FileView) -> tuple[HunkDecision, ...]:
    return tuple(
        decision(view, hunk.run_ids, dice.choice(("accept", "reject"))) for hunk in view.hunks()
    )


@pytest.mark.property
@pytest.mark.parametrize("seed", range(40))
def test_git_applies_any_subset_of_hunks_to_the_same_bytes(
    git: Git, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    before = awkward_text(dice)
    view = view_of(before, changed(dice, before))
    decisions = subset(dice, view)
    ours = resolve(view, decisions).content
    (tmp_path / "a.txt").write_bytes(before)
    text = unified(view, decisions)
    if text:
        git("apply", "--unidiff-zero", text=text.encode())
    assert (tmp_path / "a.txt").read_bytes() == ours


def patched_history(git: Git, tmp_path: Path, dice: random.Random) -> list[bytes]:
    """Commit versions of one file, each changed from the last, and give their bytes."""
    git("init", "-q")
    versions = [awkward_text(dice) or b"a\n"]
    for _ in range(6):
        versions.append(changed(dice, versions[-1]))
    for version in versions:
        (tmp_path / "a.txt").write_bytes(version)
        git("add", "a.txt")
        git("commit", "-q", "--allow-empty", "-m", "version")
    return versions


def test_our_diffs_of_a_history_lead_git_from_each_commit_to_the_next(
    git: Git, tmp_path: Path
) -> None:
    dice = random.Random(8)
    versions = patched_history(git, tmp_path, dice)
    for number, (before, after) in enumerate(pairwise(versions)):
        git("checkout", "-q", f"HEAD~{len(versions) - 1 - number}", "--", "a.txt")
        text = unified(view_of(before, after))
        if text:
            git("apply", text=text.encode())
        assert (tmp_path / "a.txt").read_bytes() == after
        git("reset", "-q", "--hard")


def test_our_diffs_are_as_short_as_those_of_git(tmp_path: Path) -> None:
    dice = random.Random(3)
    before = b"".join(b"line %d\n" % dice.randrange(30) for _ in range(400))
    after = changed(dice, changed(dice, before))
    (tmp_path / "a.txt").write_bytes(before)
    (tmp_path / "b.txt").write_bytes(after)
    done = subprocess.run(
        ["git", "diff", "--no-index", "--minimal", "--numstat", "a.txt", "b.txt"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    plus, minus = map(int, done.stdout.split()[:2])
    patch = view_of(before, after).patch
    assert (patch.plus, patch.minus) == (plus, minus)


def test_git_creates_deletes_renames_and_sets_modes_from_our_diffs(
    git: Git, tmp_path: Path
) -> None:
    git("init", "-q")
    for name in ("old.sh", "gone", "run.sh", "empty gone"):
        (tmp_path / name).write_bytes(b"" if " " in name else b"one\ntwo\nthree\nfour\n")
    git("add", ".")
    git("commit", "-q", "-m", "files")
    changes = [
        FileChange(path="new ä", before=None, after=b"x\ny"),
        FileChange(path="empty", before=None, after=b"", new_mode=0o755),
        FileChange(path="gone", before=b"one\ntwo\nthree\nfour\n", after=None, old_mode=0o644),
        FileChange(path="empty gone", before=b"", after=None, old_mode=0o644),
        FileChange(
            path="old.sh",
            new_path="sub/new.sh",
            before=b"one\ntwo\nthree\nfour\n",
            after=b"one\nTWO\nthree\nfour\n",
            old_mode=0o644,
            new_mode=0o755,
        ),
        FileChange(
            path="run.sh",
            before=b"one\ntwo\nthree\nfour\n",
            after=b"one\ntwo\nthree\nfour\n",
            old_mode=0o644,
            new_mode=0o755,
        ),
    ]
    text = "".join(unified(view_of_change(change)) for change in changes)
    git("apply", text=text.encode())
    assert (tmp_path / "new ä").read_bytes() == b"x\ny"
    assert (tmp_path / "empty").stat().st_mode & 0o100
    assert not (tmp_path / "gone").exists()
    assert not (tmp_path / "empty gone").exists()
    assert (tmp_path / "sub/new.sh").read_bytes() == b"one\nTWO\nthree\nfour\n"
    assert (tmp_path / "run.sh").stat().st_mode & 0o100


def test_a_proposal_of_which_nothing_was_accepted_is_an_empty_diff() -> None:
    view = view_of(b"a\n", b"b\n")
    assert unified(view, (decision(view, view.patch.run_ids, "reject"),)) == ""
