"""Our tools for other programs: the official client talks to a real `agent mcp serve`."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp_types import Implementation, TextContent

from tests.stories.program import Program, with_sample
from tests.support.repository import Repository
from tui_agent.adapters.settings.load import user_file

pytestmark = [pytest.mark.timeout(60), pytest.mark.slow]

EDIT = {"path": "answer.py", "edits": [{"old": "41", "new": "42"}]}
READ = {"name": "read", "arguments": {"path": "answer.py"}}
HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "by hand", "version": "1"},
}


@pytest.fixture
def program(repository: Repository) -> Program:
    with_sample(repository)
    return Program(repository.root)


@asynccontextmanager
async def connected(program: Program, *options: str) -> AsyncIterator[Client]:
    command, *arguments = program.command("mcp", "serve", *options)
    server = StdioServerParameters(
        command=command, args=arguments, env=program.environ, cwd=program.folder
    )
    who = Implementation(name="a tester", version="1")
    async with Client(server, client_info=who) as client:
        yield client


async def said(client: Client, tool: str, **arguments: Any) -> tuple[bool, str]:
    """Call a tool; return whether it went well, and what it said."""
    result = await client.call_tool(tool, arguments)
    [content] = result.content
    assert isinstance(content, TextContent)
    return not result.is_error, content.text


def last_session(program: Program, *words: str) -> list[dict[str, Any]]:
    return program.run("sessions", "show", "last", "--json", *words).lines


@pytest.mark.capability("S3.20", part="the server")
async def test_another_program_lists_reads_and_edits_through_our_gate(
    program: Program, repository: Repository
) -> None:
    async with connected(program) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert names == ["read", "list", "search", "edit", "apply_patch", "write"]
        assert await said(client, "read", path="answer.py") == (
            True,
            '1\tdef answer():\n2\t    """The answer."""\n3\t    return 41',
        )
        done, text = await said(client, "edit", **EDIT)
        assert not done
        assert "nobody is there to ask" in text
        assert 'tool = "edit"' in text
        assert (await said(client, "shell", command="ls"))[0] is False
    assert b"return 41" in repository.read("answer.py")

    rule = text[text.index("[[rules]]") :]
    settings = user_file(program.environ)
    assert settings is not None
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(rule, encoding="utf-8")
    async with connected(program) as client:
        assert (await said(client, "edit", **EDIT))[0]
        assert b"return 42" in repository.read("answer.py")
        done, text = await said(client, "write", path="new.py", content="x = 1\n")
        assert not done
        repository.write("answer.py", "def answer():\n    return 40\n")
        stale = [{"old": "return 42", "new": "return 43"}]
        assert (await said(client, "edit", path="answer.py", edits=stale))[0] is False
        found, number = await asyncio.gather(
            said(client, "search", pattern="return"), said(client, "read", path="answer.py")
        )
        assert "return 40" in found[1]
        assert "return 40" in number[1]
    assert repository.read("answer.py") == b"def answer():\n    return 40\n"


@pytest.mark.capability("S3.20", part="the server")
async def test_what_another_program_did_is_seen_replayed_and_taken_back(
    program: Program, repository: Repository
) -> None:
    async with connected(program, "--mode", "edit") as client:
        assert (await said(client, "read", path="answer.py"))[0]
        assert (await said(client, "edit", **EDIT))[0]
    assert b"return 42" in repository.read("answer.py")
    shown = program.run("sessions", "show", "last").out
    assert "edit for a tester 1" in shown
    assert "Done" not in shown, "the call says all"
    again = program.run("replay", "last", "--run")
    assert (again.status, "same" in again.out + again.err) == (0, True)
    assert program.run("undo").status == 0
    assert b"return 41" in repository.read("answer.py")


def test_a_server_that_nobody_calls_leaves_no_session_and_one_that_is_left_still_answers(
    program: Program,
) -> None:
    with by_hand(program) as server:
        assert answer(server, 1, "initialize", HELLO)["serverInfo"]["name"] == "tui-agent"
        assert close(server) == 0
    assert list(Path(program.environ["AGENT_HOME"]).rglob("*.jsonl")) == []
    asked = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": READ},
    ]
    piped = "".join(json.dumps(one) + "\n" for one in asked)
    done = program.run("mcp", "serve", stdin=piped)
    assert done.status == 0
    assert [one["id"] for one in done.lines] == [1, 2]
    assert "return 41" in done.lines[1]["result"]["content"][0]["text"]


def test_only_the_protocol_is_on_standard_output_whatever_comes_in(program: Program) -> None:
    with by_hand(program) as server:
        answer(server, 1, "initialize", HELLO)
        assert server.stdin is not None
        server.stdin.write("no message\n\n{}\n" + "x" * 33_000_000 + "\n")
        assert answer(server, 2, "tools/call", READ)["isError"] is False
        assert "error" in told(server, 3, "tools/call", {"name": 3})
        assert "error" in told(server, 4, "tools/call", {"name": "read\ud800"})
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=20) == 130
    assert "closed" in program.run("sessions", "list").out


@contextmanager
def by_hand(program: Program) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        program.command("mcp", "serve"),
        cwd=program.folder,
        env=program.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            yield server
        finally:
            server.kill()


def told(server: subprocess.Popen[str], number: int, method: str, given: object) -> dict[str, Any]:
    """Send a request and return the whole of the next line, which must be its answer."""
    assert server.stdin is not None
    assert server.stdout is not None
    message = {"jsonrpc": "2.0", "id": number, "method": method, "params": given}
    server.stdin.write(json.dumps(message) + "\n")
    server.stdin.flush()
    found: dict[str, Any] = json.loads(server.stdout.readline())
    assert found["id"] == number
    return found


def answer(server: subprocess.Popen[str], number: int, method: str, given: object) -> Any:
    return told(server, number, method, given)["result"]


def close(server: subprocess.Popen[str]) -> int:
    assert server.stdin is not None
    server.stdin.close()
    return server.wait(timeout=20)
