"""How soon a key is on the screen: at rest, and while an answer streams in."""

from __future__ import annotations

import random
import time

from bench.answers import BEGINS, markdown
from bench.figures import Figure, percentile
from bench.programs import Program
from bench.start import WAIT, echo, word
from bench.terminal import Terminal, cpu_seconds, own_megabytes
from tests.servers.model_server import ModelServer

LETTERS = 40
GAPS = 0.03, 0.07
"""Seconds from one key to the next, at least and at most: an even hand may fall in step with the
frames, and how long a key behind one waits is never seen."""
RATE = 500
"""Tokens a second of the streaming answer."""
REST = 3.0


def latencies(terminal: Terminal, letters: int = LETTERS) -> list[float]:
    """Type a word letter by letter; return milliseconds from each key to the word on the screen."""
    typed, found = word(letters), []
    hand = random.Random(letters)
    for number in range(1, letters + 1):
        pressed = terminal.send(typed[number - 1])
        shown = terminal.until_shown(typed[:number], 2.0)
        if shown is not None and number > 2:
            found.append(1000 * (shown - pressed))
        terminal.rest(max(0.0, pressed + hand.uniform(*GAPS) - time.monotonic()))
    return found


def clear(terminal: Terminal, letters: int) -> None:
    """Take back what was typed."""
    for _ in range(letters):
        terminal.send("\x7f")
        terminal.rest(0.01)
    terminal.rest(0.3)


def ready(terminal: Terminal) -> bool:
    """Wait until keys are shown and the program has come to rest; take the probes back."""
    terminal.until(lambda _: terminal.first_text is not None, WAIT)
    if echo(terminal) is None:
        return False
    terminal.rest(REST)
    clear(terminal, 60)
    return True


def measure(ours: Program, floor: Program, server: ModelServer, runs: int) -> list[Figure]:
    """Measure both at rest, and ours while it streams."""
    idle = Figure(name="key → screen at rest, p95", unit="ms", goal="≤ 10")
    streaming = Figure(name=f"key → screen at {RATE} tokens/s, p95", unit="ms", goal="≤ 15")
    cpu = Figure(name="processor at rest", unit="%", goal="0.0")
    memory = Figure(name="memory of the app at rest (PSS)", unit="MB", goal="≤ 50")
    server.play({"turn": [{"text": markdown(6_000), "rate": RATE, "repeat": runs + 1}]})
    for _ in range(runs):
        for program, is_floor in ((ours, False), (floor, True)):
            with Terminal(program.argv, program.environ, program.cwd) as terminal:
                if not ready(terminal):
                    continue
                before = cpu_seconds(terminal.pid)
                terminal.rest(REST)
                used = 100 * (cpu_seconds(terminal.pid) - before) / REST
                (cpu.floor if is_floor else cpu.runs).append(used)
                (memory.floor if is_floor else memory.runs).append(own_megabytes(terminal.pid))
                at_rest = percentile(latencies(terminal), 0.95)
                (idle.floor if is_floor else idle.runs).append(at_rest)
                if not is_floor:
                    clear(terminal, LETTERS)
                    streaming.runs += _while_streaming(terminal)
    return [idle, streaming, cpu, memory]


def _while_streaming(terminal: Terminal) -> list[float]:
    terminal.send("write a long answer")
    terminal.rest(0.5)
    terminal.send("\r")
    if terminal.until_shown(BEGINS, WAIT) is None:
        return []
    terminal.rest(1.0)
    found = latencies(terminal)
    return [percentile(found, 0.95)] if found else []
