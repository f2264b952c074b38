from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

HELD = """
from pathlib import Path
from tui_agent.wiring import cycles

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

passing, lasting = [], []
for _ in range(1_000):
    passing.append(b"x" * 65_536)
    lasting.append(b"x" * 16_384)
passing.clear()
held = resident()
cycles.tidy()
print(held - resident())
"""
"""Pieces that are smaller than what the C library gives back by itself, in a heap of their own."""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is given back by Linux's C library")
def test_what_is_free_between_things_that_last_is_given_back_in_a_quiet_moment() -> None:
    if not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("this C library gives back by itself")
    told = subprocess.run(
        [sys.executable, "-c", HELD], capture_output=True, text=True, timeout=60, check=True
    )
    assert int(told.stdout) > 500 * 65_536
