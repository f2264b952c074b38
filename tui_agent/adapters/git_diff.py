"""Git's own diff of two revisions, or of the index, made without anything of the user's acting.

In a room that only reads. Plumbing alone, and no configuration but the repository's own, of which
nothing starts a program here: no external diff, no text conversion, no watcher, and no fetch of an
object that is missing.
"""

from __future__ import annotations

import re
from pathlib import Path

from tui_agent.adapters.git_facts import GitFacts, git_facts
from tui_agent.adapters.processes.capture import Captured, ProgramError
from tui_agent.adapters.runner.git_rooms import GitRooms
from tui_agent.adapters.users_git import HARDENED, users_environ

SECONDS = 60.0
_RANGE = re.compile(r"(?P<old>.*?)(?P<dots>\.\.\.?)(?P<new>.*)", re.DOTALL)
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""The tree without entries, which git knows without its being stored."""
_FLAGS = (
    "-r",
    "-p",
    "--full-index",
    "--binary",
    "--find-renames",
    "--unified=3",
    "--inter-hunk-context=0",
    "--no-relative",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--submodule=short",
    "--ignore-submodules=none",
)


class GitDiffError(Exception):
    """Git made no diff; the message is for people."""


def is_range(text: str) -> bool:
    """Whether a text names two revisions: `A..B`, `A...B`, where one may be left out (HEAD)."""
    return ".." in text and not text.startswith(("./", "../", "/"))


async def range_diff(folder: Path, text: str, rooms: GitRooms) -> bytes:
    """Return the diff between the two revisions of a range; `A...B` begins where they parted.

    Raises GitDiffError.
    """
    git = _Git(folder, rooms)
    found = _RANGE.fullmatch(text)
    if found is None:
        raise GitDiffError(f"{text} names no two revisions")
    old, new = found["old"] or "HEAD", found["new"] or "HEAD"
    if found["dots"] == "...":
        first, second = await git.named(old, "commit"), await git.named(new, "commit")
        base = (await git.run("merge-base", first, second)).out.decode().strip()
        if not base:
            raise GitDiffError(f"{old} and {new} have no common commit")
        old = base
    trees = await git.named(old, "tree"), await git.named(new, "tree")
    return await git.diff("diff-tree", *trees)


async def staged_diff(folder: Path, rooms: GitRooms) -> bytes:
    """Return the diff from HEAD to the index. Raises GitDiffError."""
    git = _Git(folder, rooms)
    head = await git.named("HEAD", "tree") if git.facts.head else _EMPTY_TREE
    return await git.diff("diff-index", "--cached", head)


class _Git:
    def __init__(self, folder: Path, rooms: GitRooms) -> None:
        facts = git_facts(folder)
        if facts is None:
            raise GitDiffError("this is no git repository")
        self.facts: GitFacts = facts
        self._environ = users_environ(facts, rooms.path)
        self._room = rooms.room(facts.root, reads=(facts.git_dir, facts.common_dir))

    async def named(self, revision: str, kind: str) -> str:
        """Return the object that a revision names. Raises GitDiffError where there is none."""
        wanted = f"{revision}^{{{kind}}}"
        done = await self.run("rev-parse", "--verify", "--quiet", "--end-of-options", wanted)
        name = done.out.decode("ascii", "replace").strip()
        if done.code or not name:
            raise GitDiffError(f"there is no revision {revision}")
        return name

    async def diff(self, *arguments: str) -> bytes:
        """Return the diff that a plumbing command makes."""
        done = await self.run(arguments[0], *_FLAGS, *arguments[1:], "--")
        if done.code or done.cut:
            why = "it is larger than 64 MiB" if done.cut else done.err[:300]
            raise GitDiffError(f"git made no diff: {why or done.code}")
        return done.out

    async def run(self, *arguments: str) -> Captured:
        try:
            return await self._room(
                ("git", *HARDENED, *arguments),
                cwd=str(self.facts.root),
                environ=self._environ,
                seconds=SECONDS,
            )
        except (ProgramError, OSError) as error:
            raise GitDiffError(str(error)) from error
