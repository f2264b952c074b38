from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from tests.core.edits.workspace import Memory, after
from tui_agent.core.edits import EditError, apply_envelope, apply_unified
from tui_agent.core.edits.merge import merged
from tui_agent.core.patch import FileChange
from tui_agent.core.text import split_lines

Git = Callable[..., subprocess.CompletedProcess[bytes]]

WORDS = (
    "alpha",
    "beta",
    "gamma",
    "delta",
    "\tindented",
    "form\x0cfeed",
    "lone\rreturn",
    "\u2028",
    "",
)


@pytest.fixture
def git(tmp_path: Path) -> Git:
    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(["git", *arguments], cwd=tmp_path, capture_output=True, check=False)

    return run


def text(dice: random.Random, lines: int, end: str) -> bytes:
    made = "".join(f"{dice.choice(WORDS)} {dice.randrange(40)}{end}" for _ in range(lines))
    return (made if dice.random() < 0.7 else made.removesuffix(end)).encode()


def changed(dice: random.Random, data: bytes, edits: int, end: str = "\n") -> bytes:
    lines = data.split(b"\n")
    for _ in range(edits):
        at = dice.randrange(len(lines))
        fresh = [
            f"fresh {dice.randrange(1000)}{end[:-1]}".encode() for _ in range(dice.randrange(4))
        ]
        lines[at : at + dice.randrange(3)] = fresh
        lines = lines or [b""]
    return b"\n".join(lines).removesuffix(b"\r")


def attempted(
    edit: Callable[[], tuple[FileChange, ...]],
) -> tuple[FileChange, ...] | Literal["ambiguous"]:
    try:
        return edit()
    except EditError as error:
        if error.kind != "ambiguous":
            raise
    return "ambiguous"


@pytest.mark.property
@pytest.mark.parametrize("seed", range(30))
def test_a_diff_made_by_git_leads_to_the_same_bytes_or_is_ambiguous(
    git: Git, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    end = dice.choice(("\n", "\r\n"))
    before = text(dice, dice.randrange(3, 50), end)
    new = changed(dice, before, dice.randrange(1, 6), end)
    (tmp_path / "old").write_bytes(before)
    (tmp_path / "new").write_bytes(new)
    context = f"-U{dice.choice((0, 1, 3))}"
    diff = git("diff", "--no-index", "--text", context, "old", "new").stdout
    if not diff:
        return
    diff = diff.replace(b"b/new", b"b/old")
    done = attempted(lambda: apply_unified(diff.decode(), Memory({"old": before})))
    assert done == "ambiguous" or after(done, "old") == new


@pytest.mark.property
@pytest.mark.parametrize("seed", range(40))
def test_merging_gives_what_git_gives_and_conflicts_where_git_does(
    git: Git, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    base = b"".join(b"line %d\n" % number for number in range(40))
    ours, theirs = changed(dice, base, dice.randrange(4)), changed(dice, base, dice.randrange(4))
    for name, data in (("ours", ours), ("base", base), ("theirs", theirs)):
        (tmp_path / name).write_bytes(data)
    done = git("merge-file", "-p", "ours", "base", "theirs")
    lines = merged(*(split_lines(data.decode()) for data in (base, ours, theirs)))
    if done.returncode:
        assert lines is None
    else:
        assert lines is not None
        assert "".join(lines).encode() == done.stdout


@pytest.mark.property
@pytest.mark.parametrize("seed", range(30))
def test_a_patch_with_context_places_its_chunks_or_refuses_but_never_elsewhere(seed: int) -> None:
    dice = random.Random(seed)
    lines = [dice.choice("abcdef") for _ in range(30)]
    at = dice.randrange(2, 28)
    body = [f" {lines[at - 2]}", f" {lines[at - 1]}", f"-{lines[at]}", "+NEW", f" {lines[at + 1]}"]
    patch = "\n".join(["*** Begin Patch", "*** Update File: a", "@@", *body, "*** End Patch"])
    block = lines[at - 2 : at + 2]
    places = [start for start in range(30) if lines[start : start + 4] == block]
    files = Memory({"a": "".join(f"{line}\n" for line in lines).encode()})
    done = attempted(lambda: apply_envelope(patch, files))
    if len(places) > 1:
        assert done == "ambiguous"
        return
    lines[at] = "NEW"
    assert done != "ambiguous"
    assert after(done, "a") == "".join(f"{line}\n" for line in lines).encode()
