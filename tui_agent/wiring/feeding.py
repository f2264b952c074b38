"""Feeds the sinks that the user's settings name with the events of a session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.adapters.settings import SettingsError
from tui_agent.adapters.sinks import RotatingFile, SinkError, feed, plugin_sinks
from tui_agent.agent.redaction import redacted

if TYPE_CHECKING:
    from tui_agent.agent.agent import Agent
    from tui_agent.core.events import Record
    from tui_agent.core.settings import LogSettings
    from tui_agent.core.sink import Sink


def sinks_of(settings: LogSettings) -> list[Sink]:
    """Make the sinks that are named. Raises SettingsError, with what to do."""
    made: list[Sink] = []
    try:
        if settings.file:
            made.append(RotatingFile(Path(settings.file).expanduser(), settings.bytes))
        made += plugin_sinks(settings.sinks)
    except (OSError, SinkError, RuntimeError) as error:  # the last of a home folder: `~nobody`
        for sink in made:
            sink.close()
        where = "log.sinks" if isinstance(error, SinkError) else "log.file"
        message = f"{where}: {error}"
        raise SettingsError(message) from None
    return made


class Feeding:
    """The sinks of one open session; each has a task of its own."""

    def __init__(self, sinks: list[Sink], agent: Agent, past: int) -> None:
        """Begin to feed; what the session held before stays untold."""
        self._agent = agent
        self._tasks = [self._begin(sink, past) for sink in sinks]

    def _begin(self, sink: Sink, past: int) -> asyncio.Task[None]:
        def ended(task: asyncio.Task[None]) -> None:
            """Say once that a sink has failed; it gets nothing more, and the turn goes on."""
            error = None if task.cancelled() else task.exception()
            if error is not None:
                what = f"{type(sink).__name__} gets no more events: {type(error).__name__}: {error}"
                self._agent.engine.notice(what, "warning")

        task = asyncio.create_task(feed(sink, self._events(), past))
        task.add_done_callback(ended)
        return task

    async def _events(self) -> AsyncGenerator[Record, None]:
        """Give the events as they may leave us."""
        redact = self._agent.engine.world.redact
        async for record in self._agent.events():
            event = redacted(record.event, redact, leaves=True)[0]
            yield record if event is record.event else replace(record, event=event)

    async def end(self) -> None:
        """Wait until every sink has had the last event: the agent has been closed before."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
