"""Asks on the terminal for what must not be shown; never where there is none."""

from __future__ import annotations

import os
import sys

_TERMINAL = "/dev/tty"


def can_ask() -> bool:
    """Return whether somebody sits at a terminal of ours, whatever is piped in or out."""
    try:
        if not os.isatty(sys.stderr.fileno()):
            return False
        os.close(os.open(_TERMINAL, os.O_RDWR | os.O_NOCTTY))
    except (OSError, ValueError, AttributeError):
        return False
    return True


def hidden(prompt: str) -> str:
    """Return what is typed, which is not shown; empty where nothing is (Ctrl-D)."""
    import getpass

    try:
        return getpass.getpass(prompt).strip()
    except EOFError:
        return ""


def told(sentence: str) -> None:
    """Say something between two questions."""
    sys.stderr.write(f"{sentence}\n")
