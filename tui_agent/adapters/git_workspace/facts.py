"""What is known of a repository without running git: its branch and its commit.

These two are read by hand: importing GitPython takes 85 ms and starts `git version` twice, which a
first request cannot wait for. Trees and blobs, where it pays, are GitPython's (see `snapshots`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LONGEST = 4096
"""Bytes that are read of HEAD, a ref or a `.git` file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitFacts:
    """Branch and commit of a work tree."""

    is_repository: bool
    branch: str | None = None
    """None on a detached HEAD."""
    head: str | None = None
    """The commit's hash; None before the first one."""


def git_facts(root: Path) -> GitFacts:
    """Read them; a work tree of `git worktree` and a submodule have theirs elsewhere."""
    folder = git_folder(root)
    if folder is None:
        return GitFacts(is_repository=False)
    head = _read(folder / "HEAD")
    if not head.startswith("ref: "):
        return GitFacts(is_repository=bool(head), head=head or None)
    ref = head.removeprefix("ref: ")
    return GitFacts(
        is_repository=True,
        branch=ref.removeprefix("refs/heads/"),
        head=_resolve(folder, ref),
    )


def git_folder(root: Path) -> Path | None:
    """Return the folder that holds HEAD and index; None where there is no repository."""
    dot_git = root / ".git"
    if dot_git.is_dir():
        return dot_git
    pointer = _read(dot_git)
    if not pointer.startswith("gitdir: "):
        return None
    folder = root / pointer.removeprefix("gitdir: ")
    return folder if folder.is_dir() else None


def common_folder(folder: Path) -> Path:
    """Return the folder that holds objects and refs, which work trees share."""
    pointer = _read(folder / "commondir")
    return folder / pointer if pointer else folder


def _resolve(folder: Path, ref: str) -> str | None:
    if ".." in ref or not ref.startswith("refs/"):
        return None
    common = common_folder(folder)
    for place in (folder, common):
        loose = _read(place / ref)
        if loose:
            return loose
    try:
        packed = (common / "packed-refs").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    for line in packed.split("\n"):
        sha, _, name = line.partition(" ")
        if name == ref:
            return sha
    return None


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(LONGEST).decode("utf-8", "replace").strip()
    except OSError:
        return ""
