"""Takes snapshots: after an edit from the last tree, else through a private index.

After an edit the paths are known, and only the few objects that are new are written (`trees`). At a
turn's start and after a command git looks for what differs from the private index.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import stat
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tui_agent.adapters.git_facts import git_facts
from tui_agent.adapters.git_stash import stash_entries
from tui_agent.adapters.processes.capture import Capture, ProgramError, capture
from tui_agent.adapters.snapshots import keeping, stashed
from tui_agent.adapters.snapshots.deep import deep_tree
from tui_agent.adapters.snapshots.differing import file_changes, raw_entries
from tui_agent.adapters.snapshots.shadow import Shadow
from tui_agent.adapters.snapshots.there_before import Look
from tui_agent.adapters.snapshots.trees import NewFile, Trees
from tui_agent.core.copies import LaidFile
from tui_agent.core.patch import FileChange
from tui_agent.core.ports import Snapshot
from tui_agent.core.stash import Deep

LARGEST_UNTRACKED = 5 << 20
"""Bytes; a larger file that the user's repository does not track is left out."""

MOST_WITHOUT_GIT = 20_000
"""Files; a folder with more that is no repository (a home folder, say) is not recorded at all."""

SECONDS_WITHOUT_GIT = 20.0
"""The longest that git may look through such a folder; in a repository it may take longer."""

_LOCK_STEP = 0.01
_LOCK_SECONDS = 30.0


