"""What a git repository says of itself without a process being started: folders, HEAD, branch."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from tui_agent.adapters.plain_file import plain_text

_SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_LINKS = 5
"""How many symbolic references are followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitFacts:
    """A work tree and the repository it belongs to."""

    root: Path
    """Top of the work tree."""
    git_dir: Path
    """Of this work tree alone: its HEAD and index."""
    common_dir: Path
    """Of the repository, shared by all its work trees."""
    head: str | None
    """The commit that HEAD stands at; None before the first."""
    branch: str | None
    """None when HEAD is detached."""

    @property
    def name(self) -> str:
        """What people call the repository: the folder of its main work tree, or of a bare one."""
        common = self.common_dir
        return common.parent.name if common.name == ".git" else common.name.removesuffix(".git")

    def has_commit(self, sha: str) -> bool:
        """Return whether a commit is among the loose or packed objects, by its name alone."""
        loose = self.common_dir / "objects" / sha[:2] / sha[2:]
        return loose.exists() or any(
            _index_has(index, bytes.fromhex(sha))
            for index in (self.common_dir / "objects" / "pack").glob("*.idx")
        )


def git_facts(folder: Path) -> GitFacts | None:
    """Return the repository that `folder` lies in; None where there is none that can be read."""
    start = folder.resolve()
    for root in (start, *start.parents):
        found = _git_dir(root / ".git")
        if found is None:
            continue
        common = _common_dir(found)
        if common is None or not _is_repository(common) or _is_anothers(root, found, common):
            continue
        branch, head = _head(found, common)
        return GitFacts(root=root, git_dir=found, common_dir=common, head=head, branch=branch)
    return None


def _git_dir(entry: Path) -> Path | None:
    """Return the folder behind a `.git`: itself, or what its `gitdir:` line names."""
    if entry.is_dir():
        return entry if (entry / "HEAD").exists() else None
    line = _first_line(entry)
    if not line.startswith("gitdir:"):
        return None
    path = _resolved(entry.parent / line.removeprefix("gitdir:").strip())
    return path if path is not None and (path / "HEAD").exists() else None


def _common_dir(git_dir: Path) -> Path | None:
    return _resolved(git_dir / _first_line(git_dir / "commondir"))


def _resolved(path: Path) -> Path | None:
    """Return a folder that a file names, without its links; None where nothing can lie there.

    The name may be too long, hold a NUL, or lead round in a circle.
    """
    try:
        found = Path(os.path.realpath(path))
        found.stat()
    except (OSError, ValueError):
        return None
    return found


def _is_anothers(root: Path, git_dir: Path, common: Path) -> bool:
    """Return whether what is named is plainly the repository of another work tree.

    A `.git` beside another tree is that tree's, and a folder of our own shares no other's.
    """
    git_dir = git_dir.resolve()
    if git_dir.is_relative_to(root):
        return not common.is_relative_to(root)
    return git_dir.name == ".git" and git_dir.parent != root


def _is_repository(common: Path) -> bool:
    """Return whether git would take a folder for one: a file of the project's may name any folder.

    What is named here is shown to sandboxes.
    """
    return (common / "objects").is_dir() and (common / "refs").is_dir()


def _head(git_dir: Path, common: Path) -> tuple[str | None, str | None]:
    """Return branch and commit of HEAD."""
    line = _first_line(git_dir / "HEAD")
    branch = line.removeprefix("ref: refs/heads/") if line.startswith("ref: refs/heads/") else None
    for _ in range(_LINKS):
        if not line.startswith("ref: "):
            break
        name = line.removeprefix("ref: ")
        line = (
            _first_line(git_dir / name)
            or _first_line(common / name)
            or _packed(common / "packed-refs", name)
        )
    return branch, line if _SHA.fullmatch(line) else None


def _packed(path: Path, name: str) -> str:
    try:
        lines = plain_text(path).split("\n")
    except OSError:
        return ""
    return next((line.split(" ")[0] for line in lines if line.endswith(f" {name}")), "")


def _first_line(path: Path) -> str:
    try:
        return plain_text(path, 4096).partition("\n")[0].strip()
    except OSError:
        return ""


def _index_has(index: Path, sha: bytes) -> bool:
    """Return whether a pack's index (version 2) names an object: one look at its sorted table."""
    try:
        with index.open("rb") as file:
            head = file.read(8 + 256 * 4)
            if head[:8] != b"\xfftOc\x00\x00\x00\x02":
                return False
            low = int.from_bytes(head[8 + 4 * (sha[0] - 1) :][:4], "big") if sha[0] else 0
            high = int.from_bytes(head[8 + 4 * sha[0] :][:4], "big")
            file.seek(8 + 256 * 4 + low * len(sha))
            names = file.read((high - low) * len(sha))
    except OSError:
        return False
    return any(names[at : at + len(sha)] == sha for at in range(0, len(names), len(sha)))
