"""Which folders the user trusts, and whether what they were trusted with is still the same."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

TRUSTED_FILE = "trusted.json"
BEHAVIOUR = (
    ".agentrc",
    ".agentrc.local",
    "AGENTS.override.md",
    "AGENTS.md",
    "CLAUDE.md",
    "GEMINI.md",
)
"""Files at a workspace's root that change what the agent does."""
_READ = 1 << 20


def behaviour_files(root: Path) -> tuple[str, ...]:
    """Return the names of the files that would change what the agent does here."""
    return tuple(name for name in BEHAVIOUR if (root / name).is_file())


def is_trusted(state: Path, root: Path) -> bool:
    """Return whether this very folder was trusted with these very files; with none, it is.

    The folder is known by its real path, device and inode: another one in its place is another one.
    """
    if not behaviour_files(root):
        return True
    return _known(state).get(str(root.resolve())) == _mark(root)


def trust(state: Path, root: Path) -> None:
    """Remember that the user trusts this folder as it is. Raises OSError."""
    known = _known(state) | {str(root.resolve()): _mark(root)}
    target = state / TRUSTED_FILE
    temporary = target.with_suffix(f".{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(known, file, indent=1)
    temporary.rename(target)


def _known(state: Path) -> dict[str, str]:
    try:
        known = json.loads((state / TRUSTED_FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _mark(root: Path) -> str:
    place = root.stat()
    digest = hashlib.sha256(f"{place.st_dev}:{place.st_ino}".encode())
    for name in BEHAVIOUR:
        try:
            with (root / name).open("rb") as file:
                data = file.read(_READ)
        except OSError:
            data = b""
        digest.update(f"\0{name}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()
