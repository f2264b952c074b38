"""Re-execution: a recorded session goes through today's code once more."""
