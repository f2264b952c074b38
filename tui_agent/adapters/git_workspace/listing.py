"""Names of the workspace's files, the ignored ones left out.

ripgrep lists them, as it searches them: one set of rules for both, with or without git, and nothing
of the repository's configuration is read or run, which `git ls-files` would do.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence

from tui_agent.adapters.git_workspace import ripgrep
from tui_agent.adapters.git_workspace.paths import Confined
from tui_agent.adapters.git_workspace.vouched import files_inside
from tui_agent.adapters.processes.capture import ProgramError, capture
from tui_agent.core.lookup import Listing, LookupFailedError

TOO_LONG = "Listing the files took too long; name a folder."


async def list_names(
    files: Confined, place: str, environ: Mapping[str, str], seconds: float = 30.0
) -> list[str]:
    """Return every file below a folder that may be read, relative to the root, sorted.

    Raises LookupFailedError where it takes longer than `seconds`.
    """
    names = await _names(files.root, place, environ, seconds)
    return await asyncio.to_thread(lambda: sorted(files_inside(files, names)))


async def _names(root: str, place: str, environ: Mapping[str, str], seconds: float) -> list[str]:
    program = ripgrep.ripgrep(environ)
    if program is None:
        from tui_agent.adapters.git_workspace.ignored import walk

        return await asyncio.to_thread(lambda: sorted(_in_time(walk(root, place), seconds)))
    argv = [program, *ripgrep.arguments(root), "--files", "--null", "--", place]
    try:
        done = await capture(argv, cwd=root, environ=environ, seconds=seconds)
    except ProgramError as error:
        raise LookupFailedError(TOO_LONG) from error
    names = done.out.decode("utf-8", "surrogateescape").split("\0")
    return sorted(name.removeprefix("./") for name in names if name)


def _in_time(names: Iterator[str], seconds: float) -> Iterator[str]:
    deadline = time.monotonic() + seconds
    for name in names:
        if time.monotonic() > deadline:
            raise LookupFailedError(TOO_LONG)
        yield name


def below(names: Sequence[str], place: str, depth: int | None) -> Listing:
    """Cut a sorted list of files down to a depth (1: the folder's own entries)."""
    start = "" if place == "." else place + "/"
    inside = [name for name in names if name.startswith(start)]
    if depth is None:
        return Listing(entries=tuple(inside), total=len(inside))
    shown: dict[str, None] = {}
    for name in inside:
        parts = name[len(start) :].split("/")
        cut = "/".join(parts[:depth])
        shown[start + cut + ("/" if len(parts) > depth else "")] = None
    return Listing(entries=tuple(shown), total=len(inside))
