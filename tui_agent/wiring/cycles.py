"""When the interpreter looks for unreachable cycles: not while somebody types or reads along.

A full look at everything that is loaded takes 50 to 130 ms, as long as a dropped key feels. So the
program starts without it; what is loaded by then is never looked at again; and the full look is
left to quiet moments, after a turn. In between, young objects are looked at as ever. In the same
moments what requests and answers took goes back to the system: the C library keeps it otherwise,
and an hour of requests leaves megabytes of gaps.
"""

from __future__ import annotations

import gc
import sys

YOUNG = 10_000
"""Objects more than before, after which the young ones are looked at."""
MIDDLE = 20
FULL = 100_000
"""Looks at middle-aged ones before a full look comes by itself: after some hours."""


def begin() -> None:
    """Take everything that is loaded by now as lasting, and look at the rest as it comes."""
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, FULL)
    gc.enable()


def as_ever() -> None:
    """Where it is still off, take what is loaded as lasting, and look at the rest as it comes."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def tidy() -> None:
    """Look at everything, and give back what is free; takes 20 to 50 ms."""
    gc.collect()
    if sys.platform == "linux":
        from tui_agent.adapters.kernel.libc import libc

        trim = getattr(libc(), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
