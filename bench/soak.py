"""Hours in one window: whether keys, memory and processor stay what they were at first."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from bench.answers import markdown
from bench.figures import Figure, percentile
from bench.keys import clear, latencies, ready
from bench.programs import Program
from bench.start import WAIT
from bench.terminal import COLUMNS, ROWS, Terminal, cpu_seconds, own_megabytes
from tests.servers.model_server import Asked, ModelServer
from tui_agent.core.prompt import COMPACTION

WINDOW = 200_000
"""Tokens of the model's window, as of those that many use: it is compacted as theirs are."""
TOKENS, RATE = 600, 500
"""Of each round's answer, and how many come a second."""
LETTERS = 22
REST = 1.0
SIZES = ((100, 30), (80, 24), (40, 12), (160, 50), (COLUMNS, ROWS))
F6, ESCAPE = "\x1b[17~", "\x1b"
SHARE = 6
"""Which part of all rounds, at either end, is compared: a sixth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What was measured in one."""

    typed: float
    """The 95th percentile of a key's way to the screen, in ms, at rest."""
    streamed: float
    """The same while the answer came in."""
    memory: float
    """Megabytes of the app alone."""
    busy: float
    """Processor seconds of everything, for the whole round."""
    idle: float
    """The same, as a share of a rest, in percent."""


def script(number: int) -> dict[str, Any]:
    """Return what the model does in a round: text, an edit and its end; and a summary if asked.

    Each is chosen by what it was asked, since a compaction takes earlier answers away.
    """
    lines = "".join(f"value_{at} = {at + number}\n" for at in range(20))
    edit = {"name": "write", "arguments": {"path": f"made_{number}.py", "content": lines}}
    turns: list[dict[str, Any]] = [
        {"text": "Files were written.", "when": {"contains": COMPACTION}, "label": "first"},
        {"text": "Written.", "when": {"tool": "write"}},
        {"call": [edit], "when": {"contains": wish(number)}},
        {"text": markdown(TOKENS, seed=number), "rate": RATE},
    ]
    return {"turn": [{**turn, "goto": "first"} for turn in turns]}


def wish(number: int) -> str:
    """Return what asks for a round's edit, and for no other's."""
    return f"write file {number}."


def measure(ours: Program, server: ModelServer, minutes: float) -> list[Figure]:
    """Work for so long in one window; compare its last sixth with its first."""
    rounds: list[Round] = []
    sizes = cycle(SIZES)
    with Terminal(ours.argv, ours.environ, ours.cwd) as terminal:
        if not ready(terminal):
            return figures([], minutes)
        end = time.monotonic() + 60 * minutes
        while time.monotonic() < end:
            done = round_of(terminal, server, len(rounds), next(sizes))
            if done is None:
                break
            rounds.append(done)
    return figures(rounds, minutes)


def round_of(
    terminal: Terminal, server: ModelServer, number: int, size: tuple[int, int] = SIZES[0]
) -> Round | None:
    """Have text streamed and a file written, go round the panes, resize, type; None: it failed."""
    server.play(script(number))
    began = cpu_seconds(terminal.pid)
    say(terminal, "tell me")
    streamed = percentile(latencies(terminal, LETTERS), 0.95)
    if not _answered(terminal, server, 1):
        return None
    clear(terminal, LETTERS)
    say(terminal, wish(number))
    if not _answered(terminal, server, 3):
        return None
    for keys in (F6, F6, ESCAPE):
        terminal.send(keys)
        terminal.rest(0.2)
    terminal.resize(*size)
    terminal.rest(0.3)
    terminal.resize(COLUMNS, ROWS)
    terminal.rest(0.5)
    typed = percentile(latencies(terminal, LETTERS), 0.95)
    clear(terminal, LETTERS)
    busy = cpu_seconds(terminal.pid) - began
    before = cpu_seconds(terminal.pid)
    terminal.rest(REST)
    idle = 100 * (cpu_seconds(terminal.pid) - before) / REST
    return Round(
        typed=typed, streamed=streamed, memory=own_megabytes(terminal.pid), busy=busy, idle=idle
    )


def _answered(terminal: Terminal, server: ModelServer, count: int) -> bool:
    """Wait until so many requests have been answered to their end, and what came is drawn.

    Those for a summary come on top.
    """
    end = time.monotonic() + WAIT
    while True:
        asked = [one for one in list(server.requests) if not _summarises(one)]
        if len(asked) >= count and asked[count - 1].done.is_set():
            break
        if time.monotonic() > end:
            return False
        terminal.rest(0.1)
    terminal.rest(0.5)
    return True


def _summarises(asked: Asked) -> bool:
    return COMPACTION in str(asked.body["messages"][-1]["content"])


def say(terminal: Terminal, words: str) -> None:
    """Send a message."""
    terminal.send(words)
    terminal.rest(0.2)
    terminal.send("\r")
    terminal.rest(0.1)


def figures(rounds: Sequence[Round], minutes: float) -> list[Figure]:
    """Return how the end compares with the beginning; the note has both."""
    part = len(rounds) // SHARE
    return compared(
        "soak",
        rounds[:part],
        rounds[-part:] if part else (),
        f"after {minutes:g} min, {len(rounds)} rounds",
    )


def compared(what: str, first: Sequence[Round], last: Sequence[Round], when: str) -> list[Figure]:
    """Return the medians of the last rounds as multiples of those of the first."""
    named: dict[str, tuple[str, Callable[[Round], float]]] = {
        "key → screen at rest, p95": ("ms", lambda one: one.typed),
        "key → screen in a stream, p95": ("ms", lambda one: one.streamed),
        "memory of the app (PSS)": ("MB", lambda one: one.memory),
        "processor a round": ("s", lambda one: one.busy),
        "processor at rest": ("%", lambda one: one.idle),
    }
    made = []
    for name, (unit, value) in named.items():
        row = Figure(name=f"{what}: {name}", unit="times the first", goal="≤ 1.2")
        if first and last:
            early, late = (statistics.median(map(value, part)) for part in (first, last))
            row.runs = [late / early] if early else []
            row.note = f"{late:.3g} {unit} {when}; {early:.3g}"
        made.append(row)
    return made
