"""Takes snapshots: what differs from the last goes into a private index, and that into a tree."""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tui_agent.adapters.processes.capture import ProgramError, capture
from tui_agent.adapters.snapshots.shadow import Shadow
from tui_agent.core.ports import Snapshot

LARGEST_UNTRACKED = 5 << 20
"""Bytes; a larger file that the user's repository does not track is left out."""

_LOCK_STEP = 0.01
_LOCK_SECONDS = 30.0


class GitSnapshots:
    """Fills the port `Snapshots`. The user's index, HEAD, stash and hooks are never touched.

    Args:
        state: The folder that all shadows lie in.
        root: The workspace.
        secret: Whether a path may hold a secret; such files are left out.
        path: Where programs are looked for.
    """

    def __init__(
        self, state: Path, root: Path, *, secret: Callable[[str], bool], path: str = os.defpath
    ) -> None:
        self._shadow = Shadow.of(state, root)
        self._secret = secret
        self._environ = self._shadow.environ(path)
        self._prepared = False

    async def take(self, changed: Sequence[str] | None = None) -> Snapshot:
        """Record the workspace; with `changed`, only those paths differ from the last snapshot.

        Raises OSError where it cannot be recorded.
        """
        begun = time.monotonic()
        if not self._prepared:
            self._shadow.prepare()
            self._prepared = True
        async with self._alone():
            left_out = await self._update(changed)
            tree = (await self._git("write-tree")).decode().strip()
        ms = round((time.monotonic() - begun) * 1000)
        return Snapshot(tree=tree, left_out=left_out, ms=ms)

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

    async def _update(self, changed: Sequence[str] | None) -> tuple[str, ...]:
        """Bring the private index up to date; return what was left out and why."""
        where = ("--", *changed) if changed is not None else ()
        listed = await self._git("ls-files", "-ztmod", "--exclude-standard", *where)
        if changed is None and not self._shadow.index.exists():
            listed += await self._tracked()
        take, drop, left_out = self._sorted(listed)
        if take or drop:
            lines = b"\0".join(os.fsencode(name) for name in (*take, *drop)) + b"\0"
            await self._git("update-index", "-z", "--add", "--remove", "--stdin", stdin=lines)
        return left_out

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
        for entry in _names(listed):
            tag, name = entry[0], entry[2:]
            if name.endswith("/"):
                left_out[f"{name}: a repository of its own"] = None
            elif tag == "R":
                drop[name] = None
            elif self._secret(name):
                left_out[f"{name}: may hold a secret"] = None
            elif tag == "?" and self._size(name) > LARGEST_UNTRACKED:
                left_out[f"{name}: larger than 5 MiB"] = None
            elif name not in drop:
                take[name] = None
        return list(take), list(drop), tuple(left_out)

    def _size(self, name: str) -> int:
        try:
            return (self._shadow.root / name).lstat().st_size
        except OSError:
            return 0

    async def _git(
        self, *arguments: str, stdin: bytes = b"", environ: Mapping[str, str] | None = None
    ) -> bytes:
        try:
            done = await capture(
                ("git", *arguments),
                cwd=str(self._shadow.root),
                environ=environ or self._environ,
                stdin=stdin,
                seconds=120.0,
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
