"""Whole programs: what a user starts, sees and finds on disk."""
