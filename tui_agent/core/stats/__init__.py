"""Figures of sessions: what they cost, where the time went, what was rejected and done again."""

from __future__ import annotations

from tui_agent.core.stats.tally import Tally
from tui_agent.core.stats.values import DIMENSIONS, Dimension, Row, Stats, usage_of

__all__ = ["DIMENSIONS", "Dimension", "Row", "Stats", "Tally", "usage_of"]
