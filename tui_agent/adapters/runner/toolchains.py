"""Which folders outside of the system and the workspace hold the programs that commands need.

Found by PATH, by our own Python and the project's, and by the names under which language tools keep
themselves at home. Never a whole home: what lies beside a toolchain, keys say, stays unseen.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

NAMED = (
    ".pyenv", ".nvm", ".volta", ".asdf", ".rbenv", ".sdkman", ".jenv", ".bun", ".deno", ".rustup",
    ".cargo/bin", ".cargo/env", ".cargo/git", ".cargo/registry", "go/bin", "go/pkg", "go/sdk",
    ".ghcup", ".opam", ".elan", ".juliaup", ".nix-profile", ".m2/repository",
    ".local/bin", ".local/lib", ".local/pipx", ".local/share/pipx", ".local/share/uv",
    ".local/share/mise", ".local/share/fnm", ".local/share/pnpm", ".cache/pre-commit", ".cache/uv",
)  # fmt: skip
"""Below HOME. What may hold a key (`.cargo/credentials.toml`) lies beside them."""
_SIGNS = ("pyvenv.cfg", "libexec", "versions", "toolchains", "include", "lib/node_modules", "store")
"""What the folder above a `bin` holds where all of it is one toolchain."""
_FOLDERS = ("bin", "sbin", "shims", ".bin")


def toolchains(
    path: str,
    *,
    root: Path,
    home: Path,
    virtual: Path | None = None,
    named: Sequence[str] = NAMED,
) -> tuple[str, ...]:
    """Return the folders to show, without those that others of them hold.

    Args:
        path: PATH as commands get it.
        root: The workspace.
        home: The user's.
        virtual: The virtual environment that commands run in.
        named: What is shown below the home, if it is there.
    """
    found = [
        *(_prefix(Path(entry), root, home) for entry in path.split(os.pathsep) if entry),
        *_pythons(virtual),
        *(home / name for name in named),
    ]
    there = {os.path.abspath(one) for one in found if one is not None and one.exists()}
    there |= {os.path.realpath(one) for one in there}
    return tuple(_without_inner(one for one in there if _may_be_shown(Path(one), root, home)))


def _prefix(entry: Path, root: Path, home: Path) -> Path | None:
    """Return the toolchain that a folder of PATH belongs to, else that folder alone."""
    if not entry.is_absolute() or not entry.is_dir():
        return None
    above = entry.parent
    if (
        entry.name in _FOLDERS
        and _may_be_shown(above, root, home)
        and any((above / sign).exists() for sign in _SIGNS)
    ):
        return above
    return entry


def _pythons(virtual: Path | None) -> Iterator[Path]:
    """Yield what our own Python and the project's consist of."""
    yield Path(sys.base_prefix)
    yield Path(sys.prefix)
    yield _home_of(Path(os.path.realpath(sys.executable)))
    if virtual is not None:
        yield virtual
        for name in ("python", "python3"):
            home = _home_of(Path(os.path.realpath(virtual / "bin" / name)))
            if _is_python(home):
                yield home


def _is_python(home: Path) -> bool:
    """Return whether a Python lives there: an environment in the project may point anywhere."""
    return any(home.glob("lib*/*/os.py"))


def _home_of(python: Path) -> Path:
    return python.parent.parent if python.parent.name == "bin" else python.parent


def _may_be_shown(path: Path, root: Path, home: Path) -> bool:
    """Return whether a folder is no more than a toolchain: it holds neither home nor workspace."""
    real = Path(os.path.realpath(path))
    if len(real.parts) <= 1:
        return False
    holds = [Path(os.path.realpath(one)) for one in (home, root)]
    return not any(one.is_relative_to(real) for one in holds)


def _without_inner(paths: Iterable[str]) -> Sequence[str]:
    kept: list[str] = []
    for path in sorted(paths):
        if not any(path.startswith(f"{one}/") for one in kept):
            kept.append(path)
    return kept
