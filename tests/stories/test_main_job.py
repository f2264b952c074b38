"""The main job as a person does it: keys in a terminal, a model over HTTP, files byte for byte."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.invariants import assert_same_forwards_and_backwards, assert_whole
from tests.servers.model_server import ModelServer
from tests.stories.library import EDITED_PRICES, EDITED_STOCK, STOCK, make_library, script
from tests.support.repository import Repository
from tests.support.screen import Screen
from tui_agent.adapters.session_log import FileLog
from tui_agent.core.events import (
    ApprovalRequested,
    CheckFinished,
    ModelRequested,
    Record,
    TurnEnded,
)

ROOT = Path(__file__).parents[2]
ROUTES = {
    "direct": ("openai/scripted", "OPENAI"),
    "litellm, OpenAI's format": ("openai/scripted", "LITELLM"),
    "litellm, Anthropic's format": ("anthropic/claude-sonnet-4-5", "ANTHROPIC"),
}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(script()) as running:
        yield running


def environ_of(home: Path, server: ModelServer, route: str) -> dict[str, str]:
    """The environment of a person whose keys lead to the scripted server."""
    base = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "AGENT_HOME": str(home / "agent"),
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
    }
    if route == "ANTHROPIC":
        return base | {"ANTHROPIC_API_KEY": "made-up-key-1", "ANTHROPIC_BASE_URL": server.url}
    if route == "LITELLM":
        folder = home / "agent"
        folder.mkdir(parents=True, exist_ok=True)
        endpoint = f'name = "openai"\nbase_url = "{server.url}/v1"\ndialect = "litellm"\n'
        key = 'key_variable = "OPENAI_API_KEY"\n'
        (folder / "config.toml").write_text(f"[[endpoints]]\n{endpoint}{key}")
        return base | {"OPENAI_API_KEY": "made-up-key-1"}
    return base | {"OPENAI_API_KEY": "made-up-key-1", "OPENAI_BASE_URL": f"{server.url}/v1"}


def agent(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tui_agent", *arguments]


def records_of(home: Path) -> list[Record]:
    folder = next((home / "agent" / "sessions").glob("*/*/events.jsonl")).parent
    log, records = FileLog.open(folder, now="2026-01-02T03:04:05.000Z")
    log.close()
    return records


def decide_hunk_by_hunk(screen: Screen) -> None:
    """Accept the first, reject the second with a reason, edit the third, split the fourth."""
    screen.wait("hunk 1 of 4")
    screen.look(0.6)
    screen.insist("y", "hunk 2 of 4")
    screen.press("r")
    screen.look(0.5)
    screen.press(*"keep the order")
    screen.wait("keep the order")
    screen.press("enter")
    screen.wait("hunk 3 of 4")
    screen.insist("e", "^S")
    screen.look(0.5)
    edit_the_sum(screen)
    screen.wait("hunk 4 of 4")
    screen.press("s")
    screen.wait("hunk 4 of 5")
    screen.press("y")
    screen.wait("hunk 5 of 5")
    screen.press("n")
    screen.wait("Enter applies")
    screen.press("enter")


def edit_the_sum(screen: Screen) -> None:
    """In the hunk's editor, whose cursor stands on the new line: take ` + 0` from its end.

    A mark typed behind the cursor shows how far the text has come; blanks alone would not be seen.
    """
    screen.press("end", "#")
    screen.wait("count + 0#")
    for rest in ("count + #", "count +#", "count #", "count#"):
        screen.press("backspace", "backspace", "#")
        screen.wait(rest)
    screen.press("backspace")
    screen.wait(gone="count#")
    screen.press("ctrl-s")


@pytest.mark.capability("K.2")
@pytest.mark.slow
@pytest.mark.capability("K.1")
@pytest.mark.capability("K.2")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("route", ROUTES)
def test_a_failing_test_is_mended_hunk_by_hunk(
    repository: Repository, home: Path, server: ModelServer, route: str
) -> None:
    make_library(repository)
    model, names = ROUTES[route]
    environ = environ_of(home, server, names)
    argv = agent("--model", model, "--trust", "make the tests pass")
    with Screen(argv, environ, repository.root) as screen:
        decide_hunk_by_hunk(screen)
        screen.wait("Approve", "python -m pytest")
        assert repository.read("shop/stock.py") == EDITED_STOCK.encode()
        assert repository.read("shop/prices.py") == EDITED_PRICES.encode()
        screen.look(0.6)
        screen.insist("y", "All tests pass now.", "Approve")
        screen.look(0.6)
        text = screen.insist("y", "Done, verified on tree")
        assert "3 passed" in text
        screen.press("ctrl-d")
        assert screen.ended() == 0
    records = records_of(home)
    told = json.dumps(server.requests[2].body)
    assert "keep the order" in told
    assert "AS EDITED BY THE USER" in told
    assert_whole(records)
    assert_same_forwards_and_backwards(records)
    events = [record.event for record in records]
    assert any(isinstance(one, CheckFinished) and one.passed for one in events)
    ended = [one for one in events if isinstance(one, TurnEnded)]
    assert [one.reason for one in ended] == ["done"]
    assert ended[0].report.verified
    assert len(server.requests) == sum(isinstance(one, ModelRequested) for one in events)
    assert "made-up-key-1" not in everything_kept(home)


def everything_kept(home: Path) -> str:
    return "".join(
        path.read_bytes().decode("latin-1")
        for path in (home / "agent").rglob("*")
        if path.is_file() and path.suffix != ".toml"
    )


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("way", ["ctrl-c twice", "kill -9"])
def test_leaving_at_a_hunk_comes_back_to_that_very_hunk(
    repository: Repository, home: Path, server: ModelServer, way: str
) -> None:
    make_library(repository)
    environ = environ_of(home, server, "OPENAI")
    argv = agent("--model", "openai/scripted", "--trust", "make the tests pass")
    with Screen(argv, environ, repository.root) as screen:
        screen.wait("hunk 1 of 4")
        if way == "kill -9":
            os.kill(screen.pid, signal.SIGKILL)
        else:
            screen.press("ctrl-c")
            screen.look(0.3)
            screen.press("ctrl-c")
        status = screen.ended()
        assert status == (-9 if way == "kill -9" else 0)
        if way == "ctrl-c twice":
            assert "Suspended: agent -c comes back to this very place." in screen.text
    assert repository.read("shop/stock.py") == STOCK.encode()
    with Screen(agent("-c", "--trust"), environ, repository.root) as screen:
        decide_hunk_by_hunk(screen)
        screen.wait("Approve", "python -m pytest")
        assert repository.read("shop/stock.py") == EDITED_STOCK.encode()
        screen.press("ctrl-c")
        screen.look(0.3)
        screen.press("ctrl-c")
        screen.ended()
    events = [record.event for record in records_of(home)]
    asked = [one.request_id for one in events if isinstance(one, ApprovalRequested)]
    assert len(set(asked)) == len(asked) == 2
