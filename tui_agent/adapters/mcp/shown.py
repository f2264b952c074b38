"""Which folders a server's definition names, and its sandbox therefore shows: only the user's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tui_agent.core.servers import ServerDefinition

MODULES = "node_modules"
ENVIRONMENT = "pyvenv.cfg"


def named_folders(definition: ServerDefinition, root: Path, home: Path) -> tuple[str, ...]:
    """Return what stands in the command by an absolute path, with what a program needs round it.

    A project's definition shows nothing: it would choose what of the machine is read. Neither a
    whole home nor what holds the workspace is ever shown.
    """
    if definition.origin != "user":
        return ()
    found = (
        _whole(Path(word))
        for word in (definition.command, *definition.args)
        if word.startswith("/") and Path(word).exists()
    )
    real = {one for path in found for one in _with_target(path) if _may_be_shown(one, root, home)}
    return tuple(sorted(str(one) for one in real))


def _whole(path: Path) -> Path:
    """Return the folder of packages, or the environment, that a path belongs to; else itself."""
    for above in (path, *path.parents):
        if MODULES in above.parts and above.name == MODULES and MODULES not in above.parent.parts:
            return above
        if (above / ENVIRONMENT).is_file():
            return above
    return path if path.is_dir() else path.parent


def _with_target(path: Path) -> Iterator[Path]:
    yield path
    real = Path(os.path.realpath(path))
    if real != path:
        yield real


def _may_be_shown(path: Path, root: Path, home: Path) -> bool:
    real = Path(os.path.realpath(path))
    if len(real.parts) <= len(("/", "any")):
        return False
    holds = [Path(os.path.realpath(one)) for one in (home, root)]
    return not any(one.is_relative_to(real) for one in holds)
