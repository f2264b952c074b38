"""How long until the screen is up, and until it shows what is typed."""

from __future__ import annotations

import random
from contextlib import suppress

from bench.figures import Figure
from bench.programs import Program
from bench.terminal import Terminal

CONSONANTS = "bcdfghjklmnpqrstvwxz"
WAIT = 30.0
PROBE_EVERY = 0.05
"""Seconds between two attempts to type."""


def word(length: int) -> str:
    """Return letters that no screen holds by chance and no completion knows."""
    return "".join(random.choices(CONSONANTS, k=length))


def echo(terminal: Terminal) -> float | None:
    """Type from the first paint on; return when a typed word is shown, seconds from the start."""
    probe = word(6)
    end = WAIT
    while end > 0:
        terminal.send(probe)
        shown = terminal.until_shown(probe, PROBE_EVERY)
        if shown is not None:
            return shown - terminal.started
        end -= PROBE_EVERY
    return None


def start_once(program: Program) -> tuple[float, float] | None:
    """Return seconds to the first text on the screen and to the first echo of a key."""
    with (
        suppress(EOFError),
        Terminal(program.argv, program.environ, program.cwd) as terminal,
    ):
        terminal.until(lambda _: terminal.first_text is not None, WAIT)
        if terminal.first_text is None:
            return None
        shown = echo(terminal)
        return None if shown is None else (terminal.first_text - terminal.started, shown)
    return None


def measure(ours: Program, floor: Program, runs: int) -> list[Figure]:
    """Start both in turn, the first start of each not counted."""
    paint = Figure(name="spawn → first paint", unit="s")
    typed = Figure(name="spawn → a typed key is shown", unit="s", goal="≤ 1.15 × floor")
    for number in range(runs + 1):
        for program, is_floor in ((ours, False), (floor, True)):
            times = start_once(program)
            if number and times is not None:
                (paint.floor if is_floor else paint.runs).append(times[0])
                (typed.floor if is_floor else typed.runs).append(times[1])
    return [paint, typed]
