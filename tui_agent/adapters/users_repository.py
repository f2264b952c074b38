"""The user's own repository, where the user asks for it: what is staged, HEAD, and its notes.

GitPython asks `git` there, with no hook and no watcher of the repository's own. Only `write_note`
writes, and only below `refs/notes/`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from git import Repo

NOTES_REF = "agent"
_QUIET = {
    "GIT_CONFIG_COUNT": "2",
    "GIT_CONFIG_KEY_0": "core.hooksPath",
    "GIT_CONFIG_VALUE_0": os.devnull,
    "GIT_CONFIG_KEY_1": "core.fsmonitor",
    "GIT_CONFIG_VALUE_1": "false",
    "GIT_TERMINAL_PROMPT": "0",
}


class NoCommitError(OSError):
    """There is no repository here, or no commit in it."""


def staged_files(root: Path) -> dict[str, bytes]:
    """Return what is staged and differs from HEAD, by path. Raises NoCommitError."""
    with _opened(root) as repository:
        found: dict[str, bytes] = {}
        for one in repository.head.commit.diff():
            if one.b_path and not one.deleted_file:
                entry = repository.index.entries.get((one.b_path, 0))
                if entry is not None:
                    found[one.b_path] = repository.odb.stream(entry.binsha).read()
        return found


def files_of_head(root: Path) -> dict[str, bytes]:
    """Return the files that HEAD changed, as they are in it, by path. Raises NoCommitError."""
    from git import NULL_TREE

    with _opened(root) as repository:
        commit = repository.head.commit
        before = commit.parents[0] if commit.parents else NULL_TREE
        names = [one.b_path or one.a_path or "" for one in commit.diff(before, R=True)]
        found: dict[str, bytes] = {}
        for name in dict.fromkeys(names):
            try:
                found[name] = (commit.tree / name).data_stream.read()
            except KeyError:
                continue
        return found


def write_note(root: Path, text: str) -> str:
    """Put a note on HEAD, in place of the one that is there; return the commit.

    Raises OSError where git refuses it.
    """
    from git import GitCommandError

    with _opened(root) as repository:
        commit = repository.head.commit.hexsha
        try:
            repository.git.notes(f"--ref={NOTES_REF}", "add", "--force", "--message", text, commit)
        except GitCommandError as error:
            raise OSError(str(error.stderr).strip()) from error
        return str(commit)


@contextmanager
def _opened(root: Path) -> Iterator[Repo]:
    from git import Repo
    from git.exc import InvalidGitRepositoryError, NoSuchPathError

    try:
        repository = Repo(str(root))
    except (InvalidGitRepositoryError, NoSuchPathError) as error:
        message = f"{root} is no git repository"
        raise NoCommitError(message) from error
    with repository:
        if not repository.head.is_valid():
            message = f"{root} has no commit yet"
            raise NoCommitError(message)
        repository.git.update_environment(**_QUIET)
        yield repository
