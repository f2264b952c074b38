"""Patches: algebra, decisions, reports."""
