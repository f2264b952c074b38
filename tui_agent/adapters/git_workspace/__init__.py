"""The folder that the agent works in: confined paths, atomic writes, listing, search, facts."""
