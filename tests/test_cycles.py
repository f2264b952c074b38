from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import pytest

from tui_agent.wiring import cycles

PIECE = 64 * 1024
"""Bytes: less than what the C library gives back by itself."""


def resident() -> int:
    """Return the bytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


@pytest.mark.skipif(sys.platform != "linux", reason="memory is given back by Linux's C library")
def test_what_is_free_between_things_that_last_is_given_back_in_a_quiet_moment() -> None:
    if not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("this C library gives back by itself")
    passing, lasting = [], []
    for _ in range(1_000):
        passing.append(b"x" * PIECE)
        lasting.append(b"x" * 1024)
    passing.clear()
    held = resident()
    cycles.tidy()
    assert len(lasting) == 1_000
    assert resident() < held - 500 * PIECE
