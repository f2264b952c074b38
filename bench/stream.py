"""How long a long answer takes to be on the screen, and what it costs."""

from __future__ import annotations

from bench.answers import BEGINS, ENDS, markdown
from bench.figures import Figure
from bench.keys import ready
from bench.programs import Program
from bench.terminal import Terminal, cpu_seconds
from tests.servers.model_server import ModelServer

TOKENS = 20_000
WAIT = 120.0


def measure(ours: Program, server: ModelServer, runs: int) -> list[Figure]:
    """Send the answer as fast as it is read, once a start."""
    wall = Figure(name="20k-token answer, Enter → last word", unit="s", goal="≤ 2.0")
    cpu = Figure(name="20k-token answer, processor time", unit="s", goal="≤ 4.0")
    enter = Figure(name="Enter → request at the server", unit="ms", goal="≤ 60")
    first = Figure(name="Enter → first word on the screen", unit="ms")
    size = Figure(name="first request of the app, its bytes", unit="bytes", goal="≤ 12,000")
    server.play({"turn": [{"text": markdown(TOKENS), "repeat": runs + 1}]})
    for _ in range(runs):
        server.requests.clear()
        with Terminal(ours.argv, ours.environ, ours.cwd) as terminal:
            if not ready(terminal):
                continue
            terminal.send("write a long answer")
            terminal.rest(0.5)
            before = cpu_seconds(terminal.pid)
            pressed = terminal.send("\r")
            begun = terminal.until_shown(BEGINS, WAIT)
            ended = terminal.until_shown(ENDS, WAIT)
            if begun is None or ended is None:
                continue
            terminal.rest(0.5)
            cpu.runs.append(cpu_seconds(terminal.pid) - before)
            wall.runs.append(ended - pressed)
            first.runs.append(1000 * (begun - pressed))
            asked = server.requests[0]
            enter.runs.append(1000 * (asked.at - pressed))
            size.runs.append(float(asked.headers["content-length"]))
            size.note = f"{len(asked.body.get('tools', ()))} tools"
    return [enter, first, wall, cpu, size]
