"""Stories of the orchestrator: real files, git and processes; only the model follows a script."""
