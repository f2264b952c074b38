"""Reads recorded trees afterwards: what changed from one to another, file by file.

GitPython compares the trees and unidiff reads the diff that git prints. Both start `git`, by
themselves and with a clean environment, in the shadow repository alone; so this is for commands
that look back, never for a turn.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tui_agent.adapters.snapshots.shadow import Shadow

if TYPE_CHECKING:
    from git import Repo
    from git.diff import Diff

Kind = Literal["added", "deleted", "renamed", "changed"]


class UnknownTreeError(LookupError):
    """A tree that the shadow repository does not hold (any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeChange:
    """One file that differs between two trees."""

    path: str
    kind: Kind
    old_path: str = ""
    """Where a renamed file was."""
    added: int = 0
    removed: int = 0
    lines: tuple[tuple[str, str], ...] = ()
    """The diff: each line's kind (`@`, `+`, `-` or blank) and its text; nothing for a binary."""


def tree_changes(state: Path, root: Path, old: str, new: str) -> tuple[TreeChange, ...]:
    """Compare two recorded trees of a workspace.

    Raises UnknownTreeError where one is missing, OSError where there is no shadow repository.
    """
    return changes_in(Shadow.of(state, root), old, new)


def changes_in(shadow: Shadow, old: str, new: str) -> tuple[TreeChange, ...]:
    """Compare two trees of a repository of ours. Raises as `tree_changes`."""
    with opened(shadow) as repository:
        from git import BadName, GitCommandError

        try:
            trees = repository.tree(old), repository.tree(new)
            found = trees[0].diff(trees[1], create_patch=True, text=True)
        except (BadName, GitCommandError, ValueError) as error:
            message = f"tree {old[:12]} or {new[:12]} is not recorded here"
            raise UnknownTreeError(message) from error
        return tuple(_change(one) for one in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """One file's part of a patch."""

    data: bytes
    """As `git apply` takes it; what is no text is packed."""
    text: str
    """The same part with its lines to be read, whatever they hold."""


def tree_patch(state: Path, root: Path, old: str, new: str) -> tuple[FilePart, ...]:
    """Return what leads from one recorded tree to another, as `git apply` takes it.

    Raises UnknownTreeError where one is missing, OSError where there is no shadow repository.
    """
    with opened(Shadow.of(state, root)) as repository:
        from git import GitCommandError

        def parts(how: str) -> list[bytes]:
            whole: bytes = repository.git.diff_tree(
                "-r", "-p", how, "--full-index", "--find-renames", "--no-color", "--no-ext-diff",
                "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/", old, new,
                stdout_as_string=False, strip_newline_in_stdout=False,
            )  # fmt: skip
            return _BEGINS.split(whole)[1:]

        try:
            # The shadow takes no file for a text by itself: each is shown as one, and packed.
            found = list(zip(parts("--text"), parts("--binary"), strict=True))
        except GitCommandError as error:
            message = f"tree {old[:12]} or {new[:12]} is not recorded here"
            raise UnknownTreeError(message) from error
    return tuple(
        FilePart(data=packed if b"\0" in shown else shown, text=shown.decode("utf-8", "replace"))
        for shown, packed in found
    )


_BEGINS = re.compile(rb"^(?=diff --git )", re.MULTILINE)
"""Where a file's part begins: a line of its content has a sign before it."""


@contextmanager
def opened(shadow: Shadow) -> Iterator[Repo]:
    """Open a shadow to look back. Raises OSError where there is none."""
    from git import Repo
    from git.exc import InvalidGitRepositoryError, NoSuchPathError

    try:
        repository = Repo(str(shadow.git_dir))
    except (InvalidGitRepositoryError, NoSuchPathError) as error:
        message = f"nothing is recorded of {shadow.root}"
        raise FileNotFoundError(message) from error
    with repository:
        repository.git.update_environment(
            GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_SYSTEM=os.devnull, GIT_CONFIG_NOSYSTEM="1"
        )
        yield repository


def _change(diff: Diff) -> TreeChange:
    kind = _kind(diff)
    path = (diff.b_path if kind != "deleted" else diff.a_path) or ""
    data = diff.diff if isinstance(diff.diff, bytes) else (diff.diff or "").encode()
    lines = tuple(_lines(data.decode("utf-8", "replace")))
    return TreeChange(
        path=path,
        kind=kind,
        old_path=(diff.a_path or "") if kind == "renamed" else "",
        added=sum(sign == "+" for sign, _ in lines),
        removed=sum(sign == "-" for sign, _ in lines),
        lines=lines,
    )


def _kind(diff: Diff) -> Kind:
    if diff.new_file:
        return "added"
    if diff.deleted_file:
        return "deleted"
    return "renamed" if diff.renamed_file else "changed"


def _lines(hunks: str) -> Iterator[tuple[str, str]]:
    """Read one file's hunks. A header of our own stands in for git's, whose paths may be quoted."""
    from unidiff.patch import PatchSet

    if not hunks.startswith("@@"):
        return
    for file in PatchSet(f"--- a/file\n+++ b/file\n{hunks}"):
        for hunk in file:
            yield "@", str(hunk).partition("\n")[0]
            for line in hunk:
                yield line.line_type, line.value.rstrip("\n")
