"""How long an edit of 6,000 lines takes to become hunks, beside `git diff` on the same files."""

from __future__ import annotations

import asyncio
import gc
import random
import subprocess
import time
from pathlib import Path
from statistics import median

from bench.figures import Figure
from tests.core.edits.workspace import Memory
from tests.ui.test_changes_pane import Desk, a_thousand_hunks
from tests.ui.told_client import ToldClient
from tui_agent.core.blob import Blob
from tui_agent.core.edits import EditError, Replacement, str_replace
from tui_agent.core.patch import FileChange, FileView, describe
from tui_agent.core.state import fold
from tui_agent.ui.tui.widgets.changes import ChangesPane

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
    ours = Figure(name="6,000 changed lines → hunks", unit="ms", goal="≤ 200")
    refusal = Figure(name="no-match answer in 24,000 lines", unit="ms", goal="≤ 1,000")
    opening = Figure(name="1,000 hunks → drawn in the pane", unit="ms", goal="≤ 200")
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
        refusal.runs.append(refused(before))
        opening.runs.append(asyncio.run(opened()))
    for one in (ours, refusal, opening):
        one.note = f"{one.note}, {median(one.runs) / median(git.runs):.1f} times git diff".strip(
            ", "
        )
    return [ours, refusal, opening, git]


def refused(data: bytes) -> float:
    """Quote 400 lines of a file with one of them wrong; return milliseconds to the refusal."""
    lines = data.decode().split("\n")[9_000:9_400]
    lines[200] = "    this line is not there"
    edit = [Replacement(old="\n".join(lines), new="shorter")]
    began = time.monotonic()
    try:
        str_replace("a.py", edit, Memory({"a.py": data}))
    except EditError:
        return 1000 * (time.monotonic() - began)
    message = "the edit was taken"
    raise AssertionError(message)


async def opened() -> float:
    """Show 10,000 lines with a thousand hunks in the real pane; return milliseconds."""
    story = a_thousand_hunks()
    desk = Desk(ChangesPane(load=ToldClient(story).blob))
    async with desk.run_test(size=(120, 40)) as pilot:
        state = fold(story.records)
        gc.collect()
        gc.freeze()  # as the program does once it is loaded
        began = time.monotonic()
        desk.pane.show(state)
        await desk.workers.wait_for_complete()
        await pilot.pause()
        took = 1000 * (time.monotonic() - began)
        gc.unfreeze()
    return took
