"""What runs a session's commands, confined as the settings and the machine allow."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.adapters.runner.environment import search_path, virtual_environment
from tui_agent.adapters.runner.git_parts import git_parts
from tui_agent.adapters.runner.launching import Launching
from tui_agent.adapters.runner.plain import PlainRunner
from tui_agent.adapters.runner.private_home import home_files
from tui_agent.adapters.runner.sandbox_view import HOME, SYSTEM, SandboxView
from tui_agent.adapters.runner.sandboxed import IN_ORDER, Choosing, SandboxedRunner
from tui_agent.adapters.runner.toolchains import toolchains
from tui_agent.adapters.runner.views import Views
from tui_agent.core.policy import looks_only

if TYPE_CHECKING:
    from tui_agent.wiring.world import Wiring

SECRET_FOLDERS = (
    ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".config/gcloud", ".config/gh",
    ".local/share/keyrings", ".password-store", ".mozilla", ".config/google-chrome",
    ".git-credentials", ".netrc", ".npmrc", ".pypirc",
)  # fmt: skip
"""Below HOME; hidden where the workspace holds the home."""


def runner_for(
    wiring: Wiring, root: Path, lent: tuple[str, ...] = ()
) -> PlainRunner | SandboxedRunner:
    """Return what runs this session's commands in the workspace or in a copy of it.

    `lent` are folders outside of it that a copy's repository reads. Nothing is started yet.
    """
    settings = wiring.settings
    narrowed = bool(settings.toolsets)
    launching = Launching(
        root=root,
        environ=wiring.environ,
        allowed=settings.environment,
        secret=lambda value: bool(wiring.redact(value)[1]),
        unasked=lambda text: narrowed and looks_only(text),
    )
    views = Views(wiring.state.path / "views", root)
    plain = PlainRunner(launching, views)
    if wiring.options.no_sandbox or settings.sandbox == "none":
        return plain
    choosing = Choosing(tiers=IN_ORDER)
    return SandboxedRunner(
        launching, lambda root: view_of(wiring, root, lent), plain, views, choosing
    )


def view_of(wiring: Wiring, root: Path, lent: tuple[str, ...] = ()) -> SandboxView:
    """Return what the sandbox of this session shows, with the workspace or a copy of it, `root`."""
    root = Path(os.path.realpath(root))
    home = Path(os.path.realpath(wiring.environ.get("HOME") or "/"))
    virtual = virtual_environment(root, wiring.environ)
    path = search_path(root, wiring.environ)
    return SandboxView(
        root=str(root),
        git=git_parts(root),
        readable=(*toolchains(path, root=root, home=home, virtual=virtual), *lent),
        hidden=_hidden(root, home, wiring.state.path),
        home=_private_home(home, root),
        home_files=home_files(home, wiring.environ, str(root)),
    )


def _hidden(root: Path, home: Path, state: Path) -> tuple[str, ...]:
    """Name what lies in the workspace and is none of it: our own records, the home's secrets."""
    places = [state]
    if home.is_relative_to(root):
        places += [home / name for name in SECRET_FOLDERS]
    there = {Path(os.path.realpath(one)) for one in places if one.exists()}
    return tuple(str(one) for one in sorted(there) if one.is_relative_to(root) and one != root)


def _private_home(home: Path, root: Path) -> str:
    """Return what HOME is inside: the same path, but empty, where nothing shown lies above it."""
    shown = (*SYSTEM, str(root))
    if home == Path("/") or any(home.is_relative_to(one) for one in shown):
        return HOME
    return str(home)
