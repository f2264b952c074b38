"""What `agent mcp` asks of the program round it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tui_agent.ui.commands.contract import Surroundings

if TYPE_CHECKING:
    from tui_agent.core.servers import ServerDefinition
    from tui_agent.ui.commands.mcp_serve import ServeWish


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedServer:
    """One server as a list shows it."""

    definition: ServerDefinition
    state: str
    """Whether it may be started, and if not, why: `ready to start`, `the folder is not trusted`."""
    usable: bool = True
    tools: tuple[str, ...] | None = None
    """What it offered when it was last asked; None where it never was."""
    seen: str = ""
    """When that was (UTC, ISO 8601)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedServer:
    """What came of starting a server."""

    name: str
    failed: str = ""
    """Why it cannot be used, in a sentence; empty where it can."""
    title: str = ""
    """The name and version that it gives itself."""
    start_ms: int = 0
    sandbox: str = "none"
    tools: tuple[tuple[str, str], ...] = ()
    """Name for the model, and the first line of its description."""
    resources: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """Tools that cannot be offered, each with the reason."""


class ServerWork(Protocol):
    """The servers of this folder."""

    def listed(self) -> Sequence[ListedServer]:
        """List the user's and the project's servers; none is started."""
        ...

    @property
    def problems(self) -> Sequence[str]:
        """What is wrong with definitions, in sentences."""
        ...

    def add(self, name: str, table: Mapping[str, Any], *, project: bool) -> str:
        """Write a server into the user's settings, or the project's file; return where.

        Raises ValueError, OSError.
        """
        ...

    def remove(self, name: str, *, project: bool) -> str:
        """Take a server out of the user's settings, or the project's file; return from where.

        Raises ValueError, OSError.
        """
        ...

    async def test(self, name: str) -> TestedServer:
        """Start a server, ask it what it offers, and end it. Raises ValueError for an unknown one.

        Raises OSError where no sandbox can be had that is required.
        """
        ...


class WithServers(Surroundings, Protocol):
    """What `agent mcp` may use."""

    @property
    def servers(self) -> ServerWork:
        """The servers of tools."""
        ...

    async def serve_tools(self, wish: ServeWish) -> int:
        """Offer our own tools until the other side leaves. Raises OSError."""
        ...
