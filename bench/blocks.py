"""A conversation of five thousand blocks: whether keys, memory and processor stay as they were."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from bench.answers import ENDS, markdown
from bench.figures import Figure
from bench.keys import ready
from bench.programs import Program
from bench.soak import Round, compared, round_of, say
from bench.start import WAIT
from bench.terminal import Terminal
from tests.servers.model_server import ModelServer
from tui_agent.ui.tui.markdown import Blocks

BLOCKS = 5_000
TOKENS = 20_000
"""Of each of the long answers that they are made of."""
ROUNDS = 3
"""How many are measured before the long answers, and how many after them."""


def answers() -> list[dict[str, Any]]:
    """Return long answers that have so many blocks together."""
    turns: list[dict[str, Any]] = []
    blocks = 0
    while blocks < BLOCKS:
        text = markdown(TOKENS, seed=len(turns))
        kept = Blocks()
        kept.feed(text + "\n\n")
        blocks += len(kept.done)
        turns.append({"text": text})
    return turns


def measure(ours: Program, server: ModelServer) -> list[Figure]:
    """Measure the soak's rounds before the long answers and after them, in one window."""
    between = answers()
    first: list[Round] = []
    last: list[Round] = []
    with suppress(EOFError), Terminal(ours.argv, ours.environ, ours.cwd) as terminal:
        if ready(terminal):
            first = _rounds(terminal, server, 0)
            for answer in between:
                server.play({"turn": [{**answer, "label": "first", "goto": "first"}]})
                say(terminal, "tell me all")
                terminal.until_shown(ENDS, WAIT)
                terminal.rest(3.0)  # with a quiet moment, as whoever reads it leaves
            last = _rounds(terminal, server, ROUNDS)
    note = f"after {BLOCKS:,} blocks"
    return compared("a long session", first, last, note) if last else []


def _rounds(terminal: Terminal, server: ModelServer, begin: int) -> list[Round]:
    done = (round_of(terminal, server, begin + at) for at in range(ROUNDS))
    return [one for one in done if one is not None]
