"""The process that speaks with a server: it reads every page, and leaves nobody waiting."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tui_agent.adapters.mcp.host_main import spelled

ROOT = Path(__file__).parents[3]
HOST = ROOT / "tui_agent" / "adapters" / "mcp" / "host_main.py"
PAGED = """
import asyncio
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

def place(params):
    return int(params.cursor) if params is not None and params.cursor else 0

def after(at, last):
    return str(at + 1) if at < last else None

async def prompts(_, params):
    at = place(params)
    found = [types.Prompt(name=f"prompt {at}")]
    return types.ListPromptsResult(prompts=found, next_cursor=after(at, 2))

async def resources(_, params):
    at = place(params)
    found = [types.Resource(name=str(at), uri=f"note://{at}")]
    return types.ListResourcesResult(resources=found, next_cursor=after(at, 10_000))

async def serve():
    server = Server("paged", on_list_prompts=prompts, on_list_resources=resources)
    async with stdio_server() as (heard, tells):
        await server.run(heard, tells, server.create_initialization_options())

asyncio.run(serve())
"""


@asynccontextmanager
async def host_of(words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    plan = {
        "kind": "stdio",
        "command": sys.executable,
        "args": ["-c", words],
        "cwd": str(ROOT),
        "environ": {"PATH": os.environ["PATH"]},
        "root": ROOT.as_uri(),
    }
    folders = [one for one in sys.path if one.endswith("-packages")]
    argv = (sys.executable, "-I", "-S", str(HOST), str(ROOT), *folders)
    pipe = asyncio.subprocess.PIPE
    host = await asyncio.create_subprocess_exec(
        *argv, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )
    assert host.stdin is not None
    host.stdin.write(spelled(plan) + b"\n")
    try:
        assert "ready" in await said_by(host)
        yield host
    finally:
        host.stdin.close()
        await host.wait()


async def said_by(host: asyncio.subprocess.Process) -> dict[str, Any]:
    assert host.stdout is not None
    said: dict[str, Any] = json.loads(await asyncio.wait_for(host.stdout.readline(), 20))
    return said


async def asked(host: asyncio.subprocess.Process, number: int, op: str) -> dict[str, Any]:
    assert host.stdin is not None
    host.stdin.write(json.dumps({"id": number, "op": op}).encode() + b"\n")
    return await said_by(host)


@pytest.mark.timeout(60)
async def test_a_host_reads_every_page_up_to_a_bound_and_answers_whatever_goes_wrong() -> None:
    async with host_of(PAGED) as host:
        wrong = await asked(host, 1, "an operation that is none")
        assert wrong["id"] == 1
        assert wrong["failed"].startswith("the call broke off: ")
        assert wrong["gone"] is False
        result = (await asked(host, 2, "others"))["result"]
        assert [one["name"] for one in result["prompts"]] == ["prompt 0", "prompt 1", "prompt 2"]
        assert [one["uri"] for one in result["resources"]] == [f"note://{n}" for n in range(50)]
