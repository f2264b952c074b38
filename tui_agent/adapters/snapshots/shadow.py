"""The shadow repository: bare, beside the sessions, borrowing the objects of the user's own.

What the user's repository configures (filters, hooks, line ends, watchers) does not act here: the
shadow has a configuration of its own, no hook, and attributes that turn every conversion off. Only
the ignore rules of the work tree are heeded. What a tree borrows is copied at the turn's end
(`keeping`), since the user's repository may throw it away.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tui_agent.adapters.git_facts import GitFacts, git_facts
from tui_agent.adapters.plain_file import plain_text

EXCLUDED = (
    "__pycache__/",
    "*.py[cod]",
    ".pytest_cache/",
    ".mypy_cache/",
    ".ruff_cache/",
    ".hypothesis/",
    ".tox/",
    ".nox/",
    ".venv/",
    "venv/",
    "node_modules/",
    "target/debug/",
    "target/release/",
    ".gradle/",
    ".DS_Store",
)
"""Never in a tree: made by tools from what is, and large."""

CONFIG = """\
[core]
\trepositoryformatversion = 0
\tbare = true
\tfileMode = true
\tautocrlf = false
\tsafecrlf = false
\tfsmonitor = false
\tuntrackedCache = true
\thooksPath = /dev/null
\tquotePath = false
[gc]
\tauto = 0
[index]
\tthreads = true
"""

AS_IT_IS = "* -text -ident !filter !working-tree-encoding !eol"
"""Highest in rank: bytes go in as they are."""
ATTRIBUTES = f"{AS_IT_IS} -diff\n"
"""And no driver of the work tree's attributes runs."""


PLACE = "place"
"""Names the repository that a shadow belongs to, and a commit of it, to know it by once moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """Where the trees of one workspace are kept, and how git is called for it."""

    git_dir: Path
    root: Path
    index: Path

    @classmethod
    def of(cls, state: Path, root: Path) -> Shadow:
        """Name the shadow of a workspace; makes nothing."""
        facts = git_facts(root)
        place = str(facts.common_dir if facts is not None else root.resolve())
        name = hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        own = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:16]
        git_dir = state / "repos" / f"{name}.git"
        if facts is not None and not git_dir.exists():
            git_dir = _from_before_a_move(state / "repos", facts) or git_dir
        return cls(git_dir=git_dir, root=root, index=git_dir / f"index-{own}")

    def prepare(self) -> None:
        """Make the repository where it is missing, and take over the user's own excludes.

        Raises OSError where it cannot be written.
        """
        for part in ("objects/info", "objects/pack", "refs", "info"):
            (self.git_dir / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self.git_dir / "HEAD", "ref: refs/heads/none\n")
        _write(self.git_dir / "config", CONFIG)
        _write(self.git_dir / "info" / "attributes", ATTRIBUTES)
        facts = git_facts(self.root)
        own = ""
        if facts is not None:
            _write(self.git_dir / PLACE, f"{facts.common_dir}\n{facts.head or ''}\n")
            objects = facts.common_dir / "objects"
            _write(self.git_dir / "objects" / "info" / "alternates", f"{objects}\n")
            own = _read(facts.common_dir / "info" / "exclude")
        excludes = "".join(f"{line}\n" for line in EXCLUDED) + own
        _write(self.git_dir / "info" / "exclude", excludes)

    @property
    def borrows(self) -> bool:
        """Whether there are objects of the user's repository to borrow."""
        return (self.git_dir / "objects" / "info" / "alternates").exists()

    def users_index(self) -> Path | None:
        """Return the index of the user's own work tree, which is only read."""
        facts = git_facts(self.root)
        index = facts.git_dir / "index" if facts is not None else None
        return index if index is not None and index.exists() else None

    def environ(self, path: str) -> Mapping[str, str]:
        """Return the exact environment of a git process: nothing of the user's configuration."""
        return {
            "PATH": path,
            "HOME": str(self.git_dir),
            "LC_ALL": "C",
            "GIT_DIR": str(self.git_dir),
            "GIT_WORK_TREE": str(self.root),
            "GIT_INDEX_FILE": str(self.index),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "1",
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
        }


def _from_before_a_move(shadows: Path, facts: GitFacts) -> Path | None:
    """Return the shadow of a repository that is gone from its place, and whose commit is here."""
    for shadow in sorted(shadows.glob("*.git")):
        place, _, head = _read(shadow / PLACE).strip().partition("\n")
        if place == str(facts.common_dir):
            return shadow
        if place and head and not Path(place).exists() and facts.has_commit(head):
            return shadow
    return None


def _write(path: Path, text: str) -> None:
    """Write a small file if it does not say that already."""
    if _read(path) != text:
        path.write_text(text, encoding="utf-8", errors="surrogateescape")


def _read(path: Path) -> str:
    try:
        return plain_text(path, errors="surrogateescape")
    except OSError:
        return ""
