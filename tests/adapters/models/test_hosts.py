"""The hosts' processes: who holds the keys, who lives how long, what leaves them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.adapters.models.conftest import KEYS, asking, hear
from tests.servers.model_server import ModelServer
from tui_agent.adapters.models.care import Care
from tui_agent.adapters.models.endpoints import Endpoint, Endpoints
from tui_agent.adapters.models.retries import PATIENT
from tui_agent.adapters.models.router import RoutedModel
from tui_agent.adapters.models.start import HostHandle, start_host
from tui_agent.adapters.processes.model_hosts import end_host
from tui_agent.adapters.redaction import redact
from tui_agent.core.messages import AttemptFailed, ModelPiece, TextPiece

ROOT = Path(__file__).resolve().parents[3]
HELLO = {"turn": [{"text": "Hello from the server."}]}
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def start(**environ: str) -> HostHandle:
    return start_host("direct", {"PATH": os.environ["PATH"], **environ})


def routed(handle: HostHandle, server: ModelServer, folder: Path) -> RoutedModel:
    endpoints = Endpoints.of({"OPENAI_BASE_URL": f"{server.url}/v1"})
    return RoutedModel(
        {"direct": handle},
        endpoints,
        folder=folder,
        care=Care(retries=replace(PATIENT, first_wait=0.02)),
    )


def children_of(pid: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


async def until(true: Callable[[], bool]) -> None:
    """Other processes set no event that could be awaited."""
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came true")


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_a_started_host_costs_its_starter_next_to_nothing() -> None:
    took = []
    for _ in range(3):
        started = time.perf_counter()
        handle = start()
        took.append(time.perf_counter() - started)
        handle.end()
        assert is_gone(handle.process.pid)

    assert min(took) < 0.05


@linux
async def test_a_host_gets_the_keys_and_an_allowed_list_of_the_rest(
    server: ModelServer, tmp_path: Path
) -> None:
    server.play(HELLO)
    handle = start(OPENAI_API_KEY="a-key-of-openai", GITHUB_TOKEN="no", EDITOR="vi", TZ="UTC")
    model = routed(handle, server, tmp_path)
    assert (await hear(model, asking("openai/x"))).whole.text == "Hello from the server."
    names = {
        entry.partition("=")[0]
        for entry in Path(f"/proc/{handle.process.pid}/environ").read_text().split("\0")
    }
    limits = Path(f"/proc/{handle.process.pid}/limits").read_text()
    await model.close()

    assert names - {""} == {"PATH", "OPENAI_API_KEY", "TZ"}
    core = next(line for line in limits.split("\n") if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]


@linux
async def test_a_host_that_dies_is_replaced_and_the_stream_begins_anew(
    server: ModelServer, tmp_path: Path
) -> None:
    server.play({"turn": [{"text": "A slow answer, told bit by bit. " * 4, "rate": 30}]})
    handle = start(OPENAI_API_KEY=KEYS["OPENAI_API_KEY"])
    model = routed(handle, server, tmp_path)
    pieces: list[ModelPiece] = []
    async for piece in model.stream(asking("openai/x")):
        if isinstance(piece, TextPiece) and not any(isinstance(p, AttemptFailed) for p in pieces):
            os.kill(children_of(handle.process.pid)[0], signal.SIGKILL)
            server.play(HELLO)
        pieces.append(piece)
    await model.close()

    failed = [piece for piece in pieces if isinstance(piece, AttemptFailed)]
    assert [attempt.kind for attempt in failed] == ["host"]
    assert server.requests[-1].headers["authorization"] == f"Bearer {KEYS['OPENAI_API_KEY']}"
    assert is_gone(handle.process.pid)


@linux
async def test_a_host_that_dies_for_good_is_named_with_its_last_words(
    server: ModelServer, tmp_path: Path
) -> None:
    server.play({"turn": [{"text": "Never said in full. " * 40, "rate": 20}]})
    handle = start(OPENAI_API_KEY="a-key-of-openai")
    model = routed(handle, server, tmp_path)
    hearing = asyncio.create_task(hear(model, asking("openai/x")))
    await until(lambda: bool(server.requests))
    os.kill(handle.process.pid, signal.SIGKILL)
    heard = await hearing
    await model.close()

    assert heard.failure.kind == "host"
    assert "the model host 'direct' died" in heard.failure.message
    assert "agent doctor" in heard.failure.remedy


@linux
async def test_no_host_is_left_when_the_program_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import os, sys, time\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from tui_agent.adapters.models.start import start_host\n"
        "handle = start_host('direct', os.environ)\n"
        "sys.stdout.write(f'{handle.process.pid}\\n')\n"
        "sys.stdout.flush()\n"
        "time.sleep(60)\n",
        "utf-8",
    )
    running = await asyncio.create_subprocess_exec(
        sys.executable, program, stdout=asyncio.subprocess.PIPE
    )
    assert running.stdout is not None
    keeper = int(await running.stdout.readline())
    await until(lambda: bool(children_of(keeper)))
    host = children_of(keeper)[0]
    running.kill()
    await running.communicate()

    await until(lambda: has_ended(host) and has_ended(keeper))


def has_ended(pid: int) -> bool:
    """An orphan that nobody waits for stays as a zombie where process 1 is no init."""
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


@linux
async def test_a_lazy_host_sleeps_until_it_is_asked(server: ModelServer, tmp_path: Path) -> None:
    server.play(HELLO)
    handle = start_host(
        "direct", {"PATH": os.environ["PATH"], "OPENAI_API_KEY": "a-key"}, start="lazy"
    )
    await asyncio.sleep(0.2)
    assert children_of(handle.process.pid) == []

    model = routed(handle, server, tmp_path)
    assert (await hear(model, asking("openai/x"))).whole.text == "Hello from the server."
    await model.close()


@linux
async def test_a_lazy_host_that_is_woken_makes_ready_for_its_first_request(
    server: ModelServer, tmp_path: Path
) -> None:
    handle = start_host("direct", {"PATH": os.environ["PATH"]}, start="lazy")
    model = routed(handle, server, tmp_path)
    await model.wake("openai/gpt-test")
    # It reads certificates and prices beside its two usual threads.
    await until(
        lambda: any(
            len(list(Path(f"/proc/{child}/task").iterdir())) > 2
            for child in children_of(handle.process.pid)
        )
    )
    await model.close()


async def test_whatever_else_is_printed_never_mixes_with_the_protocol() -> None:
    code = (
        "import os; from tui_agent.adapters.models.host_loop import _own_pipes\n"
        "_, out = _own_pipes(); print('stray', flush=True)\n"
        "os.write(1, b'raw'); os.write(out, b'told')"
    )
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code),
        env={"PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )

    assert await running.communicate() == (b"told", b"stray\nraw")


@pytest.mark.slow
@pytest.mark.timeout(60)
async def test_litellm_loads_without_a_look_at_the_network_and_without_a_word(
    server: ModelServer,
) -> None:
    server.play(HELLO)
    environ = {"PATH": os.environ["PATH"], "HTTP_PROXY": server.url, "HTTPS_PROXY": server.url}
    process = start_host("litellm", environ).process
    waits = False
    os.set_blocking(process.errors, waits)
    first = await asyncio.to_thread(os.read, process.from_host, 1 << 16)
    await asyncio.sleep(0.5)
    with pytest.raises(BlockingIOError):
        os.read(process.errors, 1)
    end_host(process)

    assert json.loads(first)["ready"]["name"] == "litellm"
    assert server.requests == []


@linux
async def test_the_program_starts_again_without_keys_and_keeps_its_hosts(
    server: ModelServer, tmp_path: Path
) -> None:
    server.play(HELLO)
    program = tmp_path / "program.py"
    program.write_text(AGAIN, "utf-8")
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "OPENAI_BASE_URL": f"{server.url}/v1",
        "OPENAI_API_KEY": KEYS["OPENAI_API_KEY"],
    }
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        program,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await running.communicate()
    told = json.loads(output)

    assert told["text"] == "Hello from the server."
    assert told["same_process"]
    assert told["keys"] == ["OPENAI_API_KEY"]
    assert KEYS["OPENAI_API_KEY"] not in told["environment"]
    assert "AGENT_MODEL_HOSTS" not in told["names"]
    assert server.requests[0].headers["authorization"] == f"Bearer {KEYS['OPENAI_API_KEY']}"
    assert errors == b""


AGAIN = """
import asyncio, json, os, sys
from pathlib import Path
from tui_agent.adapters.models.start import hand_over, start_host, take_over
from tui_agent.adapters.processes.model_hosts import exec_again

