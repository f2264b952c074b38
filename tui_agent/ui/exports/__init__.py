"""A session as a file for others: each format in a module of its own, from the same blocks."""
