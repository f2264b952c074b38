"""Loads the event loop and the screen's library as this program needs them, not as they come."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import cast

FRAMES = "TEXTUAL_FPS"
"""Names to Textual how many frames a second it may draw; read once, when it is loaded."""
FRAMES_A_SECOND = 120
"""Textual's own 60 let a key wait up to 17 ms after the frame before it, the first one too."""


def load_event_loop() -> None:
    """Load it without what encrypts connections, which takes 5 ms: this process has none.

    Whoever speaks to the network is a host in a process of its own. The library is made for Pythons
    that have no such module; whoever imports that one later gets it.
    """
    if not {"asyncio", "ssl"} & set(sys.modules):
        known = cast("dict[str, object]", sys.modules)
        known["ssl"] = None
        try:
            import_module("asyncio")
        finally:
            del known["ssl"]


def load_screen() -> None:
    """Load Textual's constants, with our number of frames where the user names no other."""
    if FRAMES not in os.environ:
        os.environ[FRAMES] = str(FRAMES_A_SECOND)
        try:
            import_module("textual.constants")
        finally:
            del os.environ[FRAMES]  # what we start is not meant
