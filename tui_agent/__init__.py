"""Terminal pair-programmer with per-hunk approval and replayable sessions."""
