"""Run the measurements and print the table; `--write` keeps it in docs/performance.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import (
    blocks,
    children,
    edits,
    headless,
    keys,
    replay,
    review,
    sandbox,
    snapshots,
    soak,
    start,
    stream,
)
from bench.figures import Busy, Figure, machine, table
from bench.programs import ROOT, agent, floor, make_repository
from tests.servers.model_server import ModelServer

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"

SOAK = "soak"
"""Takes as long as it is told to, so that it is measured where it is named alone."""

Measurement = Callable[[Path, int], list[Figure]]


def _start(folder: Path, runs: int) -> list[Figure]:
    with ModelServer() as server:
        return start.measure(agent(folder, server.url), floor(folder), runs)


def _keys(folder: Path, runs: int) -> list[Figure]:
    with ModelServer() as server:
        return keys.measure(agent(folder, server.url), floor(folder), server, runs)


def _stream(folder: Path, runs: int) -> list[Figure]:
    with ModelServer() as server:
        return stream.measure(agent(folder, server.url), server, runs)


def _headless(folder: Path, runs: int) -> list[Figure]:
    with ModelServer() as server:
        turns = agent(folder, server.url, ("-p", "read every file"))
        hello = agent(folder, server.url, ("-p", "say hello"))
        return headless.measure(turns, hello, server, runs)


def _children(folder: Path, runs: int) -> list[Figure]:
    model = children.prepare(folder)
    words = ("-p", "look", "--json", "--trust", "--model", model)
    return children.measure(agent(folder, "http://127.0.0.1:9", words), runs)


def _servers(folder: Path, runs: int) -> list[Figure]:
    from bench import servers  # the official client alone takes a second to load

    return servers.measure(folder, runs)


def _review(folder: Path, runs: int) -> list[Figure]:
    return review.measure(agent(folder, "http://127.0.0.1:9"), runs)


def _blocks(folder: Path, _runs: int) -> list[Figure]:
    with ModelServer() as server:
        return blocks.measure(agent(folder, server.url, ("--mode", "edit")), server)


def _soak(folder: Path, minutes: int) -> list[Figure]:
    with ModelServer() as server:
        ours = agent(folder, server.url, ("--mode", "edit"), soak.WINDOW)
        return soak.measure(ours, server, minutes)


MEASUREMENTS: dict[str, Measurement] = {
    "start": _start,
    "keys": _keys,
    "stream": _stream,
    "blocks": _blocks,
    "headless": _headless,
    "children": _children,
    "mcp": _servers,
    "edits": edits.measure,
    "review": _review,
    "snapshots": snapshots.measure,
    "replay": replay.measure,
    "sandbox": sandbox.measure,
    SOAK: _soak,
}


def report(names: list[str], runs: int, minutes: int) -> str:
    """Measure, and return the table with a line on machine and noise."""
    before, began = Busy.now(), time.monotonic()
    figures: list[Figure] = []
    for name in names:
        print(f"measuring {name} …", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            often = minutes if name == SOAK else runs
            figures += MEASUREMENTS[name](make_repository(Path(folder)), often)
    took, after = time.monotonic() - began, Busy.now()
    busy = (after.used - before.used) / took
    stolen = (after.stolen - before.stolen) / took
    noise = f"{busy:.1f} cores were busy on average, ours included; {stolen:.2f} were withheld"
    return f"{table(figures)}\n\n{machine()}; {noise}.\n"


def keep(text: str, *, whole: bool, page: Path = PAGE) -> None:
    """Put the table between its marks in docs/performance.md; of a part, its rows alone.

    The whole table keeps the rows of the soak, which is measured where it is named.
    """
    head, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    kept, _, tail = rest.partition(END)
    if whole:
        text = merged(text, "\n".join(line for line in kept.split("\n") if _of_soak(line)))
    else:
        text = merged(kept, text)
    text = text.strip("\n") + "\n"
    page.write_text(f"{head}{BEGIN}\n\n{text}\n{END}{tail}", encoding="utf-8")


def merged(kept: str, text: str) -> str:
    """Return the kept table with the rows of another in the place of its own, or at its end."""
    new = {_name(line): line for line in text.split("\n") if line.startswith("| ")}
    lines = [new.pop(_name(line), line) for line in kept.split("\n")]
    last = max(index for index, line in enumerate(lines) if line.startswith("| "))
    return "\n".join([*lines[: last + 1], *new.values(), *lines[last + 1 :]])


def _of_soak(row: str) -> bool:
    return row.startswith(f"| {SOAK}:")


def _name(row: str) -> str:
    return row.partition(" | ")[0] if row.startswith("| ") else row


def main(arguments: list[str]) -> int:
    """Measure what is named, or everything."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured (5)")
    parser.add_argument("--minutes", type=int, default=60, help="how long the soak takes (60)")
    parser.add_argument(
        "--write", action="store_true", help="keep the table in docs/performance.md"
    )
    given = parser.parse_args(arguments)
    unknown = set(given.names) - set(MEASUREMENTS)
    if unknown:
        parser.error(
            f"no measurement {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}"
        )
    names = given.names or [name for name in MEASUREMENTS if name != SOAK]
    text = report(names, given.runs, given.minutes)
    print(text)
    if given.write:
        keep(text, whole=not given.names)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
