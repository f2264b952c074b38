"""Models listed with what they can do, and chosen by need."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.model_server import ModelServer
from tests.stories.program import Program
from tests.support.repository import Repository

KEYS = {"OPENAI_API_KEY": "sk-test-0123456789abcdef", "ANTHROPIC_API_KEY": "sk-ant-9876543210fed"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer({"turn": [{"text": "Hello there."}]}) as running:
        yield running


@pytest.fixture
def agent(repository: Repository, server: ModelServer) -> Program:
    return Program(
        repository.root,
        OPENAI_BASE_URL=f"{server.url}/v1",
        ANTHROPIC_BASE_URL="http://127.0.0.1:9",
        OLLAMA_HOST="http://127.0.0.1:9",
        **KEYS,
    )


@pytest.mark.capability("S3.14", part="models listed: context, prices, abilities, health")
def test_models_are_listed_with_what_they_can_and_how_their_providers_are(agent: Program) -> None:
    done = agent.run("models")
    lines = done.out.split("\n")
    assert lines[0].startswith("✗ anthropic    no answer: http://127.0.0.1:9/v1/models")
    assert "anthropic/claude-sonnet-5-5" in lines[1]
    assert "context" in lines[1]
    assert "$" in lines[1]
    assert "tools vision reasoning" in lines[1]
    assert lines[2].startswith("✓ openai       answers, ")
    assert "more providers have no key" in done.err
    whole = agent.run("models", "openai").out
    assert "openai/gpt-5.6 " in whole
    states = [json.loads(line) for line in agent.run("models", "--json").out.split("\n") if line]
    assert {one["provider"]: one["state"] for one in states}["groq"] == "none"
    for key in KEYS.values():
        assert key not in done.out + done.err + whole + json.dumps(states)


@pytest.mark.capability("S3.14", part="chosen by need, then by health; no_eligible_model")
def test_a_model_is_chosen_by_need_and_an_impossible_need_is_named(
    agent: Program, home: Path, server: ModelServer
) -> None:
    choice = agent.run("models", "--need", "tools,context>=100k")
    assert choice.status == 0
    assert "anthropic is passed over: " in choice.err
    assert "openai/gpt-5.6 would be used" in choice.err
    impossible = agent.run("models", "--need", "tools,context>=100m")
    assert (impossible.status, impossible.out) == (5, "")
    assert impossible.err.startswith("no_eligible_model: none of ")
    assert "meets: context>=100m." in impossible.err

    (home / "agent").mkdir(exist_ok=True)
    settings = home / "agent" / "config.toml"
    settings.write_text('need = ["tools", "context>=100k"]\n')
    done = agent.run("-p", "hello", "--no-sandbox")
    assert done.out.strip() == "Hello there.", done.err
    assert "openai/gpt-5.6 was chosen for: tools, context>=100k." in done.err
    assert server.requests[-1].body["model"] == "gpt-5.6"
    settings.write_text('need = ["context>=100m"]\n')
    done = agent.run("-p", "hello", "--no-sandbox")
    assert done.status == 5
    assert done.err.startswith("no_eligible_model: ")


@pytest.mark.capability("S3.16", part="over HTTP: five 500s, breaker, fallback")
def test_a_server_that_keeps_failing_is_left_to_another_that_was_declared(
    repository: Repository, home: Path, server: ModelServer
) -> None:
    busy = {"kind": "status", "status": 500, "retry_after": 0.01, "times": 99}
    looks = {"call": [{"name": "list", "arguments": {"path": "."}}]}
    server.play({"turn": [looks, {"text": "Done by the spare."}]})
    (home / "agent").mkdir(exist_ok=True)
    with ModelServer({"turn": [{"text": "Never.", "fault": [busy], "repeat": 9}]}) as down:
        endpoints = "".join(
            f'[[endpoints]]\nname = "{name}"\nbase_url = "{one.url}/v1"\n'
            for name, one in (("lab", down), ("spare", server))
        )
        settings = f'model = "lab/any"\nfallback = ["spare/small"]\n{endpoints}'
        (home / "agent" / "config.toml").write_text(settings)
        done = Program(repository.root).run("-p", "look", "--no-sandbox")
    assert (done.status, done.out.strip()) == (0, "Done by the spare."), done.err
    assert len(down.requests) == 5
    assert done.err.count("spare/small stands in (price unknown)") == 2
    assert [one.body["model"] for one in server.requests] == ["small", "small"]
