"""Runs commands, confined as far as the tier says: one module a tier, one for the environment."""
