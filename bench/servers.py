"""What a call of a server's tool takes through our client, beside the official one's alone."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from pathlib import Path

from mcp import Client, StdioServerParameters

from bench.figures import Figure
from bench.programs import ROOT, Program, agent
from tui_agent.core.servers import ServerDefinition
from tui_agent.ui.commands.typed import Options
from tui_agent.ui.text import Paper
from tui_agent.wiring.sandbox import runner_for
from tui_agent.wiring.tool_servers import client_of
from tui_agent.wiring.world import Wiring

TIMES = 25
"""Calls a run, in turn with the bare ones."""
SECONDS = 20.0
SERVER = (str(ROOT / "tests" / "servers" / "mcp_server.py"), "none")
GIVEN = {"a": 2, "b": 3}


def measure(folder: Path, runs: int) -> list[Figure]:
    """Call a tool that adds two numbers, through our client and bare, each with its own server."""
    call, beyond = asyncio.run(compared(folder, max(1, runs) * TIMES))
    whole = Figure(
        name="the same in a session, beyond a bare client's",
        unit="ms",
        goal="≤ 5",
        note="from its start to its end in the log, which is synced in between",
    )
    words = ("-p", "add", "--json", "--trust", "--model", prepare(folder))
    bare = statistics.median(call.floor)
    for _ in range(runs):
        took = in_session(agent(folder, "http://127.0.0.1:9", words))
        whole.runs += [one - bare for one in took]
    return [call, beyond, whole]


async def compared(root: Path, times: int) -> list[Figure]:
    """Call in turn: load that comes and goes meets both."""
    call = Figure(name="an MCP call", unit="ms", note="floor: the official client alone")
    beyond = Figure(name="an MCP call, beyond a bare client's", unit="ms", goal="≤ 5")
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    wiring = Wiring(Options(), environ, Paper(environ), cwd=root)
    runner = runner_for(wiring, root)
    await runner.begin()
    arguments = (*SERVER, str(root))
    definition = ServerDefinition(
        name="adding",
        command=sys.executable,
        args=arguments,
        env=(("PYTHONPATH", str(ROOT)),),
        writes=True,
    )
    ours = client_of(wiring, definition, lambda: runner.tier)
    server = StdioServerParameters(
        command=sys.executable, args=list(arguments), env=environ, cwd=root
    )
    try:
        async with Client(server) as bare:
            await ours.start()
            for _ in range(times):
                begun = time.perf_counter()
                await ours.ask("call", SECONDS, {"tool": "add", "arguments": GIVEN})
                between = time.perf_counter()
                await bare.call_tool("add", GIVEN)
                ended = time.perf_counter()
                call.runs.append((between - begun) * 1000)
                call.floor.append((ended - between) * 1000)
                beyond.runs.append(call.runs[-1] - call.floor[-1])
    finally:
        await ours.close()
        await runner.close()
    return [call, beyond]


def prepare(folder: Path) -> str:
    """Write the server and a rule that allows its tool into a user's settings; return the model."""
    settings = folder.parent / "home" / ".config" / "agent" / "config.toml"
    settings.parent.mkdir(parents=True)
    words = json.dumps([*SERVER, str(folder)])
    settings.write_text(
        f"[mcp.servers.adding]\ncommand = {json.dumps(sys.executable)}\nargs = {words}\n"
        f"writes = true\nenv = {{ PYTHONPATH = {json.dumps(str(ROOT))} }}\n\n"
        '[[rules]]\naction = "allow"\ntool = "mcp__adding__add"\n',
        encoding="utf-8",
    )
    script = folder / "script.json"
    calls = [{"name": "mcp__adding__add", "arguments": {"a": n, "b": 1}} for n in range(TIMES + 1)]
    turns = [*({"call": [one]} for one in calls), {"text": "Added."}]
    script.write_text(json.dumps({"turn": turns}), encoding="utf-8")
    return f"script:{script}"


def in_session(program: Program) -> list[float]:
    """Return what each call but the first took in a session, by its log, in milliseconds."""
    began: dict[str, int] = {}
    took: list[float] = []
    for line in program.records() or ():
        if line["type"] == "ToolStarted":
            began[line["data"]["call_id"]] = line["mono_ms"]
        elif line["type"] == "ToolFinished" and line["data"]["output"]["ok"]:
            took.append(float(line["mono_ms"] - began[line["data"]["call_id"]]))
    return took[1:]
