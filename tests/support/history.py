"""What the commits of a real repository changed, read with git's plumbing."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REGULAR = {"100644", "100755"}
NONE = "000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One file of a commit."""

    commit: str
    path: str
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class History:
    """A repository, with or without a work tree, that is only read."""

    folder: Path

    def git(self, *arguments: str, given: bytes = b"") -> bytes:
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, input=given, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def commits(self, count: int) -> list[str]:
        """Return so many commits with one parent, spread over all of the history."""
        found = self.git("rev-list", "--no-merges", "--min-parents=1", "HEAD").decode().split()
        step = max(1, len(found) // count)
        return found[::step][:count]

    def changes(self, commit: str) -> Iterator[Changed]:
        """Give the regular files that a commit changed, made or deleted."""
        raw = self.git("diff-tree", "-r", "-z", "--raw", "--no-renames", f"{commit}^", commit)
        fields = raw.decode("utf-8", "surrogateescape").split("\0")
        for what, path in zip(fields[::2], fields[1::2], strict=False):
            old_mode, new_mode, old, new, _ = what.removeprefix(":").split()
            if {old_mode, new_mode} <= {*REGULAR, NONE} and old != new:
                yield Changed(
                    commit=commit,
                    path=path,
                    before=None if old_mode == NONE else self.git("cat-file", "blob", old),
                    after=None if new_mode == NONE else self.git("cat-file", "blob", new),
                )

    def diff(self, changed: Changed) -> bytes:
        """Return git's own diff of one file."""
        return self.git("diff", f"{changed.commit}^", changed.commit, "--", changed.path)
