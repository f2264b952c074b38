"""Builds what starts and asks the servers of tools: their places, and what they are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_agent.adapters.mcp.client import ServerClient
from tui_agent.adapters.mcp.place import Place
from tui_agent.adapters.models.keys import is_key_variable
from tui_agent.adapters.models.masking import Mask
from tui_agent.adapters.redaction import HELD
from tui_agent.adapters.runner.environment import LOOKS_LIKE_A_KEY
from tui_agent.adapters.runner.session_view import session_view
from tui_agent.core.servers import DefinitionError, ServerDefinition, expanded
from tui_agent.wiring.sandbox import wishes_of

if TYPE_CHECKING:
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


@dataclass(frozen=True, slots=True)
class _Expanding:
    """Puts variables in, masks what may be secret of them, and keeps providers' keys back."""

    wiring: Wiring

    def __call__(self, definition: ServerDefinition) -> ServerDefinition:
        """Return the definition as it is started. Raises DefinitionError."""
        made = expanded(definition, self._look_up)
        for name, value in (*made.env, *made.headers):
            if HELD in self.wiring.redact(value)[1]:
                message = f"{name} would hold a provider's key, which no server gets"
                raise DefinitionError(message)
        secret = {
            name: value
            for name, value in (*made.env, *made.headers)
            if LOOKS_LIKE_A_KEY.search(name.replace("-", "_"))
        }
        self.wiring.redact.hold(Mask(secret).held())
        return made

    def _look_up(self, name: str) -> str | None:
        named = {one.key_variable for one in self.wiring.settings.endpoints}
        if is_key_variable(name, named):
            message = f"{name} is a provider's key, which no server gets"
            raise DefinitionError(message)
        return self.wiring.environ.get(name)
