"""Where ripgrep is, and how it is told to look at nothing but the workspace's own ignore files."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

HARDENED = ("--no-config", "--hidden", "--no-messages", "--no-follow", "--glob=!.git")
"""Its own settings file is not read, hidden files count, links are not followed."""

WITHOUT_GIT = ("--no-require-git", "--no-ignore-parent")
"""In a git repository its ignore files count, from its root down, whichever folder is asked about.
Elsewhere they count as well, but not those above the workspace."""

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
    options = list(HARDENED)
    own = [".agentignore"]
    if not os.path.exists(os.path.join(root, ".git")):
        options += WITHOUT_GIT
        own.append(".gitignore")
    files = (os.path.join(root, name) for name in own)
    return options + [f"--ignore-file={file}" for file in files if os.path.isfile(file)]


def only_files(glob: str) -> list[str]:
    """Return the options that keep to a file pattern.

    A pattern for names becomes a type of its own, because `--glob` would bring ignored files back;
    one with a slash is for `fits`.
    """
    return [f"--type-add=asked:{glob}", "--type=asked"] if glob and "/" not in glob else []


@lru_cache(maxsize=16)
def _pattern(glob: str) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines([glob if glob.startswith("**/") else f"/{glob.lstrip('/')}"])


def fits(name: str, glob: str) -> bool:
    """Return whether a path fits a file pattern; one with a slash means the path from the root."""
    return "/" not in glob or _pattern(glob).match_file(name)
