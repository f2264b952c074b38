"""What the sandbox of one session shows: workspace, repository, toolchains and an empty home."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from tui_agent.adapters.runner.environment import search_path, virtual_environment
from tui_agent.adapters.runner.git_parts import git_parts
from tui_agent.adapters.runner.private_home import home_files
from tui_agent.adapters.runner.sandbox_view import HOME, SYSTEM, SandboxView
from tui_agent.adapters.runner.toolchains import toolchains
from tui_agent.core.globs import matches

MOST_FOLDERS = 20_000
"""How many are looked through for what the rules deny."""
SECRET_FOLDERS = (
    ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".config/gcloud", ".config/gh",
    ".local/share/keyrings", ".password-store", ".mozilla", ".config/google-chrome",
    ".git-credentials", ".netrc", ".npmrc", ".pypirc",
)  # fmt: skip
"""Below HOME; hidden where the workspace holds the home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the settings say beyond what is found."""

    reads: Sequence[str] = ()
    """Further folders to be read; `~/` is the home."""
    writes: Sequence[str] = ()
    write_globs: Sequence[str] = ("**",)
    """Which paths of the workspace may be written."""
    denied: Sequence[str] = ()
    """Globs of paths of the workspace that no command may read."""
    records: Path | None = None
    """Where our own records are kept; hidden, should they lie in the workspace."""


def session_view(root: Path, environ: Mapping[str, str], wishes: Wishes) -> SandboxView:
    """Return what the sandbox shows of this machine, with a workspace or a copy of one, `root`."""
    root = Path(os.path.realpath(root))
    home = Path(os.path.realpath(environ.get("HOME") or "/"))
    virtual = virtual_environment(root, environ)
    found = toolchains(search_path(root, environ), root=root, home=home, virtual=virtual)
    return SandboxView(
        root=str(root),
        git=git_parts(root),
        readable=(*found, *_existing(wishes.reads, home)),
        writable=_existing(wishes.writes, home),
        writes=_writes(root, wishes.write_globs),
        hidden=_hidden(root, home, wishes),
        denied=_matching(root, wishes.denied),
        home=_private_home(home, root),
        home_files=home_files(home, environ, str(root)),
    )


def _hidden(root: Path, home: Path, wishes: Wishes) -> tuple[str, ...]:
    """Name what lies in the workspace and is not for commands: our records, the home's secrets."""
    places = [wishes.records] if wishes.records is not None else []
    if home.is_relative_to(root):
        places += [home / name for name in SECRET_FOLDERS]
    there = {Path(os.path.realpath(one)) for one in places if one.exists()}
    return tuple(str(one) for one in sorted(there) if one.is_relative_to(root) and one != root)


def _existing(named: Sequence[str], home: Path) -> tuple[str, ...]:
    """Return the folders that the user's settings name, as far as they are there."""
    places = (home / one[2:] if one.startswith("~/") else Path(one) for one in named)
    return tuple(os.path.realpath(one) for one in places if one.is_absolute() and one.exists())


def _writes(root: Path, globs: Sequence[str]) -> tuple[str, ...]:
    """Return the folders that hold all that the globs allow to be written, as far as they exist."""
    folders = set()
    for glob in globs:
        parts = glob.split("/")
        plain = list(takewhile(lambda part: not set(part) & set("*?["), parts))
        folder = root.joinpath(*plain)
        folders.add(folder if len(plain) < len(parts) else folder.parent)
    there = {Path(os.path.realpath(one)) for one in folders if one.is_dir()}
    inside = sorted(str(one) for one in there if one.is_relative_to(root))
    return (str(root),) if str(root) in inside else tuple(inside)


def _matching(root: Path, globs: Sequence[str]) -> tuple[str, ...]:
    """Return the files that the globs mean, as the workspace is now; links are left alone."""
    found: list[str] = []
    for count, (folder, names, files) in enumerate(os.walk(root) if globs else ()):
        if count > MOST_FOLDERS:
            break
        names[:] = [name for name in names if name != ".git"]
        for name in files:
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, root)
            if not os.path.islink(path) and any(matches(relative, glob) for glob in globs):
                found.append(path)
    return tuple(found)


def _private_home(home: Path, root: Path) -> str:
    """Return what HOME is inside: the same path, but empty, where nothing shown lies above it."""
    shown = (*SYSTEM, str(root))
    if home == Path("/") or any(home.is_relative_to(one) for one in shown):
        return HOME
    return str(home)
