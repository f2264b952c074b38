"""Tier A's outer layer: the system's bubblewrap, with a view that holds only what is allowed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tui_agent.adapters.runner.etc_of_root import not_for_everybody
from tui_agent.adapters.runner.sandbox_view import (
    ALIASES,
    OLD_TEMPORARY,
    PACKAGE,
    PROGRAM,
    SYSTEM,
    TEMPORARY,
    TEMPORARY_BYTES,
    SandboxView,
)

USUAL_PLACE = "/usr/bin/bwrap"
"""Where the system's own stands; profiles of the system's security cover this place alone."""


def bubblewrap(path: str) -> str:
    """Return the program: the system's, else the first on `path`; empty where there is none."""
    if os.access(USUAL_PLACE, os.X_OK):
        return USUAL_PLACE
    return shutil.which("bwrap", path=path) or ""


def runner_command() -> tuple[str, ...]:
    """Return the runner's own command: this Python, isolated from folder, site and environment."""
    python = os.path.realpath(sys.executable)
    return (python, "-I", "-S", "-X", "utf8", str(PROGRAM), str(PACKAGE.parent))


def bubblewrap_argv(program: str, view: SandboxView) -> tuple[str, ...]:
    """Return the command that starts a runner within its view."""
    return (
        program,
        *("--unshare-all", "--unshare-user", "--cap-drop", "ALL"),
        *(("--share-net",) if view.reach == "network" else ()),
        *("--new-session", "--die-with-parent", "--hostname", "agent"),
        *_system(view),
        *_workspace(view),
        *("--chdir", "/", "--"),
        *runner_command(),
    )


def _system(view: SandboxView) -> Iterator[str]:
    """Everything but the workspace: the order counts, what comes later lies above."""
    yield from _folders()
    for path in not_for_everybody():
        yield from _emptied(path)
    yield from ("--proc", "/proc", "--dev", "/dev")
    for place in (TEMPORARY, view.home):
        yield from ("--perms", "0700", "--size", str(TEMPORARY_BYTES), "--tmpfs", place)
    yield from ("--dir", "/run", "--dir", "/var", "--symlink", TEMPORARY, OLD_TEMPORARY)
    for path in _apart(view.readable):
        yield from ("--ro-bind", path, path)
    if view.reach == "network":
        yield from _name_resolution()
    if not _shown(str(PACKAGE), view):
        yield from ("--ro-bind", str(PACKAGE), str(PACKAGE))


def _folders() -> Iterator[str]:
    for folder in SYSTEM:
        if os.path.isdir(folder):
            yield from ("--ro-bind", folder, folder)
    for alias in ALIASES:
        if os.path.islink(alias):
            yield from ("--symlink", os.readlink(alias), alias)
        elif os.path.isdir(alias):
            yield from ("--ro-bind", alias, alias)


def _workspace(view: SandboxView) -> Iterator[str]:
    bind = "--bind" if view.writes else "--ro-bind"
    if view.root not in view.writes:
        yield from ("--ro-bind", view.root, view.root)
    for path in view.writes:
        yield from ("--bind", path, path)
    for path in view.git.readable:
        yield from ("--ro-bind", path, path)
    for path in view.git.writable:
        yield from (bind, path, path)
    for path in view.git.fixed:
        yield from ("--ro-bind", path, path)
    for path in view.writable:
        yield from ("--bind", path, path)
    for path in (*view.hidden, *view.denied):
        yield from _emptied(path)


def _apart(paths: Sequence[str]) -> list[str]:
    """Leave out what lies in another that is shown, or in the system's folders."""
    shown = [*SYSTEM]
    for path in sorted(paths):
        if not any(path == one or path.startswith(f"{one}/") for one in shown):
            shown.append(path)
    return shown[len(SYSTEM) :]


def _shown(path: str, view: SandboxView) -> bool:
    return any(
        path == one or path.startswith(f"{one}/") for one in (*SYSTEM, *view.readable, view.root)
    )


def _emptied(path: str) -> tuple[str, ...]:
    if os.path.isdir(path):
        return ("--tmpfs", path)
    return ("--ro-bind", os.devnull, path)


def _name_resolution() -> Iterator[str]:
    """Show what /etc/resolv.conf leads to, where that lies elsewhere."""
    path = "/etc/resolv.conf"
    real = os.path.realpath(path)
    if real != path and Path(real).is_file() and not real.startswith(("/usr/", "/etc/")):
        yield from ("--ro-bind", real, real)
