"""Terminal pair-programmer with per-hunk approval and replayable sessions."""

__version__ = "0.1.0"
