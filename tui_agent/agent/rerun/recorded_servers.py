"""Servers of tools over their record: what they said is said again, and none of them is started."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui_agent.core.events import MAIN_AGENT, ModelRequested, Notice, Record, ServerReported
from tui_agent.core.replay.cues import reports_before
from tui_agent.core.served import Answer, ServerFaultError

if TYPE_CHECKING:
    from tui_agent.agent.rerun.mailbox import Mailbox
    from tui_agent.core.ports import Tool

SERVERS = "servers"
"""The name under which their reports are waited for."""


class RecordedServers:
    """Fills `core.served.ToolServers`."""

    def __init__(
        self,
        records: Sequence[Record],
        tools: Mapping[str, Tool],
        mailbox: Mailbox,
        made: Callable[[], Sequence[Record]],
    ) -> None:
        """Say what these records hold; `made` gives those that there are by now."""
        self.tools = tools
        self.names: Sequence[str] = ()
        self.pending: Sequence[str] = ()
        self._before = [
            len(reports_before(records, index))
            for index, record in enumerate(records)
            if isinstance(record.event, ModelRequested) and record.agent_id == MAIN_AGENT
        ]
        self._mailbox, self._made = mailbox, made
        self._counted, self._requests = 0, 0
        self._news: list[ServerReported | Notice] = []

    def begin(self) -> None:
        """Start nothing."""

    async def ready(self) -> None:
        """Wait for what was said before the request that comes next."""
        made = self._made()
        for record in map(made.__getitem__, range(self._counted, len(made))):
            asked = isinstance(record.event, ModelRequested) and record.agent_id == MAIN_AGENT
            self._requests += asked
        self._counted = len(made)
        wanted = self._before[self._requests] if self._requests < len(self._before) else 0
        for _ in range(wanted):
            said = await self._mailbox.take(SERVERS)
            if isinstance(said, ServerReported):
                self._news.append(said)

    def news(self) -> Sequence[ServerReported | Notice]:
        """Give what was said."""
        news, self._news = self._news, []
        return news

    async def restart(self, name: str) -> None:
        """Restart nothing."""
        del name

    async def read(self, server: str, uri: str) -> Answer:
        """Read nothing: what was read stands in the messages. Raises ServerFaultError."""
        raise ServerFaultError(f"{server} is not there in a re-execution, and so {uri} is not read")

    async def prompt(
        self, server: str, name: str, arguments: Mapping[str, str]
    ) -> Sequence[tuple[str, Answer]]:
        """Ask for nothing, as `read`. Raises ServerFaultError."""
        del arguments
        raise ServerFaultError(f"{server} is not there in a re-execution, and so {name} is not")

    async def close(self) -> None:
        """End nothing."""
