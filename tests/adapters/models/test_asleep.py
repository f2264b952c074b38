"""A host in whose place a shell waits while the screen is drawn."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.adapters.models.conftest import asking, hear
from tests.adapters.models.test_hosts import (
    HELLO,
    children_of,
    has_ended,
    linux,
    routed,
    until,
)
from tests.servers.model_server import ModelServer
from tui_agent.adapters.models.start import start_host
from tui_agent.ui.commands.typed import Options
from tui_agent.ui.text import Paper
from tui_agent.wiring.ahead import secure
from tui_agent.wiring.around import Around

GRACE = 1.0
"""Seconds after which a host that does not end is killed."""


def started_as(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")[0].decode()


@linux
async def test_a_host_that_is_asleep_can_be_read_by_nobody_once_it_is_secured(
    server: ModelServer, tmp_path: Path
) -> None:
    server.play(HELLO)
    handle = start_host("direct", {"OPENAI_API_KEY": "a-key"}, start="asleep")
    around = Around(Options(), {}, Paper({}), cwd=tmp_path, hosts={"direct": handle})
    await until(lambda: started_as(handle.process.pid) == "/bin/sh")

    secure(around)
    limits = Path(f"/proc/{handle.process.pid}/limits").read_text().split("\n")
    core = next(line for line in limits if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]
    assert started_as(handle.process.pid) == sys.executable
    assert children_of(handle.process.pid) == []

    secure(around)
    model = routed(around.hosts["direct"], server, tmp_path)
    assert (await hear(model, asking("openai/x"))).whole.text == "Hello from the server."
    await model.close()


@linux
async def test_a_host_that_is_asleep_answers_who_asks_and_ends_with_who_started_it(
    server: ModelServer, tmp_path: Path
) -> None:
    server.play(HELLO)
    model = routed(start_host("direct", {}, start="asleep"), server, tmp_path)
    assert (await hear(model, asking("openai/x"))).whole.text == "Hello from the server."
    await model.close()

    unused = start_host("litellm", {}, start="asleep")
    began = time.monotonic()
    unused.end()
    assert time.monotonic() - began < GRACE
    assert has_ended(unused.process.pid)
