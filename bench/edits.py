"""How long an edit of 6,000 lines takes to become hunks, beside `git diff` on the same files."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

from bench.figures import Figure
from tui_agent.core.blob import Blob
from tui_agent.core.patch import FileChange, FileView, describe

LINES = 24_000
CHANGED = 6_000
RUN = 6
"""Changed lines in a row."""


def texts() -> tuple[bytes, bytes]:
    """Return a file before and after: repetitive, as code is, and changed in a thousand places."""
    chance = random.Random(7)
    before = [
        f"    value_{chance.randrange(400)} = f({number % 37})\n" if number % 7 else "\n"
        for number in range(LINES)
    ]
    after = list(before)
    for begin in range(0, LINES, LINES * RUN // CHANGED):
        for number in range(begin, begin + RUN):
            after[number] = f"    changed_{number} = g({number % 11})\n"
    return "".join(before).encode(), "".join(after).encode()


def _blob(data: bytes) -> Blob:
    return Blob(sha=f"{len(data):064x}", size=len(data))


def hunks(before: bytes, after: bytes) -> int:
    """Propose the change as hunks; return how many."""
    patch = describe(FileChange(path="a.py", before=before, after=after), _blob)
    return len(FileView.of(patch, before, after).hunks())


def measure(folder: Path, runs: int) -> list[Figure]:
    """Time both, in turn."""
    before, after = texts()
    (folder / "before").write_bytes(before)
    (folder / "after").write_bytes(after)
    ours = Figure(name="6,000 changed lines → hunks", unit="ms", note="in the process")
    git = Figure(name="the same by `git diff --no-index`", unit="ms", note="with its start")
    command = ["git", "diff", "--no-index", "--no-ext-diff", "before", "after"]
    for _ in range(runs):
        began = time.monotonic()
        found = hunks(before, after)
        ours.runs.append(1000 * (time.monotonic() - began))
        began = time.monotonic()
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False)
        git.runs.append(1000 * (time.monotonic() - began))
        ours.note = f"{found} hunks, in the process"
    return [ours, git]
