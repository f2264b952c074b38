"""Builds what answers as a model, from the hosts and the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.adapters.models.endpoints import Endpoints
    from tui_agent.adapters.models.pace import Rate
    from tui_agent.adapters.models.router import RoutedModel
    from tui_agent.core.settings import Settings
    from tui_agent.wiring.world import Wiring


def endpoints_of(wiring: Wiring) -> Endpoints:
    """Return the servers that a model's name may mean. Raises SettingsError."""
    from tui_agent.adapters.models.endpoints import Endpoints, own_endpoint

    commands = wiring.settings.api_key_cmd
    configured = [
        own_endpoint(
            one.name,
            one.base_url,
            one.dialect,
            one.key_variable,
            has_command=one.name in commands,
        )
        for one in wiring.settings.endpoints
    ]
    windows = {
        one.name: one.context_tokens for one in wiring.settings.endpoints if one.context_tokens
    }
    return Endpoints.of(wiring.environ, configured, windows)


def routed_model(wiring: Wiring) -> RoutedModel:
    """Return everything that answers as a model. Raises SettingsError."""
    from tui_agent.adapters.models.care import Care
    from tui_agent.adapters.models.router import RoutedModel

    settings = wiring.settings
    care = Care(stand_ins=settings.fallback, rates=rates_of(settings))
    model = RoutedModel(wiring.hosts, wiring.endpoints, folder=wiring.cwd, care=care)
    model.learn = wiring.redact.hold
    return model


def rates_of(settings: Settings) -> dict[str, Rate]:
    """Return what each provider allows, by its name."""
    from tui_agent.adapters.models.pace import Rate

    return {one.provider: Rate(requests=one.requests, tokens=one.tokens) for one in settings.rates}
