"""Edits in every notation, placed or refused."""
