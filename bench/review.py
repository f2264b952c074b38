"""A patch of a thousand hunks in the review: how soon it stands there, and whether keys keep up."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure, percentile
from bench.programs import Program
from bench.start import WAIT
from bench.terminal import Terminal

LINES, HUNKS = 10_000, 1_000
STEPS = 60
"""Hunks that are gone through one by one."""
VERDICTS, RATE = 300, 60
"""Keys of a held `y`, and how many come a second."""
PATCH = "big.patch"


def write_patch(folder: Path) -> None:
    """Commit a file of 10,000 lines, and put a patch of a thousand hunks beside the repository."""
    lines = [f"value_{number} = {number}  # a line of code\n" for number in range(LINES)]
    (folder / "many.py").write_text("".join(lines), encoding="utf-8")
    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.invalid"]
    subprocess.run([*git, "add", "--all"], cwd=folder, check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "Begin"], cwd=folder, check=True)
    lines[::10] = [line.replace("value", "other") for line in lines[::10]]
    (folder / "many.py").write_text("".join(lines), encoding="utf-8")
    done = subprocess.run(["git", "diff"], cwd=folder, check=True, capture_output=True)
    (folder.parent / PATCH).write_bytes(done.stdout)
    subprocess.run(["git", "checkout", "--quiet", "many.py"], cwd=folder, check=True)


def measure(ours: Program, runs: int) -> list[Figure]:
    """Open the review in the real program, go through it, hold a key down."""
    whole = Figure(name="review of 1,000 hunks, f → full screen", unit="ms", goal="≤ 200")
    step = Figure(name="review of 1,000 hunks, ] → next hunk, p95", unit="ms", goal="≤ 50")
    lag = Figure(name="60 verdicts a second for 5 s, last key → screen", unit="ms", goal="≤ 100")
    write_patch(ours.cwd)
    program = replace(ours, argv=(*ours.argv[:3], "review", f"../{PATCH}"))
    for _ in range(runs):
        with suppress(EOFError), Terminal(program.argv, program.environ, program.cwd) as terminal:
            if terminal.until_shown(f"hunk 1 of {HUNKS}", WAIT) is None:
                continue
            terminal.rest(2.0)
            if (took := _until(terminal, "f", f"{HUNKS:,} hunks, 1 file")) is not None:
                whole.runs.append(took)
            terminal.rest(1.0)
            steps = [_until(terminal, "]", f"hunk {at} of {HUNKS}") for at in range(2, STEPS + 2)]
            shown = [one for one in steps if one is not None]
            if shown:
                step.runs.append(percentile(shown, 0.95))
            if (behind := _held(terminal)) is not None:
                lag.runs.append(behind)
    return [whole, step, lag]


def _until(terminal: Terminal, key: str, words: str) -> float | None:
    """Press a key; return milliseconds until the words are drawn."""
    pressed = terminal.send(key)
    shown = terminal.until_shown(words, 2.0)
    terminal.rest(0.15)  # keys one by one, not held down
    return None if shown is None else 1000 * (shown - pressed)


def _held(terminal: Terminal) -> float | None:
    """Press `y` as a held key does; return milliseconds from the last to its verdict drawn."""
    pressed = begun = time.monotonic()
    for number in range(VERDICTS):
        terminal.rest(max(0.0, begun + number / RATE - time.monotonic()))
        pressed = terminal.send("y")
    shown = terminal.until_shown(f"{HUNKS - VERDICTS} of {HUNKS:,}", 10.0)
    return None if shown is None else 1000 * max(0.0, shown - pressed)
