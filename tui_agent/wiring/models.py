"""The models that could be used: how their providers are, what they can, which meets a need."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_agent.core.needs import (
    NoEligibleModelError,
    cheapest_first,
    eligible,
    failing,
    needs_of,
)
from tui_agent.ui.commands.models_contract import Choice, ProviderState

if TYPE_CHECKING:
    from tui_agent.adapters.models.endpoints import Endpoint
    from tui_agent.core.messages import ModelFacts
    from tui_agent.wiring.world import Wiring

WELL = ("ok", "unknown")


class Models:
    """Fills `ui.commands.models_contract.ModelWork`."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    async def providers(self) -> Sequence[ProviderState]:
        """Ask each provider with a key how it is, all at once; no server of this machine."""
        names = await self._wiring.model.key_names()
        known = [one for one in self._wiring.endpoints.all if one.key_variable or not one.keyless]
        return await asyncio.gather(*(self._state(one, names) for one in known))

    async def _state(self, endpoint: Endpoint, names: frozenset[str]) -> ProviderState:
        model = self._wiring.model
        default = endpoint.default_model
        facts = await model.facts(default) if default else None
        if not self._usable(endpoint, names):
            return ProviderState(name=endpoint.name, usable=False, state="none", default=facts)
        answer = await model.health(f"{endpoint.name}/any")
        return ProviderState(
            name=endpoint.name,
            usable=True,
            state=answer["state"],
            ms=answer["ms"],
            said=answer["said"],
            default=facts,
        )

    async def of(self, provider: str) -> Sequence[ModelFacts]:
        """List a provider's models."""
        if "direct" in self._wiring.hosts:
            return await self._wiring.model.catalog(provider)
        from tui_agent.adapters.models.price_map import models_of

        return models_of(provider)

    async def by_need(self, words: Sequence[str]) -> Choice:
        """Choose by need, then by health: defaults first, then the cheapest of each provider.

        Raises:
            ValueError: what is no need.
            NoEligibleModelError: no model meets them.
            NoModelError: there is no provider to choose from.
        """
        from tui_agent.wiring.world import NoModelError

        needs = needs_of(words)
        wiring = self._wiring
        names = await wiring.model.key_names()
        usable = [one for one in wiring.endpoints.all if self._usable(one, names)]
        if not usable:
            message = "no provider has a key"
            raise NoModelError(message)
        known: list[ModelFacts] = []
        for endpoint in usable:
            known += await self._of_endpoint(endpoint)
        found = eligible(needs, known)
        if not found:
            raise NoEligibleModelError(failing(needs, known), len(known))
        passed: list[str] = []
        for provider in dict.fromkeys(one.model.partition("/")[0] for one in found):
            answer = await wiring.model.health(f"{provider}/any")
            if answer["state"] in WELL:
                chosen = next(one for one in found if one.model.startswith(f"{provider}/"))
                return Choice(chosen=chosen, eligible=tuple(found), passed_over=tuple(passed))
            passed.append(f"{provider} is passed over: {answer['said'] or answer['state']}")
        raise NoEligibleModelError(["a provider that answers", *passed], len(found))

    async def _of_endpoint(self, endpoint: Endpoint) -> list[ModelFacts]:
        default = endpoint.default_model
        listed = cheapest_first(await self.of(endpoint.name))
        if not default:
            return listed
        first = await self._wiring.model.facts(default)
        return [first, *(one for one in listed if one.model != default)]

    def _usable(self, endpoint: Endpoint, names: frozenset[str]) -> bool:
        """Return whether a provider has a key; one's own servers are asked by name alone."""
        return bool(endpoint.key_variable) and endpoint.key_variable in names


async def choose_by_need(wiring: Wiring) -> tuple[str, ...]:
    """Choose the model where the settings say what it must do, and name none; say which it is.

    Raises:
        SettingsError: they name what is no need.
        NoEligibleModelError: no model does it.
        NoModelError: there is no provider to choose from.
    """
    from tui_agent.adapters.settings import SettingsError

    settings = wiring.settings
    if settings.model or not settings.need:
        return ()
    try:
        choice = await Models(wiring).by_need(settings.need)
    except ValueError as error:
        message = f"need: {error}"
        raise SettingsError(message) from error
    wiring.choose_model(choice.chosen.model)
    needs = ", ".join(settings.need)
    return (*choice.passed_over, f"{choice.chosen.model} was chosen for: {needs}.")
