"""Which files of a repository make git run something later: they are kept from commands.

Hooks and configuration, of the repository itself, of its linked work trees and of its submodules.
Found without starting git, and without believing what the files say beyond where they lie.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tui_agent.adapters.git_facts import GitFacts, git_facts
from tui_agent.adapters.plain_file import plain_text

MOST_MODULES = 200
_NAMES = ("config", "config.worktree", "hooks", "commondir", "gitdir")


@dataclass(frozen=True, slots=True, kw_only=True)
class GitParts:
    """What a sandbox does with a workspace's repository."""

    writable: tuple[str, ...] = ()
    """Folders that git writes in; each becomes a mount of its own, so that none can be moved."""
    readable: tuple[str, ...] = ()
    """Folders that git reads in, but that this workspace has no right to change."""
    fixed: tuple[str, ...] = ()
    """Files and folders within the writable ones that only are to be read."""
    exposed: tuple[str, ...] = ()
    """What no mount can hold, because it is a link or is not there."""


def git_parts(root: Path) -> GitParts:
    """Look at the repository of a workspace; nothing where there is none."""
    facts = git_facts(root)
    if facts is None:
        return GitParts()
    folders = _outermost(os.path.realpath(one) for one in (facts.common_dir, facts.git_dir))
    if not facts.root.samefile(root) or not _belongs(facts):
        return GitParts(readable=folders)
    dot = root / ".git"
    fixed = [str(dot)] if dot.is_file() and not dot.is_symlink() else []
    exposed = [str(dot)] if dot.is_symlink() else []
    for place in _places(folders):
        if place.is_symlink() or not place.exists():
            exposed.append(str(place))
        else:
            fixed.append(str(place))
    return GitParts(writable=folders, fixed=tuple(fixed), exposed=tuple(exposed))


def _belongs(facts: GitFacts) -> bool:
    """Return whether the repository knows this work tree, too: a `.git` file alone proves nothing.

    A linked work tree is named by a file of the repository, a submodule's by its configuration.
    """
    git_dir, common = (Path(os.path.realpath(one)) for one in (facts.git_dir, facts.common_dir))
    root = os.path.realpath(facts.root)
    if git_dir.is_relative_to(root):
        return common.is_relative_to(root)
    named = _text(git_dir / "gitdir").strip()
    if named:
        ours = git_dir.is_relative_to(common)
        return ours and os.path.realpath(git_dir / named) == os.path.realpath(facts.root / ".git")
    if common != git_dir:
        return False
    found = re.search(r"(?m)^\s*worktree\s*=\s*(.+?)\s*$", _text(git_dir / "config"))
    return found is not None and os.path.realpath(git_dir / found[1]) == os.path.realpath(
        facts.root
    )


def _outermost(folders: Iterable[str]) -> tuple[str, ...]:
    found = list(dict.fromkeys(folders))
    return tuple(one for one in found if not any(one.startswith(f"{other}/") for other in found))


def _places(folders: Iterable[str]) -> Iterator[Path]:
    """Yield what must not change, and of a repository itself what must not come to be, either."""
    for folder in map(Path, folders):
        for name in ("config", "hooks", "config.worktree", "commondir"):
            yield folder / name
        yield from _nested(folder)


def _nested(folder: Path) -> Iterator[Path]:
    """Yield what lies in the folders of linked work trees and submodules."""
    count = 0
    for above in ("worktrees", "modules"):
        for place, names, files in os.walk(folder / above):
            count += 1
            if count > MOST_MODULES:
                return
            yield from (Path(place) / name for name in (*names, *files) if name in _NAMES)
            names[:] = [name for name in names if name not in {"objects", "refs", "logs", "hooks"}]


def _text(path: Path) -> str:
    try:
        return plain_text(path, 1 << 16, "surrogateescape")
    except OSError:
        return ""
