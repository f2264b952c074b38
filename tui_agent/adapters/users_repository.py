"""The user's own repository, where the user asks for it: what is staged, HEAD, and its notes.

GitPython reads the index by itself and cannot start git: it is told of a program that is none.
What objects hold is said by git in a room that reads. Only `write_note` writes, where notes are.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tui_agent.adapters.git_facts import GitFacts, git_facts
from tui_agent.adapters.processes.capture import ProgramError
from tui_agent.adapters.runner.git_rooms import GitRooms
from tui_agent.adapters.users_git import HARDENED, users_environ

NOTES_REF = "agent"
_FILES = frozenset({0o100644, 0o100755})


class NoCommitError(OSError):
    """There is no repository here, or no commit in it."""


def staged_files(root: Path, rooms: GitRooms) -> dict[str, bytes]:
    """Return what is staged and differs from HEAD, by path. Raises NoCommitError, OSError."""
    repository = _Repository(root, rooms)
    before = repository.blobs("HEAD")
    staged = _staged(repository.facts.root)
    return repository.contents({path: sha for path, sha in staged if before.get(path) != sha})


def files_of_head(root: Path, rooms: GitRooms) -> dict[str, bytes]:
    """Return the files that HEAD changed, as they are in it, by path.

    Raises NoCommitError, OSError.
    """
    repository = _Repository(root, rooms)
    has_parent = bool(repository.git("rev-list", "--parents", "-n", "1", "HEAD").split()[1:])
    before = repository.blobs("HEAD^1") if has_parent else {}
    after = repository.blobs("HEAD")
    changed = {path: sha for path, sha in after.items() if before.get(path) != sha}
    return repository.contents(changed)


def write_note(root: Path, text: str, rooms: GitRooms) -> str:
    """Put a note on HEAD, in place of the one that is there; return the commit.

    Raises OSError where git refuses it.
    """
    repository = _Repository(root, rooms)
    common = repository.facts.common_dir
    places = (common / "objects", common / "refs" / "notes", common / "logs" / "refs" / "notes")
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
    commit = repository.facts.head or ""
    repository.git(
        "notes", f"--ref={NOTES_REF}", "add", "--force", "--message", text, commit, writes=places
    )
    return commit


class _Repository:
    """Runs git in rooms of the user's repository."""

    def __init__(self, root: Path, rooms: GitRooms) -> None:
        facts = git_facts(root)
        if facts is None:
            message = f"{root} is no git repository"
            raise NoCommitError(message)
        if facts.head is None:
            message = f"{root} has no commit yet"
            raise NoCommitError(message)
        self.facts: GitFacts = facts
        self._rooms = rooms
        self._environ = users_environ(facts, rooms.path)

    def git(
        self, *arguments: str, stdin: bytes = b"", writes: Sequence[Path] | None = None
    ) -> bytes:
        """Return what git prints; what it may write is written under the user's name.

        Raises OSError where it fails.
        """
        facts, environ = self.facts, self._environ
        if writes is not None:
            left_out = {"HOME", "GIT_CONFIG_GLOBAL", "GIT_OPTIONAL_LOCKS"}
            environ = {name: one for name, one in environ.items() if name not in left_out}
        room = self._rooms.room(
            facts.root, reads=(facts.git_dir, facts.common_dir), writes=writes or ()
        )
        try:
            done = room.now(
                ("git", *HARDENED, *arguments),
                cwd=str(facts.root),
                environ=environ,
                stdin=stdin,
                as_user=writes is not None,
            )
        except ProgramError as error:
            raise OSError(str(error)) from error
        if done.code:
            message = f"git {arguments[0]} failed: {done.err[:300] or done.code}"
            raise OSError(message)
        return done.out

    def blobs(self, revision: str) -> dict[str, str]:
        """Return the files of a revision by path, each as the name of what it holds."""
        listed = self.git("ls-tree", "-r", "-z", "--full-tree", revision).split(b"\0")
        found = {}
        for line in listed:
            facts, _, path = line.partition(b"\t")
            if facts.startswith(b"100"):
                found[path.decode("utf-8", "surrogateescape")] = facts.split()[2].decode()
        return found

    def contents(self, wanted: Mapping[str, str]) -> dict[str, bytes]:
        """Return what objects hold, by path."""
        asked = "".join(f"{sha}\n" for sha in wanted.values()).encode()
        held = _objects(self.git("cat-file", "--batch", stdin=asked)) if wanted else iter(())
        return {path: data for path, data in zip(wanted, held, strict=True) if data is not None}


def _objects(printed: bytes) -> Iterator[bytes | None]:
    """Read what `cat-file --batch` prints: a line with the size, then so many bytes."""
    at = 0
    while at < len(printed):
        end = printed.index(b"\n", at)
        words = printed[at:end].split()
        at = end + 1
        if words[-1] == b"missing":
            yield None
            continue
        size = int(words[-1])
        yield printed[at : at + size]
        at += size + 1


def _staged(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the files of the index, each with the name of what it holds."""
    with _without_git():
        from git import Repo
    with Repo(str(root)) as repository:
        for (path, stage), entry in repository.index.entries.items():
            if stage == 0 and entry.mode in _FILES:
                yield str(path), entry.hexsha


@contextmanager
def _without_git() -> Iterator[None]:
    """Let GitPython be loaded with a program in git's place that cannot be started."""
    told = {"GIT_PYTHON_GIT_EXECUTABLE": os.devnull, "GIT_PYTHON_REFRESH": "quiet"}
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
