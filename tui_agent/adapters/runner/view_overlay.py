"""A layer over a work tree: where it is put, how a program is started over it, what it holds then.

The command sees the workspace at its own path, with every file, at no cost. What it wrote lies in
the layer afterwards: whole files, marks for what it removed, and marked folders that hide theirs.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from tui_agent.adapters.runner.view_copy import lay_file
from tui_agent.core.copies import LaidFile

ENTRY = Path(__file__).parents[1] / "processes" / "over_layer.py"

POINT = 4
"""The field of `mountinfo` that says where something is mounted."""

MARKS = ("user.overlay.opaque", "trusted.overlay.opaque")
"""On a folder of the layer that hides all of the folder below it."""


def make_layer(place: Path) -> Path:
    """Make the folders of a layer in `place`."""
    for name in ("upper", "work"):
        (place / name).mkdir(mode=0o700)
    (place / "gone").touch(mode=0o600)
    return place


def lay(root: Path, layer: Path, over: Sequence[LaidFile]) -> None:
    """Put files into the layer; what is to be missing is removed once it is mounted."""
    upper = layer / "upper"
    shutil.copymode(root, upper)
    for one in over:
        if one.content is not None:
            lay_file(upper / one.path, root / one.path, one)
            for folder in [*Path(one.path).parents][:-1]:
                if (root / folder).is_dir():
                    shutil.copymode(root / folder, upper / folder)
    gone = [os.fsencode(one.path) for one in over if one.content is None]
    (layer / "gone").write_bytes(b"\0".join(gone))


def start_over(root: Path, layer: Path) -> tuple[str, ...]:
    """Return the words to put before a program so that it runs over the layer."""
    return (sys.executable, "-I", "-S", str(ENTRY), str(root), str(layer))


def may_work(root: Path) -> str:
    """Say why an overlay of `root` would not be the same; empty where nothing speaks against it.

    Other file systems mounted below do not show through it, and a plain user's copy of a file that
    belongs to another group cannot be made.
    """
    if not sys.platform.startswith("linux"):
        return "this system has no overlays"
    if _mounts_below(root):
        return "another file system is mounted in the workspace"
    if os.getuid():
        foreign = [entry.name for entry in (root, *os.scandir(root)) if not _is_mine(entry)]
        if foreign:
            return f"{foreign[0]} belongs to another user or group"
    return ""


def _is_mine(entry: Path | os.DirEntry[str]) -> bool:
    status = os.lstat(entry)
    return (status.st_uid, status.st_gid) == (os.getuid(), os.getgid())


def _mounts_below(root: Path) -> bool:
    try:
        lines = Path("/proc/self/mountinfo").read_text(errors="surrogateescape").split("\n")
    except OSError:
        return True
    escaped = str(root).replace("\\", "\\134").replace(" ", "\\040")
    points = [fields[POINT] for line in lines if len(fields := line.split(" ")) > POINT]
    return any(point.startswith(f"{escaped}/") for point in points)


def touched(root: Path, layer: Path) -> dict[str, Path | None]:
    """Return each name that was made, changed or taken away over the layer, with its new place."""
    found: dict[str, Path | None] = {}
    upper = layer / "upper"
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for entry in os.scandir(upper / folder):
            name = f"{folder}/{entry.name}" if folder else entry.name
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:
                found |= dict.fromkeys(_below(root, name))
            elif stat.S_ISDIR(status.st_mode):
                waiting.append(name)
                if _hides(entry.path) or not os.path.isdir(root / name):
                    found = dict.fromkeys(_below(root, name)) | found
            else:
                found |= dict.fromkeys(_below(root, name))
                found[name] = Path(entry.path)
    return found


def _hides(folder: str) -> bool:
    for mark in MARKS:
        try:
            if os.getxattr(folder, mark) == b"y":
                return True
        except OSError:
            continue
    return False


def _below(root: Path, name: str) -> list[str]:
    """Return a file's own name, or those of all files in a folder of the original."""
    place = root / name
    if place.is_symlink() or not place.is_dir():
        return [name] if os.path.lexists(place) else []
    names: list[str] = []
    for folder, folders, files in os.walk(place):
        links = [one for one in folders if os.path.islink(os.path.join(folder, one))]
        names += [os.path.relpath(os.path.join(folder, one), root) for one in (*files, *links)]
    return names
