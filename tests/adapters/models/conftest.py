"""One direct host, one litellm host and one server for all tests of the models."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_asyncio

from tests.servers.model_server import ModelServer
from tui_agent.adapters.models.care import Care
from tui_agent.adapters.models.endpoints import Endpoint, Endpoints
from tui_agent.adapters.models.retries import PATIENT
from tui_agent.adapters.models.router import RoutedModel
from tui_agent.adapters.models.start import HostHandle, start_host
from tui_agent.core.messages import (
    Message,
    ModelError,
    ModelPiece,
    ModelRequest,
    Responded,
    ToolSpec,
)

KEYS = {
    "OPENAI_API_KEY": "sk-test-0123456789abcdef0123",
    "ANTHROPIC_API_KEY": "sk-ant-test-+/=0123456789",
    "DEEPSEEK_API_KEY": "sk-deep-abcdef0123456789",
    "OWN_SERVER_KEY": "own-server-key-987654321",
}
READ = ToolSpec(
    name="read",
    description="Read a file.",
    parameters={"type": "object", "properties": {"path": {"type": "string"}}},
)
Script = Mapping[str, Any]
Value = Any
Piece = TypeVar("Piece")


@pytest.fixture(scope="session")
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


@pytest.fixture(scope="session")
def hosts() -> Iterator[dict[str, HostHandle]]:
    environ = {"PATH": os.environ["PATH"], "SECRET_OF_THE_USER": "not for hosts", **KEYS}
    started = {
        "direct": start_host("direct", environ, extra_keys=["OWN_SERVER_KEY"]),
        "litellm": start_host("litellm", environ, extra_keys=["OWN_SERVER_KEY"]),
    }
    yield started
    for handle in started.values():
        handle.end()


@pytest.fixture(scope="session")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scripts")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def model(
    hosts: dict[str, HostHandle], server: ModelServer, scripts: Path
) -> AsyncIterator[RoutedModel]:
    own = (
        Endpoint(name="own", base_url=f"{server.url}/v1", key_variable="OWN_SERVER_KEY"),
        Endpoint(
            name="through",
            base_url=f"{server.url}/v1",
            dialect="litellm",
            key_variable="OWN_SERVER_KEY",
        ),
        Endpoint(name="bare", base_url=f"{server.url}/v1", dialect="litellm"),
        Endpoint(name="nobody", base_url="http://127.0.0.1:9/v1"),
        Endpoint(name="nobody-through", base_url="http://127.0.0.1:9/v1", dialect="litellm"),
    )
    environ = {
        "OPENAI_BASE_URL": f"{server.url}/v1",
        "ANTHROPIC_BASE_URL": server.url,
        "DEEPSEEK_API_BASE": f"{server.url}/v1",
    }
    routed = RoutedModel(
        hosts,
        Endpoints.of(environ, own),
        folder=scripts,
        care=Care(
            retries=replace(PATIENT, first_wait=0.02, longest_wait=2.0),
            now=lambda: time.monotonic() * 10_000,  # what one test trips does not hold the next
        ),
    )
    server.play({"turn": [{"text": "Warm."}]})
    for name in ("through/openai/scripted", "anthropic/claude-sonnet-5-5"):
        await hear(routed, asking(name))  # litellm's first call loads what its import put off
    yield routed
    await routed.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """One way to a model; every test of the conformance suite runs through each."""

    model: RoutedModel
    server: ModelServer
    scripts: Path
    name: str
    """The model's name; empty for a script."""
    key: str

    @property
    def scripted(self) -> bool:
        return not self.name

    def request(self, script: Script, **changes: Value) -> ModelRequest:
        """Let `script` be played, and return a request for it."""
        name = self.name
        if self.scripted:
            path = self.scripts / f"{len(list(self.scripts.iterdir()))}.json"
            path.write_text(json.dumps(script), "utf-8")
            name = f"script:{path.name}"
        else:
            self.server.play(script)
        return replace(asking(name), **changes)

    async def hear(self, script: Script, **changes: Value) -> Heard:
        """Play `script` and return everything that the stream gave."""
        return await hear(self.model, self.request(script, **changes))


@dataclass(slots=True, kw_only=True)
class Heard:
    """What a stream gave, and how it ended."""

    pieces: list[ModelPiece]
    error: ModelError | None = None

    @property
    def whole(self) -> Responded:
        assert self.error is None, f"{self.error.kind}: {self.error.message}"
        last = self.pieces[-1]
        assert isinstance(last, Responded)
        return last

    @property
    def failure(self) -> ModelError:
        assert self.error is not None
        return self.error

    def only(self, kind: type[Piece]) -> list[Piece]:
        return [piece for piece in self.pieces if isinstance(piece, kind)]


def asking(name: str) -> ModelRequest:
    return ModelRequest(
        request_id="request-1",
        model=name,
        system="You are a model under test.",
        messages=(Message(role="user", text="Say something."),),
        tools=(READ,),
        first_token_seconds=5.0,
        silence_seconds=5.0,
    )


async def hear(model: RoutedModel, request: ModelRequest) -> Heard:
    heard = Heard(pieces=[])
    try:
        async with asyncio.timeout(20):
            async for piece in model.stream(request):
                heard.pieces.append(piece)
    except ModelError as error:
        heard.error = error
    return heard


WAYS = {
    "direct": ("own/scripted", "OWN_SERVER_KEY"),
    "litellm, openai's format": ("through/openai/scripted", "OWN_SERVER_KEY"),
    "litellm, anthropic's format": ("anthropic/claude-sonnet-5-5", "ANTHROPIC_API_KEY"),
    "scripted": ("", ""),
}


@pytest.fixture(params=WAYS)
def speaker(
    request: pytest.FixtureRequest, model: RoutedModel, server: ModelServer, scripts: Path
) -> Speaker:
    name, variable = WAYS[request.param]
    return Speaker(
        model=model, server=server, scripts=scripts, name=name, key=KEYS.get(variable, "")
    )
