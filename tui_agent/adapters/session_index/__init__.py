"""The index of sessions: a cache beside the logs, that may be thrown away at any time."""

from __future__ import annotations

from tui_agent.adapters.session_index.finding import Hit
from tui_agent.adapters.session_index.index import Looked, SessionIndex

__all__ = ["Hit", "Looked", "SessionIndex"]
