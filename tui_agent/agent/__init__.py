"""The orchestrator: it takes commands, decides what happens next, and emits what happened."""
