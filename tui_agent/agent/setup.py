"""Under what a process decides, as its log keeps it, and settings again from what a log kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.core.codec import decode, encode
from tui_agent.core.events import Setup
from tui_agent.core.prompt import PROMPTS
from tui_agent.core.settings import InterfaceSettings, McpSettings, Settings

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine

_USUAL = encode(Settings())


def setup_of(engine: Engine) -> Setup:
    """Return what a re-execution needs to decide as this process does."""
    kept = replace(
        engine.settings,
        endpoints=(),
        api_key_cmd={},
        interface=InterfaceSettings(),
        mcp=replace(engine.settings.mcp, servers=McpSettings().servers),
    )
    settings = encode(kept)
    return Setup(
        settings={key: value for key, value in settings.items() if value != _USUAL.get(key)},
        attended=engine.attended,
        answer=engine.answer,
        unconfined=engine.unconfined,
        tier=engine.world.runner.tier,
        prompts={
            name: text for name, text in engine.world.prompts.items() if text != PROMPTS.get(name)
        },
    )


def settings_of(setup: Setup) -> Settings:
    """Return the settings that a log kept. Raises CodecError where they are none of ours."""
    return decode(Settings, setup.settings)
