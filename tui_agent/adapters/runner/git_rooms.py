"""Where git of ours runs outside of a session's commands: a sandbox for each thing that it is for.

A room shows the folders that one errand reads, lets it write those that it is to write, and nothing
else. What git reads may be anybody's; so it never starts beside us where a tier can be had. Rooms
live on a thread of their own, so that callers that wait and callers that do not share them.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from tui_agent.adapters.plain_file import plain_text
from tui_agent.adapters.processes.capture import Captured, ProgramError, capture
from tui_agent.adapters.processes.commands import Launch
from tui_agent.adapters.processes.runner_process import RunnerError, RunnerProcess
from tui_agent.adapters.runner.environment import own_path
from tui_agent.adapters.runner.git_parts import GitParts
from tui_agent.adapters.runner.private_home import home_files, private_folder, thrown_away
from tui_agent.adapters.runner.sandbox_view import SandboxView
from tui_agent.adapters.runner.sandboxed import Choosing
from tui_agent.adapters.runner.tier_missing import TierMissingError
from tui_agent.adapters.runner.toolchains import toolchains
from tui_agent.adapters.runner.trials import Confined, started

MOST_BORROWED = 8
"""How many repositories that lend each other objects are followed."""

_WHO = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    root: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Open:
    """A room's runner, and what belongs to it alone."""

    process: RunnerProcess
    home: str
    folder: Path | None

    async def close(self) -> None:
        await self.process.close()
        if self.folder is not None:
            thrown_away(self.folder)


class GitRooms:
    """Makes rooms, each with its first use; the first of them tries the tier for all."""

    def __init__(self, choosing: Choosing, workspace: Path, environ: Mapping[str, str]) -> None:
        """Choose among these tiers; none at all means that git runs as the user.

        No program is looked for in `workspace`.
        """
        self._choosing = choosing
        self._environ = environ
        self._workspace = workspace
        self._path = own_path(workspace, environ)
        self._open: dict[_Place, _Open] = {}
        self._tier: Confined | None = None
        self._chosen = not choosing.tiers and not choosing.required
        self._thread: _LoopThread | None = None
        self._one_by_one = asyncio.Lock()

    @property
    def path(self) -> str:
        """Where git is looked for."""
        return self._path

    def room(
        self, root: Path, *, reads: Iterable[Path] = (), writes: Iterable[Path] = ()
    ) -> GitRoom:
        """Return the room that shows `root` and `reads` to be read, and `writes` to be written.

        Whatever a repository among them borrows objects from is shown, too. Nothing starts yet.
        """
        return GitRoom(self, root, tuple(reads), tuple(writes))

    def submit(
        self, place: _Place, launch: Launch, stdin: bytes, limit: int, *, as_user: bool
    ) -> Future[Captured]:
        """Run git in a room, on the rooms' own thread."""
        return self._on_thread(self._run(place, launch, stdin, limit, as_user=as_user))

    async def close(self) -> None:
        """End every room; safe where none was opened."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.wrap_future(thread.submit(self._close_all()))
            await asyncio.to_thread(thread.end)

    def _on_thread(self, work: Coroutine[None, None, _Result]) -> Future[_Result]:
        if self._thread is None:
            self._thread = _LoopThread()
            self._one_by_one = asyncio.Lock()  # A lock belongs to one loop.
        return self._thread.submit(work)

    async def _close_all(self) -> None:
        rooms, self._open = self._open, {}
        for one in rooms.values():
            await one.close()

    async def _run(
        self, place: _Place, launch: Launch, stdin: bytes, limit: int, *, as_user: bool
    ) -> Captured:
        program = shutil.which(launch.argv[0], path=self._path)
        if program is None:
            message = f"{launch.argv[0]} cannot be started: it is not on PATH"
            raise ProgramError(message)
        launch = replace(launch, argv=(program, *launch.argv[1:]))
        async with self._one_by_one:
            room = await self._opened(place)
        if room is None:
            home = self._environ.get("HOME", os.devnull)
            launch = self._as_user(launch, home) if as_user else launch
            return await capture(
                launch.argv,
                cwd=launch.cwd,
                environ=launch.environ,
                stdin=stdin,
                seconds=launch.timeout_seconds,
                limit=limit,
            )
        launch = self._as_user(launch, room.home) if as_user else launch
        return await room.process.capture(launch, stdin, limit)

    def _as_user(self, launch: Launch, home: str) -> Launch:
        """Let git find the user's name: in a home, or where the environment has it."""
        who = {name: self._environ[name] for name in _WHO if name in self._environ}
        return replace(launch, environ={**launch.environ, "HOME": home, **who})

    async def _opened(self, place: _Place) -> _Open | None:
        """Return the room's runner; None where there is no tier. Raises OSError."""
        found = self._open.get(place)
        if found is not None and found.process.sound:
            return found
        if found is not None:
            await self._open.pop(place).close()
        if not self._chosen:
            await self._choose(place)
        elif self._tier is not None:
            room, reason = await self._started(self._tier, place, tried=False)
            if room is None:
                raise RunnerError(f"the sandbox for git cannot be started: {reason}")
            self._open[place] = room
        return self._open.get(place)

    async def _choose(self, place: _Place) -> None:
        """Take the first tier that holds, tried by this room."""
        failed = []
        for tier in self._choosing.tiers:
            room, reason = await self._started(tier, place, tried=True)
            if room is not None:
                self._open[place] = room
                self._tier = tier
                break
            failed.append(f"tier {tier}: {reason}")
        if self._tier is None and self._choosing.required:
            why = "; ".join(failed) or "it is no tier of ours"
            raise TierMissingError(f"{self._choosing.names} cannot be had here: {why}")
        self._chosen = True

    async def _started(
        self, tier: Confined, place: _Place, *, tried: bool
    ) -> tuple[_Open | None, str]:
        view = self._view(place)
        folder = None
        if tier != "A":
            folder = private_folder(Path(os.devnull))
            view = replace(view, temporary=str(folder))
        process, trial = await started(tier, view, {"PATH": self._path}, tried=tried)
        if process is None:
            if folder is not None:
                thrown_away(folder)
            return None, trial.reason
        home = view.commands_home(private_root=tier == "A")
        return _Open(process=process, home=home, folder=folder), ""

    def _view(self, place: _Place) -> SandboxView:
        home = Path(self._environ.get("HOME") or "/")
        program = shutil.which("git", path=self._path) or ""
        folders = {os.path.dirname(program), os.path.dirname(os.path.realpath(program))}
        found = toolchains(
            os.pathsep.join(sorted(folders)), root=self._workspace, home=home, named=()
        )
        return SandboxView(
            root=place.root,
            git=GitParts(),
            readable=(*found, *place.reads),
            writable=place.writes,
            writes=(),
            home_files=home_files(home, self._environ, place.root),
            reach="records",
        )


