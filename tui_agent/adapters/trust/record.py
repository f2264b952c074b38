"""What was trusted, as it is kept: one private file a folder, below the state folder."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PLACE = "trust"
VERSION = 1
LONGEST_KEPT = 1 << 16
"""Bytes of a file that are kept, so that a later change can be shown against them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedFile:
    """One file as it was."""

    sha: str
    data: bytes | None = None
    """None where its content was not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedFolder:
    """A folder and all that it was trusted with."""

    root: str
    place: str
    """Device and inode: another folder of the same name is another one."""
    at: str
    """When (UTC, ISO 8601)."""
    files: Mapping[str, TrustedFile] = field(default_factory=dict)


def load(state: Path, root: Path) -> TrustedFolder | None:
    """Return what a folder was trusted with; None where it never was, or is another one now."""
    kept = _read(_file(state, root))
    if kept is None or kept.root != os.path.realpath(root) or kept.place != place_of(root):
        return None
    return kept


def keep(state: Path, trusted: TrustedFolder) -> None:
    """Remember it. Raises OSError."""
    target = _file(state, Path(trusted.root))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    value = {
        "version": VERSION,
        "root": trusted.root,
        "place": trusted.place,
        "at": trusted.at,
        "files": {path: _encoded(one) for path, one in trusted.files.items()},
    }
    temporary = target.with_suffix(f".{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
    temporary.replace(target)


def forget(state: Path, root: Path) -> bool:
    """Trust a folder no more; return whether it was trusted. Raises OSError."""
    target = _file(state, root)
    known = target.exists()
    target.unlink(missing_ok=True)
    return known


def trusted_folders(state: Path) -> list[TrustedFolder]:
    """Return every folder that is trusted, by path."""
    found = (_read(path) for path in sorted((state / PLACE).glob("*.json")))
    return sorted((one for one in found if one is not None), key=lambda one: one.root)


def place_of(root: Path) -> str:
    """Return a folder's device and inode. Raises OSError."""
    status = root.stat()
    return f"{status.st_dev}:{status.st_ino}"


def _file(state: Path, root: Path) -> Path:
    name = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:32]
    return state / PLACE / f"{name}.json"


def _encoded(one: TrustedFile) -> dict[str, str]:
    if one.data is None or len(one.data) > LONGEST_KEPT:
        return {"sha": one.sha}
    return {"sha": one.sha, "text": one.data.decode("utf-8", "surrogateescape")}


def _read(path: Path) -> TrustedFolder | None:
    """Read a record; None for what is not one, so that a damaged one trusts nothing."""
    try:
        value = json.loads(path.read_bytes())
        if value["version"] != VERSION:
            return None
        files = {str(name): _decoded(one) for name, one in value["files"].items()}
        return TrustedFolder(
            root=str(value["root"]), place=str(value["place"]), at=str(value["at"]), files=files
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _decoded(one: Mapping[str, Any]) -> TrustedFile:
    text = one.get("text")
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else None
    return TrustedFile(sha=str(one["sha"]), data=data)
