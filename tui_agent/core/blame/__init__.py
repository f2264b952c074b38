"""Which session, step and model a line came from, or that a person wrote it."""

from __future__ import annotations

from tui_agent.core.blame.calls import origin_of, versions_of
from tui_agent.core.blame.lines import (
    Blamed,
    Entry,
    Origin,
    Piece,
    Version,
    blamed,
    entry_of,
    lineage,
)

__all__ = [
    "Blamed",
    "Entry",
    "Origin",
    "Piece",
    "Version",
    "blamed",
    "entry_of",
    "lineage",
    "origin_of",
    "versions_of",
]
