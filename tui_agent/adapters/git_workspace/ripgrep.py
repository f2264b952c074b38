"""Where ripgrep is, and how it is told to look at nothing but the workspace's own ignore files."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

HARDENED = (
    "--no-config",
    "--hidden",
    "--no-require-git",
    "--no-ignore-parent",
    "--no-messages",
    "--no-follow",
    "--glob=!.git",
)
"""Its own settings file is not read; hidden files count; ignore files count without git, too, but
not those above the workspace; links are not followed."""


CHOSEN = "AGENT_RIPGREP"
"""The environment variable that names another ripgrep; empty: the search in Python is used."""


def ripgrep(environ: Mapping[str, str]) -> str | None:
    """Return ripgrep's path: the chosen one, the one installed with us, or the first in PATH."""
    if CHOSEN in environ:
        return environ[CHOSEN] or None
    return _installed(environ.get("PATH", ""))


@lru_cache(maxsize=4)
def _installed(path: str) -> str | None:
    beside = Path(sys.executable).with_name("rg")
    if beside.is_file() and os.access(beside, os.X_OK):
        return str(beside)
    return shutil.which("rg", path=path)


def arguments(root: str) -> list[str]:
    """Return the options that every call gets."""
    own = os.path.join(root, ".agentignore")
    return [*HARDENED, *([f"--ignore-file={own}"] if os.path.isfile(own) else [])]
