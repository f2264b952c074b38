"""The home that commands get: empty, but for what git needs to know of the user, and toolchains."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tui_agent.adapters.runner.leftovers import prefix_of
from tui_agent.adapters.runner.toolchains import NAMED

MOST_BYTES = 1 << 16
_PLAIN = re.compile(r"[^\"\\\n\r\0]{1,200}")


def home_files(home: Path, environ: Mapping[str, str], root: str) -> dict[str, str]:
    """Return the files that a private home begins with, by relative path.

    Of git's configuration it has who the user is and which files they ignore everywhere: neither
    credentials nor anything that would start a program.
    """
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "git"
    lines = ["[safe]", f'\tdirectory = "{_escaped(root)}"']
    who = _who(_text(config / "config")) | _who(_text(home / ".gitconfig"))
    if who:
        lines += ["[user]", *(f'\t{name} = "{value}"' for name, value in who.items())]
    files = {".gitconfig": "\n".join(lines) + "\n"}
    ignored = _text(config / "ignore")
    if ignored:
        files[".config/git/ignore"] = ignored
    return files


def private_folder(home: Path) -> Path:
    """Make a folder with a home and a place for temporary files, for tiers with no /tmp of theirs.

    What language tools keep at the user's home is linked to from there. Raises OSError.
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix_of("private")))
    (folder / "tmp").mkdir()
    private = folder / "home"
    private.mkdir()
    for name in NAMED:
        if (home / name).exists():
            (private / name).parent.mkdir(parents=True, exist_ok=True)
            (private / name).symlink_to(home / name)
    return folder


def thrown_away(folder: Path) -> None:
    """Remove a private folder with everything in it."""
    shutil.rmtree(folder, ignore_errors=True)


def _who(config: str) -> dict[str, str]:
    """Return name and address of the section `user`, where they are plain text."""
    section, found = "", {}
    for line in config.split("\n"):
        header = re.match(r"\s*\[([^\]]*)\]", line)
        if header:
            section = header[1].strip().lower()
            continue
        name, equals, value = line.partition("=")
        if section == "user" and equals and name.strip().lower() in {"name", "email"}:
            plain = value.strip().strip('"')
            if _PLAIN.fullmatch(plain):
                found[name.strip().lower()] = plain
    return found


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _text(path: Path) -> str:
    with suppress(OSError), open(path, encoding="utf-8", errors="surrogateescape") as file:
        if os.fstat(file.fileno()).st_size <= MOST_BYTES:
            return file.read()
    return ""
