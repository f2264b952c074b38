"""Runs commands without a sandbox: tier `none`.

What holds here: the command's folder lies in the workspace, its environment is the short list, its
time, output and file size are bounded, and what it starts is ended with it. What does not: it may
read, write and send whatever the user may. Hence every command asks. No limit is set on the number
of processes: without a namespace it counts all of the user's, and would fail for others' reasons.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from tui_agent.adapters.processes.commands import Launch, run
from tui_agent.adapters.runner.environment import command_environment, own_path
from tui_agent.adapters.runner.views import View, Views
from tui_agent.core.copies import LaidFile
from tui_agent.core.ports import Exit
from tui_agent.core.proposal import Command

LONGEST_SECONDS = 3600.0


class PlainRunner:
    """The runner of tier `none`."""

    def __init__(
        self,
        root: Path,
        environ: Mapping[str, str],
        *,
        allowed: Collection[str] = (),
        held: Callable[[], Collection[str]] = tuple,
        unasked: Callable[[str], bool] = lambda _: False,
        views: Views | None = None,
    ) -> None:
        """Run in `root`; pass on `allowed` variables, and nothing whose value `held` returns.

        For a command of which `unasked` is true, PATH holds no folder of the workspace, not even
        that of its virtual environment: what nobody is asked about must be the system's program.
        `views` makes the copies that commands of view "copy" run in.
        """
        self._root = root
        self._environ = environ
        self._allowed = tuple(allowed)
        self._held = held
        self._unasked = unasked
        self._views = views

    @property
    def tier(self) -> Literal["none"]:
        """The name that the log and the screen give it."""
        return "none"

    async def run(
        self,
        command: Command,
        on_output: Callable[[str], None],
        over: Sequence[LaidFile] = (),
    ) -> Exit:
        """Run a command by the shell, in its folder of the workspace or of a copy.

        Raises OSError where the folder is missing, lies outside, or nothing can be started.
        """
        if command.view == "tree":
            return await run(self._launch(command), on_output)
        if self._views is None:
            message = "there is no place to keep a copy of the workspace"
            raise OSError(message)
        async with self._views.opened(over) as view:
            done = await run(self._launch(command, view), on_output)
            return replace(done, changes=await asyncio.to_thread(view.changes))

    def _launch(self, command: Command, view: View | None = None) -> Launch:
        if "\0" in command.text:
            message = "a command holds no NUL character"
            raise OSError(message)
        root = view.folder if view is not None else self._root
        environ = command_environment(root, self._environ, allowed=self._allowed, held=self._held())
        if self._unasked(command.text):
            environ["PATH"] = own_path(root, self._environ)
        return Launch(
            argv=(*(view.prefix if view is not None else ()), _shell(), "-c", command.text),
            cwd=_folder(root, command.cwd),
            environ=environ | (view.environ if view is not None else {}),
            timeout_seconds=max(0.1, min(command.timeout_seconds, LONGEST_SECONDS)),
        )


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


def _shell() -> str:
    """Return the shell: bash where it stands at its usual place, because models write for it."""
    return "/bin/bash" if Path("/bin/bash").is_file() else "/bin/sh"
