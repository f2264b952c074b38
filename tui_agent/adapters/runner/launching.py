"""Turns a command of the core into what is started: shell, folder, environment and limits."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tui_agent.adapters.processes.commands import Launch
from tui_agent.adapters.runner.environment import command_environment, own_path
from tui_agent.core.proposal import Command

LONGEST_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Launching:
    """What the commands of a session have in common."""

    root: Path
    """The workspace."""
    environ: Mapping[str, str]
    """Ours; what is passed on of it is a short list."""
    allowed: Collection[str] = ()
    """Names of further variables, from the user's settings."""
    held: Callable[[], Collection[str]] = tuple
    """Values that no command gets under any name."""
    secret: Callable[[str], bool] = lambda _: False
    """Whether a value is, or holds, a secret that is kept elsewhere."""

    def launch(self, command: Command, root: Path | None = None) -> Launch:
        """Prepare a command, run by the shell, in its folder of the workspace or of a copy, `root`.

        Where nobody was asked about it, PATH holds no folder of the workspace, not even that of its
        virtual environment: it must be the system's program.
        Raises OSError where the folder is missing or lies outside.
        """
        if "\0" in command.text:
            message = "a command holds no NUL character"
            raise OSError(message)
        root = root or self.root
        environ = self._environment(root)
        if command.unasked:
            environ["PATH"] = own_path(root, self.environ)
        return Launch(
            argv=(shell(), "-c", command.text),
            cwd=_folder(root, command.cwd),
            environ=environ,
            timeout_seconds=max(0.1, min(command.timeout_seconds, LONGEST_SECONDS)),
        )

    def _environment(self, root: Path) -> dict[str, str]:
        found = command_environment(root, self.environ, allowed=self.allowed, held=self.held())
        return {name: value for name, value in found.items() if not self.secret(value)}


def _folder(root: Path, cwd: str) -> str:
    root = Path(os.path.realpath(root))
    folder = Path(os.path.realpath(root / cwd))
    if not folder.is_relative_to(root):
        message = f"{cwd} lies outside of the workspace"
        raise NotADirectoryError(message)
    if not folder.is_dir():
        message = f"{cwd} is not a folder"
        raise NotADirectoryError(message)
    return str(folder)


def at_home_in(launch: Launch, home: str, temporary: str) -> Launch:
    """Return the launch with another home and another folder for temporary files."""
    environ = {**launch.environ, "HOME": home, "TMPDIR": temporary}
    return replace(launch, environ=environ)


def shell() -> str:
    """Return the shell: bash where it stands at its usual place, because models write for it."""
    return "/bin/bash" if Path("/bin/bash").is_file() else "/bin/sh"
