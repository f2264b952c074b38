"""Which variables a command gets: a short list of names, a rebuilt PATH, and never a key.

PATH: empty, relative and workspace entries go, so that no name that we or a command look up is
found in a folder that came with the project. One exception, in front: the project's own virtual
environment, because `pytest` in a project means the pytest that knows the project. It counts only
where it has a `pyvenv.cfg` and is not part of the repository: then it was made on this machine.
Without one, the environment that the user has activated takes its place; at the very end comes the
folder of the Python that runs us, so that a machine with no other Python still has one.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

from tui_agent.adapters.plain_file import plain_bytes

PASSED_ON = ("HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "USER", "LOGNAME", "SHELL")
"""Taken from our own environment, beside every LC_*. HOME is the user's: tier `none` hides none."""

FIXED = {
    "TERM": "dumb",
    "NO_COLOR": "1",
    "CI": "1",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": "true",
}
"""No colours, no pager, no question that nobody can answer."""

LOOKS_LIKE_A_KEY = re.compile(
    r"(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASS|CREDENTIALS?|AUTH(?!_SOCK)|AUTHORIZATION|COOKIE|PAT|DSN)S?(_|$)"
    r"|APIKEY|ACCESS_?KEY|PRIVATE_?KEY",
    re.IGNORECASE,
)

USUAL_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"


def command_environment(
    root: Path,
    environ: Mapping[str, str],
    *,
    allowed: Collection[str] = (),
    held: Collection[str] = (),
) -> dict[str, str]:
    """Return a command's whole environment.

    `allowed` are further names from the user's settings. A name that looks like a key, and a value
    that equals a held one, is left out under any name, even an allowed one.
    """
    names = {*PASSED_ON, *allowed, *(name for name in environ if name.startswith("LC_"))}
    taken = {name: environ[name] for name in sorted(names) if name in environ}
    folder = virtual_environment(root, environ)
    if folder:
        taken["VIRTUAL_ENV"] = str(folder)
    taken |= FIXED | {"PATH": _search_path(root, environ, folder)}
    secrets = {value for value in held if value}
    return {
        name: value
        for name, value in taken.items()
        if not LOOKS_LIKE_A_KEY.search(name) and value not in secrets and "\0" not in value
    }


def search_path(root: Path, environ: Mapping[str, str]) -> str:
    """Return PATH for a command: the project's tools, the user's, and our own Python as a last."""
    return _search_path(root, environ, virtual_environment(root, environ))


def _search_path(root: Path, environ: Mapping[str, str], folder: Path | None) -> str:
    entries = own_path(root, environ).split(os.pathsep)
    first = [str(folder / "bin")] if folder else []
    return os.pathsep.join(dict.fromkeys([*first, *entries, str(Path(sys.executable).parent)]))


def own_path(root: Path, environ: Mapping[str, str]) -> str:
    """Return PATH for the programs that we start for ourselves: nothing from the workspace."""
    entries = environ.get("PATH", USUAL_PATH).split(os.pathsep)
    place = os.path.realpath(root)
    outside = [entry for entry in entries if os.path.isabs(entry) and not _inside(entry, place)]
    return os.pathsep.join(outside or USUAL_PATH.split(os.pathsep))


def virtual_environment(root: Path, environ: Mapping[str, str]) -> Path | None:
    """Return the virtual environment that the project's commands run in, if there is one."""
    active = environ.get("VIRTUAL_ENV", "")
    candidates = [root / ".venv", root / "venv", *([Path(active)] if active else [])]
    for folder in candidates:
        if (folder / "pyvenv.cfg").is_file() and not _came_with_the_repository(root, folder):
            return folder
    return None


def _inside(entry: str, root: str) -> bool:
    """Return whether an absolute path leads into a folder, which leads nowhere else itself."""
    return os.path.commonpath((os.path.realpath(entry), root)) == root


def _came_with_the_repository(root: Path, folder: Path) -> bool:
    """Return whether the repository's index names the folder; where that cannot be read, it may.

    Version 4 of the index leaves out what a name shares with the one before it, hence the search
    without the first character.
    """
    if not folder.is_relative_to(root):
        return False
    name = folder.relative_to(root).as_posix()[1:]
    index = root / ".git" / "index"
    try:
        data = plain_bytes(index)
    except FileNotFoundError:
        return (root / ".git").is_file()
    except OSError:
        return True
    return f"{name}/pyvenv.cfg".encode() in data or f"{name}/bin/".encode() in data
