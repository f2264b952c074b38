"""Compaction on the command line: it is done at once, or comes to nothing, and says which."""

from __future__ import annotations

from typing import Any

import pytest

from tests.servers.model_server import ModelServer
from tests.stories.program import Program, with_sample
from tests.support.repository import Repository

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
Messages = list[dict[str, Any]]


@pytest.fixture
def sample(repository: Repository) -> Repository:
    return with_sample(repository)


def at(server: ModelServer, sample: Repository) -> Program:
    return Program(
        sample.root,
        OPENAI_BASE_URL=f"{server.url}/v1",
        OPENAI_API_KEY="sk-test-0123456789abcdef",
        AGENT_MODEL="openai/scripted",
    )


def asked(server: ModelServer) -> Messages:
    """What the model was sent last."""
    found: Messages = server.requests[-1].body["messages"]
    return found


def say(program: Program, *arguments: str) -> None:
    done = program.run("-p", *arguments)
    assert done.status == 0, done.err


def test_a_conversation_is_compacted_from_the_command_line_and_then_goes_on(
    sample: Repository,
) -> None:
    with ModelServer({"turn": [{"text": "Said.", "repeat": 20}]}) as server:
        program = at(server, sample)
        new = program.run("-p", "/compact")
        assert (new.status, "nothing to compact" in new.err) == (2, True), new.err
        say(program, "first")
        before = asked(server)
        done = program.run("-c", "-p", "/compact the answer stays 42")
        assert done.status == 0, done.err
        assert "ompacted" in done.err
        assert "the answer stays 42" in str(asked(server)[-1])
        assert asked(server)[: len(before)] == before, (
            "the summary is asked for with the same prefix"
        )
        say(program, "second", "-c")
        assert "the answer stays 42" in str(asked(server))
        assert len(server.requests) == 3
        server.play({"turn": [{"text": "", "fault": [{"kind": "status", "status": 400}]}]})
        failed = program.run("-c", "-p", "/compact")
        assert (failed.status, "Nothing was changed" in failed.err) == (1, True), failed.err
