"""How long a long answer takes to be on the screen, and what it costs."""

from __future__ import annotations

from contextlib import suppress

from bench.answers import BEGINS, ENDS, markdown
from bench.figures import Figure
from bench.keys import ready
from bench.programs import Program
from bench.terminal import Terminal, cpu_seconds
from tests.servers.model_server import ModelServer

TOKENS = 20_000
WAIT = 60.0


SCRIPT = {"turn": [{"text": f"{BEGINS}."}, {"text": markdown(TOKENS)}]}


def measure(ours: Program, server: ModelServer, runs: int) -> list[Figure]:
    """Ask twice a start: for one word, and for an answer as long and fast as it can be read."""
    enter = Figure(name="Enter → request at the server", unit="ms", goal="≤ 60")
    first = Figure(name="Enter → first word on the screen", unit="ms")
    size = Figure(name="first request of the app, its bytes", unit="bytes", goal="≤ 12,000")
    wall = Figure(name="20k-token answer, Enter → last word", unit="s", goal="≤ 2.0")
    cpu = Figure(name="20k-token answer, processor time", unit="s", goal="≤ 4.0")
    for _ in range(runs):
        server.play(SCRIPT)
        with suppress(EOFError), Terminal(ours.argv, ours.environ, ours.cwd) as terminal:
            if not ready(terminal):
                continue
            pressed, shown, _ = _ask(terminal, BEGINS)
            if shown is None:
                continue
            asked = server.requests[0]
            enter.runs.append(1000 * (asked.at - pressed))
            first.runs.append(1000 * (shown - pressed))
            size.runs.append(float(asked.headers["content-length"]))
            size.note = f"{len(asked.body.get('tools', ()))} tools"
            terminal.rest(1.0)
            pressed, shown, used = _ask(terminal, ENDS)
            if shown is not None:
                wall.runs.append(shown - pressed)
                cpu.runs.append(used)
    return [enter, first, wall, cpu, size]


def _ask(terminal: Terminal, awaited: str) -> tuple[float, float | None, float]:
    """Send a message; return when, when the awaited word was shown, and processor seconds."""
    terminal.send("write an answer")
    terminal.rest(0.5)
    before = cpu_seconds(terminal.pid)
    pressed = terminal.send("\r")
    shown = terminal.until_shown(awaited, WAIT)
    terminal.rest(0.5)
    return pressed, shown, cpu_seconds(terminal.pid) - before