class GitRoom:
    """Runs git where it sees a few folders: fills `processes.capture.Capture`."""

    def __init__(
        self, rooms: GitRooms, root: Path, reads: tuple[Path, ...], writes: tuple[Path, ...]
    ) -> None:
        """Use `GitRooms.room` instead."""
        self._rooms = rooms
        self._root, self._reads, self._writes = root, reads, writes

    async def __call__(
        self,
        argv: Sequence[str],
        *,
        cwd: str,
        environ: Mapping[str, str],
        stdin: bytes = b"",
        seconds: float = 30.0,
        limit: int = 64 << 20,
    ) -> Captured:
        """Run git to its end. Raises ProgramError, OSError."""
        launch = Launch(argv=tuple(argv), cwd=cwd, environ=environ, timeout_seconds=seconds)
        return await asyncio.wrap_future(self._submit(launch, stdin, limit))

    def now(
        self,
        argv: Sequence[str],
        *,
        cwd: str,
        environ: Mapping[str, str],
        stdin: bytes = b"",
        as_user: bool = False,
    ) -> Captured:
        """Run git to its end and wait for it here. Raises ProgramError, OSError.

        `as_user`: its home says who the user is.
        """
        launch = Launch(argv=tuple(argv), cwd=cwd, environ=environ, timeout_seconds=120.0)
        return self._submit(launch, stdin, 256 << 20, as_user=as_user).result()

    def _submit(
        self, launch: Launch, stdin: bytes, limit: int, *, as_user: bool = False
    ) -> Future[Captured]:
        place = _Place(
            root=os.path.realpath(self._root),
            reads=_with_lenders((self._root, *self._reads)),
            writes=_there(self._writes),
        )
        return self._rooms.submit(place, launch, stdin, limit, as_user=as_user)


class _LoopThread:
    """An event loop on a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="git", daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[None, None, _Result]) -> Future[_Result]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _there(folders: Iterable[Path]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(os.path.realpath(one) for one in folders if one.exists()))


def _with_lenders(folders: Iterable[Path]) -> tuple[str, ...]:
    """Add the objects that repositories among these borrow."""
    found = list(_there(folders))
    for one in found[:]:
        for lent in lenders(Path(one)):
            found += [str(lent)] if str(lent) not in found else []
    return tuple(found)


def lenders(folder: Path) -> list[Path]:
    """Return the folders of objects that a repository, or a folder of objects, borrows from."""
    found: list[Path] = []
    asked = [folder, folder / "objects", folder / ".git" / "objects"]
    while asked and len(found) < MOST_BORROWED:
        one = asked.pop()
        for line in _lines(one / "info" / "alternates"):
            lent = Path(os.path.realpath(one / line))
            if lent not in found and (lent / "pack").is_dir():
                found.append(lent)
                asked.append(lent)
    return found


def _lines(path: Path) -> list[str]:
    try:
        text = plain_text(path, 1 << 16, "surrogateescape")
        return [line for line in text.split("\n") if line and line[0] != "#"]
    except OSError:
        return []
