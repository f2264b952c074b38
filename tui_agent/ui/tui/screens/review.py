"""The full screen review."""

from __future__ import annotations


def open_or_close(pane: object) -> None:
    """Open."""
