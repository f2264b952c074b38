"""Re-execution of a recorded session as values: what is compared, and what a difference means."""
