"""Builds what starts and asks the servers of tools: their places, and what they are given."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from tui_agent.adapters.clock import SystemClock
from tui_agent.adapters.mcp.client import ServerClient
from tui_agent.adapters.mcp.known import KnownServers
from tui_agent.adapters.mcp.place import Place
from tui_agent.adapters.mcp.session_servers import OneServer, SessionServers
from tui_agent.adapters.models.keys import is_key_variable
from tui_agent.adapters.models.masking import Mask
from tui_agent.adapters.redaction import HELD
from tui_agent.adapters.runner.environment import LOOKS_LIKE_A_KEY
from tui_agent.adapters.runner.session_view import session_view
from tui_agent.core.servers import DefinitionError, ServerDefinition, expanded, variables_of
from tui_agent.tools.served import ServedBy, ServedTool
from tui_agent.wiring.sandbox import wishes_of

if TYPE_CHECKING:
    from tui_agent.core.ports import Runner, Tool
    from tui_agent.core.served import OfferedTool, ToolServers
    from tui_agent.core.servers import Origin
    from tui_agent.wiring.world import Wiring


def client_of(
    wiring: Wiring, definition: ServerDefinition, tier: Callable[[], str]
) -> ServerClient:
    """Return what starts and asks a server; nothing is started yet."""
    wishes = wishes_of(wiring)
    place = Place(
        root=wiring.workspace,
        environ=wiring.environ,
        view=lambda folder: session_view(folder, wiring.environ, wishes),
        tier=tier,
        unconfined=wiring.options.no_sandbox or wiring.settings.sandbox == "none",
    )
    return ServerClient(definition, place, _Expanding(wiring), wiring.settings.mcp.start_seconds)


def _note_allowed(known: KnownServers, origin: Origin, tool: OfferedTool) -> None:
    with suppress(OSError):  # Without the note, what an exact rule allows still names its digest.
        known.allow(origin, tool)


@dataclass(frozen=True, slots=True)
class _Expanding:
    """Puts variables in, masks what may be secret of them, and keeps providers' keys back."""

    wiring: Wiring
    masked: set[str] = field(default_factory=set)
    """What is masked already."""

    def __call__(self, definition: ServerDefinition) -> ServerDefinition:
        """Return the definition as it is started. Raises DefinitionError."""
        made = expanded(definition, self._look_up)
        given = (*made.env, *made.headers)
        line = (("its command", " ".join((made.command, *made.args))), ("its address", made.url))
        for name, value in (*given, *line):
            if HELD in self.wiring.redact(value)[1]:
                message = f"{name} would hold a provider's key, which no server gets"
                raise DefinitionError(message)
        named = ((name, self._look_up(name) or "") for name in variables_of(definition))
        secret = {
            word
            for name, value in (*given, *named)
            if LOOKS_LIKE_A_KEY.search(name.replace("-", "_"))
            for word in value.split()
        }
        new = {word for word in secret if word not in self.masked}
        self.masked.update(new)
        self.wiring.redact.hold_named(Mask({word: word for word in new}).held())
        return made

    def _look_up(self, name: str) -> str | None:
        named = {one.key_variable for one in self.wiring.settings.endpoints}
        if is_key_variable(name, named):
            message = f"{name} is a provider's key, which no server gets"
            raise DefinitionError(message)
        return self.wiring.environ.get(name)


def servers_of(wiring: Wiring, runner: Runner) -> ToolServers | None:
    """Return the servers of a session; None where there are none, or toolsets leave them out."""
    from tui_agent.wiring.servers import defined_of

    found = defined_of(wiring)
    if wiring.toolsets or not any(not one.disabled for one in found.servers.values()):
        return None
    known = KnownServers(wiring.state.path, wiring.root)
    mcp = wiring.settings.mcp
    servers = [
        OneServer(
            client_of(wiring, one, lambda: runner.tier),
            start=mcp.start_seconds,
            call=mcp.call_seconds,
        )
        for one in found.servers.values()
        if not one.disabled
    ]
    limit = wiring.settings.limits.output_bytes

    def made(one: OneServer, offered: OfferedTool) -> Tool:
        definition = one.client.definition
        return ServedTool(
            offered,
            ServedBy(
                server=one.name,
                reaches=one.client.shown.reaches,
                host=one.client.shown.host,
                writes=definition.writes,
                sandbox=lambda: one.client.tier,
                call=one.call,
                allowed=lambda name: known.allowed(definition.origin, name),
                allow=partial(_note_allowed, known, definition.origin),
                limit=limit,
            ),
        )

    return SessionServers(servers, made, known, SystemClock())