hosts = take_over(os.environ)
if not hosts:
    os.environ["FIRST_PID"] = str(os.getpid())
    exec_again(sys.argv, hand_over({"direct": start_host("direct", os.environ)}, os.environ))

from tui_agent.adapters.models.endpoints import Endpoints
from tui_agent.adapters.models.router import RoutedModel
from tests.adapters.models.conftest import asking, hear

async def main():
    model = RoutedModel(hosts, Endpoints.of(os.environ), folder=Path("."))
    heard = await hear(model, asking("openai/x"))
    found = await model.keys_found()
    await model.close()
    return {
        "text": heard.whole.text,
        "same_process": os.environ["FIRST_PID"] == str(os.getpid()),
        "keys": [key.variable for key in found],
        "environment": Path("/proc/self/environ").read_text(),
        "names": list(os.environ),
    }

sys.stdout.write(json.dumps(asyncio.run(main())))
"""


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.timeout(60)
async def test_the_program_recognises_the_keys_that_it_does_not_hold(model: RoutedModel) -> None:
    held = await model.held_values()

    for value in KEYS.values():
        assert redact(f"the key is {value}, really", held) == (
            "the key is [redacted held], really",
            ("held",),
        )


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.timeout(60)
async def test_keys_are_found_with_the_model_that_each_would_use(model: RoutedModel) -> None:
    found = await model.keys_found()

    assert [(key.provider, key.variable) for key in found] == [
        ("anthropic", "ANTHROPIC_API_KEY"),
        ("openai", "OPENAI_API_KEY"),
        ("deepseek", "DEEPSEEK_API_KEY"),
    ]
    assert all(key.default_model.startswith(f"{key.provider}/") for key in found)


async def test_a_key_in_a_model_s_answer_never_reaches_the_program(
    server: ModelServer, tmp_path: Path
) -> None:
    key = KEYS["OPENAI_API_KEY"]
    server.play({"turn": [{"text": f"Your key is {key}.", "chunk": 200}]})
    handle = start(OPENAI_API_KEY=key)
    model = routed(handle, server, tmp_path)
    heard = await hear(model, asking("openai/x"))
    await model.close()

    assert heard.whole.text == "Your key is [OPENAI_API_KEY]."
    assert key not in repr(heard.pieces)


async def test_a_missing_key_is_named_with_the_command_that_mends_it(
    server: ModelServer, tmp_path: Path
) -> None:
    handle = start()
    model = RoutedModel({"direct": handle}, Endpoints.of({}), folder=tmp_path)
    heard = await hear(model, asking("openai/gpt-5.6"))
    await model.close()

    assert heard.failure.kind == "key"
    assert "OPENAI_API_KEY is not set" in heard.failure.message
    assert heard.failure.remedy == "export OPENAI_API_KEY=…"
    assert server.url not in heard.failure.message


async def test_a_model_whose_host_was_not_started_is_told(tmp_path: Path) -> None:
    model = RoutedModel({}, Endpoints.of({}), folder=tmp_path)
    heard = await hear(model, asking("anthropic/claude-sonnet-5-5"))

    assert heard.failure.kind == "host"


async def test_a_server_that_is_not_there_is_given_up_quickly(tmp_path: Path) -> None:
    handle = start()
    gone = Endpoint(name="gone", base_url="http://127.0.0.1:9/v1")
    model = RoutedModel({"direct": handle}, Endpoints.of({}, [gone]), folder=tmp_path)
    started = time.monotonic()
    heard = await hear(model, asking("gone/x"))
    took = time.monotonic() - started
    await model.close()

    assert heard.failure.kind == "unreachable"
    assert "127.0.0.1:9" in heard.failure.message
    assert took < 3


async def test_looking_for_local_servers_takes_no_longer_than_a_moment(tmp_path: Path) -> None:
    handle = start()
    model = RoutedModel({"direct": handle}, Endpoints.of({}), folder=tmp_path)
    await model.keys_found()
    started = time.monotonic()
    await model.local_servers()
    took = time.monotonic() - started
    await model.close()

    assert took < 2.0
