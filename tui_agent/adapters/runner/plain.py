"""Runs commands without a sandbox: tier `none`.

What holds here: the command's folder lies in the workspace, its environment is the short list, its
time, output and file size are bounded, and what it starts is ended with it. What does not: it may
read, write and send whatever the user may. Hence every command asks. No limit is set on the number
of processes: without a namespace it counts all of the user's, and would fail for others' reasons.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from tui_agent.adapters.processes.commands import run
from tui_agent.adapters.runner.launching import Launching
from tui_agent.adapters.runner.views import Views
from tui_agent.core.copies import LaidFile
from tui_agent.core.ports import Exit
from tui_agent.core.proposal import Command


class PlainRunner:
    """The runner of tier `none`; `views` makes the copies for commands of view "copy"."""

    def __init__(self, launching: Launching, views: Views | None = None) -> None:
        self._launching = launching
        self._views = views

    @property
    def tier(self) -> Literal["none"]:
        """The name that the log and the screen give it."""
        return "none"

    async def begin(self) -> None:
        """Nothing has to be ready."""

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
            return await run(self._launching.launch(command), on_output)
        if self._views is None:
            message = "there is no place to keep a copy of the workspace"
            raise OSError(message)
        async with self._views.opened(over) as view:
            launch = self._launching.launch(command, view.folder)
            launch = replace(
                launch,
                argv=(*view.prefix, *launch.argv),
                environ={**launch.environ, **view.environ},
            )
            done = await run(launch, on_output)
            return replace(done, changes=await asyncio.to_thread(view.changes))

    async def close(self) -> None:
        """Each command has ended with all that it started; end what compared its copies."""
        if self._views is not None:
            await self._views.close()
