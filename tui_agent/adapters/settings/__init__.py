"""Settings from files, environment and flags, merged, each value with its origin."""

from __future__ import annotations

from tui_agent.adapters.settings.layers import SettingsError
from tui_agent.adapters.settings.load import Loaded, Sources, load_settings
from tui_agent.adapters.settings.merge import Given

__all__ = ["Given", "Loaded", "SettingsError", "Sources", "load_settings"]
