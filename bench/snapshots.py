"""How long a snapshot takes, after an edit and after a command; and `git status` beside it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from bench.figures import Figure
from tui_agent.adapters.snapshots.git_snapshots import GitSnapshots

FILES = 3_000
FOLDERS = 60
LINES = 40


def repository(folder: Path) -> Path:
    """Make a repository of 3,000 committed files."""
    root = folder / "repository"
    for number in range(FILES):
        path = root / f"package_{number % FOLDERS}" / f"module_{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"value_{number}_{line} = {line}\n" for line in range(LINES)))
    _git(root, "init", "--quiet")
    _git(root, "add", "--all")
    who = ("-c", "user.name=bench", "-c", "user.email=bench@example.invalid")
    _git(root, *who, "commit", "--quiet", "--message", "3,000 files")
    return root


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, stdout=subprocess.DEVNULL, check=True)


def measure(folder: Path, runs: int) -> list[Figure]:
    """Time each kind of snapshot, and `git status` on the same tree, in turn."""
    root = repository(folder)
    edit = Figure(name="snapshot after an edit, 3,000 files", unit="ms", goal="< 20 ms")
    command = Figure(name="snapshot after a command that wrote 3 files", unit="ms", goal="< 100 ms")
    first = Figure(name="first snapshot of a repository", unit="ms", note="before a turn's effect")
    keep = Figure(name="copying what a tree borrows, first time", unit="ms", note="after the turn")
    status = Figure(name="`git status` on the same tree", unit="ms", note="with its start")
    asyncio.run(_measured(folder, root, runs, (first, edit, command, keep)))
    for _ in range(runs):
        began = time.monotonic()
        _git(root, "status", "--porcelain")
        status.runs.append(1000 * (time.monotonic() - began))
    for one in (edit, command):
        ratio = min(one.runs) / min(status.runs)
        one.note = f"{ratio:.2f} times `git status`, least against least"
    return [first, edit, command, keep, status]


async def _measured(
    folder: Path, root: Path, runs: int, figures: tuple[Figure, Figure, Figure, Figure]
) -> None:
    first, edit, command, keep = figures
    snapshots = GitSnapshots(
        folder / "state", root, secret=lambda _: False, path=os.environ["PATH"]
    )
    await _timed(first, snapshots.take)
    await _timed(keep, snapshots.keep)
    for number in range(runs):
        name = f"package_{number % FOLDERS}/module_{number}.py"
        (root / name).write_text(f"edited = {number}\n")
        await _timed(edit, partial(snapshots.take, [name]))
        for other in range(3):
            (root / "package_7" / f"made_{other}.py").write_text(f"made = {number}\n")
        await _timed(command, snapshots.take)


async def _timed(figure: Figure, act: Callable[[], Awaitable[object]]) -> None:
    began = time.monotonic()
    await act()
    figure.runs.append(1000 * (time.monotonic() - began))
