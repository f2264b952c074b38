"""Disposable views of a workspace: a layer over it where that works, else a copy of it.

Which of both is decided by running something over a layer once. A view lies in a folder of its own,
held by a lock for as long as its process lives; folders that a process left behind are removed by
the next one that makes a view.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from tui_agent.adapters.git_facts import git_facts
from tui_agent.adapters.processes.capture import ProgramError, capture
from tui_agent.adapters.runner import view_overlay
from tui_agent.adapters.runner.view_changes import Comparison
from tui_agent.adapters.runner.view_copy import TreeCopy, lay_file
from tui_agent.adapters.runner.view_whole import whole_copy
from tui_agent.core.copies import CopyChanges, LaidFile

T = TypeVar("T")

TRIAL_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One view, for one command."""

    folder: Path
    """Where the command finds the workspace."""
    prefix: tuple[str, ...]
    """Words to be put before the program that runs there."""
    environ: dict[str, str]
    """Variables to be set for it."""
    readable: tuple[str, ...]
    """Folders outside of it that what lies in it borrows from."""
    changes: Callable[[], CopyChanges]
    """Say what differs from the workspace, once the command has ended. Raises OSError."""


class Bases(Protocol):
    """Knows what a file of the workspace held a while ago."""

    def of(self, path: str) -> bytes | None:
        """Return it; None where it is not known."""
        ...

    async def close(self) -> None:
        """End what was opened."""


class Views:
    """Makes views of one workspace in a folder of ours."""

    def __init__(
        self, place: Path, root: Path, *, layers: bool = True, bases: Bases | None = None
    ) -> None:
        """Keep views in `place`, which may not be there yet; without `layers`, always copy.

        `bases` know what a file held that both a command and somebody else have changed.
        """
        self._bases = bases
        self._place = place
        self._root = Path(os.path.realpath(root))
        self._layers: bool | None = None if layers else False

    @asynccontextmanager
    async def opened(self, over: Sequence[LaidFile] = ()) -> AsyncIterator[View]:
        """Make a view with `over` laid over it; leaving removes it. Raises OSError."""
        await _to_its_end(self._sweep)
        folder, lock = self._folder()
        try:
            yield await self._made(folder, over)
        finally:
            await asyncio.to_thread(_remove, folder)
            os.close(lock)

    async def close(self) -> None:
        """End what was opened to compare."""
        if self._bases is not None:
            await self._bases.close()

    def _base(self, path: str) -> bytes | None:
        return self._bases.of(path) if self._bases is not None else None

    async def _made(self, folder: Path, over: Sequence[LaidFile]) -> View:
        if self._layers is None:
            self._layers = await self._layers_work(folder)
        begun = time.time_ns()
        if self._layers:
            layer = view_overlay.make_layer(folder)
            await _to_its_end(lambda: view_overlay.lay(self._root, layer, over))
            return View(
                folder=self._root,
                prefix=view_overlay.start_over(self._root, layer),
                environ={},
                readable=(),
                changes=lambda: Comparison(root=self._root, begun_ns=begun, base=self._base).of(
                    view_overlay.touched(self._root, layer)
                ),
            )
        copy = folder / self._root.name
        stop = threading.Event()
        taken = await _to_its_end(lambda: self._copied(copy, over, stop.is_set), stop.set)
        return View(
            folder=copy,
            prefix=(),
            environ={"GIT_CEILING_DIRECTORIES": str(folder)},
            readable=_borrowed(self._root),
            changes=lambda: Comparison(
                root=self._root, begun_ns=begun, copy=copy, base=self._base
            ).of(taken.touched()),
        )

    def _copied(
        self, copy: Path, over: Sequence[LaidFile], stopped: Callable[[], bool]
    ) -> TreeCopy:
        taken = whole_copy(self._root, copy, self._place, stopped)
        for one in over:
            lay_file(copy / one.path, self._root / one.path, one)
        taken.note()
        return taken

    async def _layers_work(self, folder: Path) -> bool:
        """Run something over a layer, and look whether it came to lie there alone."""
        inside = folder.is_relative_to(self._root)
        if inside or view_overlay.may_work(self._root):
            return False
        trial = folder / "trial"
        below = trial / "below"
        below.mkdir(parents=True)
        (below / "old").write_text("old", encoding="utf-8")
        layer = view_overlay.make_layer(trial)
        program = ("/bin/sh", "-c", "rm old && mkdir new && echo y > new/file")
        try:
            done = await capture(
                (*view_overlay.start_over(below, layer), *program),
                cwd=str(below),
                environ={"PATH": os.defpath},
                seconds=TRIAL_SECONDS,
            )
            found = view_overlay.touched(below, layer)
        except (ProgramError, OSError):
            return False
        kept = sorted(os.listdir(below)) == ["old"]
        return done.code == 0 and kept and set(found) == {"old", "new/file"}

    def _sweep(self) -> None:
        """Remove what other processes have left."""
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
        gate = _opened(self._place)
        try:
            fcntl.flock(gate, fcntl.LOCK_EX)
            for old in self._place.iterdir():
                _remove_abandoned(old)
        finally:
            os.close(gate)

    def _folder(self) -> tuple[Path, int]:
        gate = _opened(self._place)
        try:
            fcntl.flock(gate, fcntl.LOCK_EX)  # Or another process would sweep it right away.
            folder = Path(tempfile.mkdtemp(prefix="view-", dir=os.path.realpath(self._place)))
            lock = _opened(folder)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(gate)
        return folder, lock


def _borrowed(root: Path) -> tuple[str, ...]:
    """Return where the repository of a copy finds its objects."""
    facts = git_facts(root)
    return (str(facts.common_dir / "objects"),) if facts is not None else ()


async def _to_its_end(work: Callable[[], T], stop: Callable[[], object] = bool) -> T:
    """Run work in a thread; when cancelled, `stop` it and wait: nothing goes on beside us."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        stop()
        await asyncio.gather(task, return_exceptions=True)
        raise


def _opened(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _remove_abandoned(folder: Path) -> None:
    """Remove a view whose process has ended."""
    with suppress(OSError):
        lock = _opened(folder)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(folder)
        finally:
            os.close(lock)


def _remove(folder: Path) -> None:
    """Remove a view with all that commands left in it, folders that they closed included."""
    for inner, folders, _ in os.walk(folder):
        for name in folders:
            place = os.path.join(inner, name)
            with suppress(OSError):
                if not stat.S_ISLNK(os.lstat(place).st_mode):
                    os.chmod(place, stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)
