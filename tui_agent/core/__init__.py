"""Values and rules: no I/O, no tasks, no user interface."""
