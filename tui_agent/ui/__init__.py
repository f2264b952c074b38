"""The front ends: the full screen, line mode, JSON lines, text, and the command line's commands."""
