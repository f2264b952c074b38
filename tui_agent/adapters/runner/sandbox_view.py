"""What a sandbox shows of the machine: a value that every tier builds its confinement from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tui_agent.adapters.runner.etc_of_root import ETC, readable_parts
from tui_agent.adapters.runner.git_parts import GitParts

Reach = Literal["workspace", "network", "records"]
"""What a runner is for: commands of either reach, or git on our own records of the workspace."""

PACKAGE = Path(__file__).resolve().parents[2]
PROGRAM = PACKAGE / "adapters" / "runner" / "inside" / "main.py"
SYSTEM = ("/usr", "/etc", "/opt", "/nix")
"""Shown to be read; beside them the folders that `/bin` and its kin are, where they are none."""
_BUT_ETC = tuple(one for one in SYSTEM if one != ETC)
ALIASES = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
DEVICES = ("null", "zero", "full", "random", "urandom", "ptmx", "tty", "shm", "pts")
TEMPORARY, OLD_TEMPORARY, SHARED_MEMORY = "/tmp", "/var/tmp", "/dev/shm"
HOME = f"{TEMPORARY}/home"
"""Where there is no better place for a home."""
PROCESSES = 1024
"""How many a sandbox may have at once (of a plain user; the kernel does not limit root so)."""
FILE_BYTES = 4 << 30
"""The largest file that a command may write."""
TEMPORARY_BYTES = 2 << 30
"""What the private /tmp and the private home may hold, each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxView:
    """All paths are absolute and lead, unless it is said otherwise, to what is there."""

    root: str
    """The workspace, without links."""
    git: GitParts
    readable: tuple[str, ...] = ()
    """Folders and files beyond the system's: toolchains, and what the user's settings name."""
    writable: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    """Folders of which the names may be read, so that what lies in them can be imported."""
    hidden: tuple[str, ...] = ()
    """What lies in the workspace and is none of it: shown empty, or the tier is none."""
    denied: tuple[str, ...] = ()
    """What the user's rules keep from commands: shown empty where the tier can."""
    home: str = HOME
    """What HOME is: empty, but for `home_files`."""
    home_files: Mapping[str, str] = field(default_factory=dict)
    """By path relative to the home."""
    temporary: str = ""
    """A private folder of the host's, for tiers that have no /tmp of their own."""
    reach: Reach = "workspace"
    counted: int = 0
    """With how many processes the runner ends all, where the kernel counts none: for root, in no
    group. 0: it does.
    """
    writes: tuple[str, ...]
    """Folders of the workspace that may be written: itself, some of it, or nothing."""

    def commands_home(self, *, private_root: bool) -> str:
        """Return what HOME is for a command."""
        return self.home if private_root else os.path.join(self.temporary, "home")

    def commands_temporary(self, *, private_root: bool) -> str:
        """Return what TMPDIR is for a command."""
        return TEMPORARY if private_root else os.path.join(self.temporary, "tmp")


def plan_of(
    view: SandboxView,
    *,
    private_root: bool,
    layers: tuple[str, ...] = ("landlock", "seccomp"),
    probe: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Return what the runner's process is told.

    Args:
        view: What is to be held.
        private_root: Whether it stands in a file system, network and process table of its own.
        layers: What it confines itself by.
        probe: What it tries to reach before it serves; None: it does not try.
    """
    home = view.commands_home(private_root=private_root)
    temporary = view.commands_temporary(private_root=private_root)
    network = view.reach == "network"
    sockets = "all" if private_root else "internet" if network else "none"
    shared = (SHARED_MEMORY,) if private_root else ()
    work = (*view.writes, *view.git.writable) if view.writes else ()
    seen = () if view.root in view.writes else (view.root, *view.git.writable)
    return {
        "landlock": "landlock" in layers,
        "seccomp": "seccomp" in layers,
        "sockets": sockets,
        "ports": not private_root and not network,
        "read": [
            *(SYSTEM if private_root else (*_BUT_ETC, *readable_parts())),
            *ALIASES,
            "/proc",
            *view.readable,
            *view.git.readable,
            str(PACKAGE),
            *seen,
        ],
        "write": [*work, *view.writable, home, temporary, *shared],
        "devices": [f"/dev/{name}" for name in _devices(private_root=private_root)],
        "listed": [ETC, *view.listed],
        "files": {os.path.join(home, name): text for name, text in view.home_files.items()},
        "limits": {
            "processes": PROCESSES,
            "alone": private_root,
            "file_bytes": FILE_BYTES,
            "counted": view.counted,
        },
        "probe": dict(probe) if probe is not None else None,
    }


def _devices(*, private_root: bool) -> tuple[str, ...]:
    """Name the devices: of the host's terminals none, and its shared memory neither."""
    if private_root:
        return DEVICES
    return tuple(name for name in DEVICES if name not in {"pts", "tty", "shm"})