class GitSnapshots:
    """Fills the port `Snapshots`. The user's index, HEAD, stash and hooks are never touched.

    Args:
        state: The folder that all shadows lie in.
        root: The workspace.
        secret: Whether a path may hold a secret; such files are left out.
        path: Where programs are looked for.
        run: Runs git: in a sandbox, where there is one, since what it reads is the workspace's.
    """

    def __init__(
        self,
        state: Path,
        root: Path,
        *,
        secret: Callable[[str], bool],
        path: str = os.defpath,
        run: Capture = capture,
    ) -> None:
        self._run = run
        self._shadow = Shadow.of(state, root)
        self._secret = secret
        self._environ = self._shadow.environ(path)
        self._prepared = False
        self._last = ""
        self._pending: dict[str, None] = {}
        self._looked: Look | None = None
        self._looked_deep: Look | None = None
        self._deep_names: frozenset[str] = frozenset()
        self._trees: Trees | None = None

    async def take(self, changed: Sequence[str] | None = None) -> Snapshot:
        """Record the workspace; with `changed`, only those paths differ from the last snapshot.

        Raises OSError where it cannot be recorded.
        """
        begun = time.monotonic()
        if not self._prepared:
            self._shadow.prepare()
            self._prepared = True
        left_out: tuple[str, ...] = ()
        came_in: tuple[str, ...] = ()
        tree = await self._from_the_last(changed) if changed and self._last else ""
        if not tree:
            async with self._alone():
                looked = (*changed, *self._pending) if changed else None
                left_out, came_in = await self._update(looked)
                tree = (await self._git("write-tree")).decode().strip()
                if tree != self._last and self._shadow.borrows:
                    keeping.note(self._shadow, tree)
            self._pending.clear()
            if self._trees is not None and tree != self._last:
                self._trees.forget()
        self._last = tree
        ms = round((time.monotonic() - begun) * 1000)
        return Snapshot(tree=tree, left_out=left_out, came_in=came_in, ms=ms)

    async def keep(self) -> None:
        """Copy what recorded trees borrow from the user's repository, which may throw it away."""
        kept = await keeping.keep(self._shadow, self._git)
        if kept:
            async with self._alone():
                keeping.strike(self._shadow, kept)

    async def deep(self) -> Deep:
        """Record, beside the last snapshot, what it leaves out; see `Snapshots.deep`."""
        if not self._last:
            await self.take()
        facts = git_facts(self._shadow.root)
        entries = stash_entries(facts.common_dir) if facts is not None else ()
        look = Look()
        async with self._alone():
            await stashed.keep_entries(self._shadow, self._git, [one.commit for one in entries])
            found = await deep_tree(self._shadow, self._git, self._environ, self._secret)
            if found.tree and self._shadow.borrows:
                keeping.note(self._shadow, found.tree)
        first = [name for name in found.names if name not in self._deep_names]
        before, self._looked_deep = self._looked_deep, look
        came_in = before.older(self._shadow.root, first) if before else ()
        self._deep_names = frozenset(found.names)
        head = facts.head if facts is not None else None
        return Deep(
            tree=found.tree,
            left_out=found.left_out,
            came_in=came_in,
            inner=found.inner,
            stash=entries,
            head=head or "",
        )

    async def give_back(self, commit: str) -> None:
        """Put what was kept of a stash entry back; see `Snapshots.give_back`. Raises OSError."""
        facts = git_facts(self._shadow.root)
        if facts is not None:
            await stashed.give_back(self._shadow, self._git, commit, facts.common_dir / "objects")

    async def imagined(self, files: Sequence[LaidFile]) -> str:
        """Return the tree that the last snapshot would be with these files.

        Raises OSError where it cannot be written.
        """
        if not self._last:
            await self.take()
        trees = Trees(self._shadow.git_dir)
        try:
            await self._learn(trees, [one.path for one in files])
            return trees.replaced({one.path: _laid(one) for one in files})
        except (LookupError, ValueError) as error:
            raise OSError(str(error)) from error

    async def diff(self, old: str, new: str) -> str:
        """Return the unified diff between two recorded trees, as git writes it."""
        options = ("--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", "--text")
        prefixes = ("--src-prefix=a/", "--dst-prefix=b/")
        out = await self._git("diff-tree", "-r", "-p", *options, *prefixes, old, new)
        return out.decode("utf-8", "replace")

    async def changed(self, old: str, new: str) -> tuple[str, ...]:
        """Return the paths that differ between two recorded trees."""
        out = await self._git("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new)
        return tuple(_names(out))

    async def changes(self, old: str, new: str) -> tuple[FileChange, ...]:
        """Return what differs between two recorded trees, with the bytes.

        A link's bytes are where it leads to; a repository inside is passed over. A renamed file is
        one that went and one that came. Raises OSError where a tree is not recorded here.
        """
        raw = await self._git("diff-tree", "-r", "-z", "--raw", "--no-renames", old, new)
        entries = tuple(raw_entries(raw))
        names = [name for one in entries for name in one.objects]
        batch = b""
        if names:
            asked = "".join(f"{name}\n" for name in names).encode()
            batch = await self._git("cat-file", "--batch", stdin=asked)
        return file_changes(entries, batch)

    async def _from_the_last(self, changed: Sequence[str]) -> str:
        """Make the tree of an edit out of the last one; nothing where git has to be asked."""
        paths = [path for path in changed if not self._secret(path)]
        if any("\n" in path for path in paths):
            return ""
        if self._trees is None:
            self._trees = Trees(self._shadow.git_dir)
        try:
            await self._learn(self._trees, paths)
            if not all(map(self._trees.has, paths)):
                return ""  # a new file: git knows whether it is ignored
            files = {path: _new_file(self._shadow.root / path) for path in paths}
            tree = self._trees.replaced(files)
        except (LookupError, OSError, ValueError):
            self._trees.forget()
            return ""
        self._pending |= dict.fromkeys(paths)
        return tree

    async def _learn(self, trees: Trees, paths: Sequence[str]) -> None:
        folders = trees.unknown(paths)
        if folders:
            asked = "".join(f"{self._last}:{folder}\n" for folder in folders)
            batch = await self._git("cat-file", "--batch", stdin=os.fsencode(asked))
            trees.learn(folders, batch)

    async def _update(
        self, changed: Sequence[str] | None
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Bring the private index up to date.

        Return what was left out and why, and what came in that was there at the last look.
        """
        look = Look()
        where = ("--", *changed) if changed is not None else ()
        listed = await self._git("ls-files", "-ztmod", "--exclude-standard", *where)
        if changed is None and not self._shadow.index.exists():
            listed = await self._tracked() + listed
        take, drop, left_out = self._sorted(listed)
        if len(take) > MOST_WITHOUT_GIT and self._shadow.users_index() is None:
            message = f"{len(take):,} files are too many to record outside of a git repository"
            raise OSError(message)
        if take or drop:
            lines = b"\0".join(os.fsencode(name) for name in (*take, *drop)) + b"\0"
            # What has become a folder, or was one, takes the place of what was there.
            how = ("--add", "--remove", "--replace")
            await self._git("update-index", "-z", *how, "--stdin", stdin=lines)
        if changed is not None:
            return left_out, ()
        fresh = {entry[2:] for entry in _names(listed) if entry[0] == "?"}
        before, self._looked = self._looked, look
        fresh.intersection_update(take)
        return left_out, before.older(self._shadow.root, sorted(fresh)) if before else ()

    async def _tracked(self) -> bytes:
        """List what the user's repository tracks: some of it may be ignored all the same."""
        index = self._shadow.users_index()
        if index is None:
            return b""
        environ = {**self._environ, "GIT_INDEX_FILE": str(index), "GIT_OPTIONAL_LOCKS": "0"}
        try:
            return await self._git("ls-files", "-zt", environ=environ)
        except OSError:
            return b""

    def _sorted(self, listed: bytes) -> tuple[list[str], list[str], tuple[str, ...]]:
        """Part what git listed into what is taken, what is gone, and what is left out."""
        take: dict[str, None] = {}
        drop: dict[str, None] = {}
        left_out: dict[str, None] = {}
        links: dict[str, bool] = {}
        for entry in _names(listed):
            tag, name = entry[0], entry[2:]
            if self._behind_a_link(os.path.dirname(name), links):
                continue  # It goes when the link is taken, which has its folder's place now.
            if name.endswith("/"):
                left_out[f"{name}: a repository of its own"] = None
            elif tag == "R":
                drop[name] = None
            elif _has_no_commit(self._shadow.root / name):
                left_out[f"{name}: a repository of its own"] = None
            elif self._secret(name):
                left_out[f"{name}: may hold a secret"] = None
            elif tag == "?" and name not in take and self._size(name) > LARGEST_UNTRACKED:
                left_out[f"{name}: larger than 5 MiB"] = None
            elif name not in drop:
                take[name] = None
        return list(take), list(drop), tuple(left_out)

    def _behind_a_link(self, folder: str, known: dict[str, bool]) -> bool:
        """Whether a folder is a symbolic link, or lies behind one; git refuses such names."""
        if not folder:
            return False
        if folder not in known:
            above = self._behind_a_link(os.path.dirname(folder), known)
            known[folder] = above or (self._shadow.root / folder).is_symlink()
        return known[folder]

    def _size(self, name: str) -> int:
        try:
            return (self._shadow.root / name).lstat().st_size
        except OSError:
            return 0

    async def _git(
        self, *arguments: str, stdin: bytes = b"", environ: Mapping[str, str] | None = None
    ) -> bytes:
        try:
            done = await self._run(
                ("git", *arguments),
                cwd=str(self._shadow.root),
                environ=environ or self._environ,
                stdin=stdin,
                seconds=120.0 if self._shadow.users_index() else SECONDS_WITHOUT_GIT,
            )
        except ProgramError as error:
            raise OSError(str(error)) from error
        if done.code:
            message = f"git {arguments[0]} failed: {done.err[:300] or done.code}"
            raise OSError(message)
        return done.out

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Hold the private index against other sessions of the same workspace."""
        lock = os.open(f"{self._shadow.index}.held", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            deadline = time.monotonic() + _LOCK_SECONDS
            while not _taken(lock):
                if time.monotonic() > deadline:
                    message = "another session is recording this workspace"
                    raise TimeoutError(message)
                await asyncio.sleep(_LOCK_STEP)
            _remove_torn_lock(self._shadow.index)
            yield
        finally:
            os.close(lock)


def _new_file(path: Path) -> NewFile | None:
    """Read a file as git keeps it; None where there is none. Raises OSError for what is no file."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(mode):
        message = f"{path} is no regular file"
        raise OSError(message)
    return NewFile(mode=0o100755 if mode & stat.S_IXUSR else 0o100644, data=path.read_bytes())


def _laid(file: LaidFile) -> NewFile | None:
    if file.content is None:
        return None
    executable = file.mode is not None and bool(file.mode & stat.S_IXUSR)
    return NewFile(mode=0o100755 if executable else 0o100644, data=file.content)


def _has_no_commit(path: Path) -> bool:
    """Whether a folder has the place of a submodule, and no commit is checked out there."""
    try:
        if not stat.S_ISDIR(path.lstat().st_mode):
            return False
    except OSError:
        return False
    facts = git_facts(path)
    return facts is None or facts.root != path.resolve() or facts.head is None


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove_torn_lock(index: Path) -> None:
    """A git that was killed leaves its own lock; ours says that nobody else is at work."""
    index.with_name(f"{index.name}.lock").unlink(missing_ok=True)


def _names(out: bytes) -> list[str]:
    return [os.fsdecode(name) for name in out.split(b"\0") if name]
