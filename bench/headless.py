"""What a turn costs without a screen: thirty reads, and a single answer."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.programs import Program
from tests.servers.model_server import ModelServer

READS = 30


def reads() -> dict[str, Any]:
    """Return a script of thirty reads, one a request, and an end."""
    call = {"name": "read", "arguments": {"path": "file_{i}.txt"}}
    return {"turn": [{"repeat": READS, "call": [call]}, {"text": "All read."}]}


def make_files(folder: Path) -> None:
    """Write the files that are read."""
    for number in range(1, READS + 1):
        text = "".join(f"line {line} of file {number}\n" for line in range(1, 21))
        (folder / f"file_{number}.txt").write_text(text, encoding="utf-8")


def run(program: Program) -> float | None:
    """Run to the end; return seconds, or None if it failed."""
    began = time.monotonic()
    printed = program.printed()
    return None if printed is None else time.monotonic() - began


def prefix_share(bodies: list[dict[str, Any]]) -> float:
    """Return how much of each request's messages the next one repeats at its beginning, in %."""
    kept = whole = 0
    for earlier, later in pairwise(bodies):
        whole += len(earlier["messages"])
        for old, new in zip(earlier["messages"], later["messages"], strict=False):
            if old != new:
                break
            kept += 1
    return 100 * kept / whole if whole else 0.0


def measure(turns: Program, hello: Program, server: ModelServer, runs: int) -> list[Figure]:
    """Run both, the first run of each not counted."""
    a_turn = Figure(name="headless, one turn of 30 reads", unit="ms", goal="≤ 8")
    prefix = Figure(name="prefix kept from request to request", unit="%", goal="100")
    answer = Figure(name="headless, one answer, whole run", unit="s", goal="≤ 0.4")
    make_files(turns.cwd)
    for number in range(runs + 1):
        server.play(reads())
        took = run(turns)
        asked = list(server.requests)
        server.play({"turn": [{"text": "Hello."}]})
        said = run(hello)
        if number and took is not None and len(asked) > READS:
            a_turn.runs.append(1000 * (asked[READS].at - asked[0].at) / READS)
            prefix.runs.append(prefix_share([request.body for request in asked]))
        if number and said is not None:
            answer.runs.append(said)
    return [a_turn, prefix, answer]
