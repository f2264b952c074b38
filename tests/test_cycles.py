from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

GIVEN_BACK = """
from pathlib import Path
from tui_agent.wiring import cycles

PIECE = 64 * 1024  # bytes: less than what the C library gives back by itself

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

passing, lasting = [], []
for _ in range(1_000):
    passing.append(b"x" * PIECE)
    lasting.append(b"x" * 16 * 1024)
passing.clear()
held = resident()
cycles.tidy()
assert len(lasting) == 1_000
print((held - resident()) // PIECE)
"""
"""In a process of its own: what ran before decides where the C library puts such pieces."""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is given back by Linux's C library")
def test_what_is_free_between_things_that_last_is_given_back_in_a_quiet_moment() -> None:
    if not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("this C library gives back by itself")
    argv = [sys.executable, "-c", GIVEN_BACK]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert int(done.stdout) > 500
