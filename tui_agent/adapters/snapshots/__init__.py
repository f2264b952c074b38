"""Snapshots: the workspace as git trees in a shadow repository, apart from the user's own."""
