"""What is said where the confinement that the user asks for cannot be had."""

from __future__ import annotations


class TierMissingError(OSError):
    """The tier that is asked for, or required, cannot be had here; the message says why."""
