"""The litellm host: every provider that doesn't speak chat completions, and litellm's conditions.

litellm, left to itself, reads `.env` files, fetches price lists, prints to standard output,
retries, follows redirects with the key, and waits 6,000 seconds. `load` switches all of that off;
the program above retries and times out.
"""

from __future__ import annotations

import gc
import importlib
import logging
import os
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from tui_agent.adapters.models import price_map
from tui_agent.adapters.models.assembly import Assembly
from tui_agent.adapters.models.chat_format import chat_messages, chat_tools
from tui_agent.adapters.models.endpoints import Route
from tui_agent.adapters.models.faults import broken, no_key
from tui_agent.adapters.models.key_sources import Keys
from tui_agent.adapters.models.litellm_faults import fault_of
from tui_agent.adapters.models.litellm_watch import WATCHING, Watch, watch_every_request
from tui_agent.adapters.models.wire import Delta
from tui_agent.core.messages import Message, ModelFacts, ModelRequest, OpaqueItem, Responded, Usage

Json = dict[str, Any]
Untyped = Any
"""litellm and what it gives: too large to be type-checked."""
TIMEOUT_SECONDS = 3600.0
"""Above any time-out of ours: litellm's own must never be the first to strike."""

_SIGNED = ("bedrock/", "sagemaker/", "vertex_ai/")
"""Providers whose requests are signed with credentials of a cloud; a key would replace them."""
_WARMED = ("anthropic/claude-sonnet-5-5", "openai/gpt-5.6")
_NOWHERE = "http://127.0.0.1:9"
_SWITCHES = {
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_OFFLINE_MODE": "true",
    "LITELLM_LOG": "ERROR",
    "DISABLE_AIOHTTP_TRANSPORT": "True",
}
"""No `.env`, no look-ups, no chatter; and httpx alone, whose connections close when told to."""


def load() -> Untyped:
    """Import litellm under our conditions and return it; takes seconds."""
    os.environ.update(_SWITCHES)
    gc.disable()
    litellm: Untyped = importlib.import_module("litellm")
    gc.enable()
    gc.freeze()
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    litellm.drop_params = True
    litellm.num_retries = 0
    litellm.request_timeout = TIMEOUT_SECONDS
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = False
        logger.addHandler(logging.NullHandler())
    watch_every_request()
    return litellm


class LitellmProvider:
    """Speaks to every provider that litellm knows."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._litellm = load()

    async def stream(
        self, route: Route, request: ModelRequest
    ) -> AsyncGenerator[Delta | Responded, None]:
        """Yield one attempt's deltas and its response; raise Fault."""
        key = await self._keys.of(route.key_variable)
        if route.key_variable and not key and not route.keyless:
            raise no_key(route.key_variable, route.provider)
        answer = _Answer(self._litellm, route, request)
        stream: Untyped = None
        watch = Watch(key_variable=route.key_variable)
        WATCHING.set(watch)
        try:
            stream = await self._litellm.acompletion(**_arguments(route, request, key))
            async for chunk in stream:
                for piece in answer.take(chunk.model_dump()):
                    yield piece
        except Exception as error:  # litellm and its providers raise anything - retold
            told = fault_of(error, self._litellm, route, started=answer.started)
            raise watch.fault or told from error
        finally:
            await _close(stream)
        if watch.fault is not None:
            raise watch.fault
        # Some providers' end is kept under the second name (Google's, for one).
        if not (stream.received_finish_reason or stream.intermittent_finish_reason):
            raise broken(f"{route.provider}: the stream ended without an answer")
        yield answer.whole()

    async def facts(self, route: Route, model: str) -> ModelFacts:
        """Return what the bundled table says of `model`."""
        name = route.model.removeprefix(f"{route.provider}/")
        return price_map.facts_of(model, route.provider, name)

    async def health(self, route: Route) -> Json:
        """Say nothing: the direct host asks."""
        del route
        return {"state": "unknown", "ms": 0, "said": ""}

    async def catalog(self, provider: str) -> list[ModelFacts]:
        """Return what the bundled table says of every chat model of a provider."""
        return price_map.models_of(provider)

    async def local(self) -> list[Json]:
        """Return nothing: the direct host looks for local servers."""
        return []

    async def warm(self) -> None:
        """Let litellm build what it builds at a first call, by calls that send nothing."""
        WATCHING.set(Watch(key_variable="", closed=True))
        for model in _WARMED:
            route = Route(host="litellm", provider="", model=model, base_url=_NOWHERE, keyless=True)
            request = ModelRequest(
                request_id="", model=model, system="", messages=(Message(role="user", text="-"),)
            )
            with suppress(Exception):
                await self._litellm.acompletion(**_arguments(route, request, ""))


class _Answer:
    """One response, as it comes."""

    def __init__(self, litellm: Untyped, route: Route, request: ModelRequest) -> None:
        self._litellm = litellm
        self._route = route
        self._request = request
        self._assembly = Assembly(request_id=request.request_id)
        self._thoughts: list[Json] = []
        self.started = False

    def take(self, chunk: Json) -> list[Delta]:
        """Return the pieces of a chunk, and keep its signed thoughts."""
        self.started = True
        for choice in chunk.get("choices") or []:
            for block in (choice.get("delta") or {}).get("thinking_blocks") or []:
                self._keep(block)
        return self._assembly.take(chunk)

    def whole(self) -> Responded:
        """Return the response with its cost; raise Fault if it isn't complete."""
        response = self._assembly.whole()
        signed = [b for b in self._thoughts if b.get("signature") or b.get("data")]
        if signed:
            item = OpaqueItem(
                provider=self._route.provider,
                model=self._request.model,
                payload={"thinking_blocks": signed},
            )
            response = replace(response, opaque=(item,))
        return replace(response, usage=self._said(response))

    def _keep(self, block: Json) -> None:
        """Put the pieces of a thought together: text first, the signature that closes it last."""
        open_block = self._thoughts[-1] if self._thoughts else None
        if open_block is None or open_block.get("signature") or block.get("type") != "thinking":
            self._thoughts.append({k: v for k, v in block.items() if v is not None})
            return
        open_block["thinking"] = open_block.get("thinking", "") + (block.get("thinking") or "")
        if block.get("signature"):
            open_block["signature"] = block["signature"]

    def _said(self, response: Responded) -> Usage:
        """Return usage with its cost, without the thinking tokens that litellm only estimates."""
        name = self._route.model.removeprefix(f"{self._route.provider}/")
        usage = replace(response.usage, cost_usd=None)
        if self._route.provider not in _TELL_REASONING:
            usage = replace(usage, reasoning_tokens=None)
        return replace(usage, cost_usd=price_map.cost_of(self._route.provider, name, usage))


_TELL_REASONING = ("gemini", "vertex_ai")
"""Providers whose own usage has thinking tokens; for others litellm counts the text itself."""


def _arguments(route: Route, request: ModelRequest, key: str) -> Json:
    arguments: Json = {
        "model": route.model,
        "messages": chat_messages(request, provider=route.provider, markers=route.cache_markers),
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_retries": 0,
        "num_retries": 0,
        "timeout": TIMEOUT_SECONDS,
        "no-log": True,
        # Without this, a request with tools imports the whole of MCP, a second and a dependency.
        "_skip_mcp_handler": True,
    }
    if request.tools:
        arguments["tools"] = chat_tools(request.tools, markers=route.cache_markers)
    if request.temperature is not None:
        arguments["temperature"] = request.temperature
    if request.max_output_tokens is not None:
        arguments["max_tokens"] = request.max_output_tokens
    if route.base_url:
        arguments["api_base"] = route.base_url
    if key:
        arguments["api_key"] = key
    elif route.base_url and not route.model.startswith(_SIGNED):
        # Or litellm would send the key of the provider itself to that server.
        arguments["api_key"] = "none"
    if route.headers:
        arguments["extra_headers"] = dict(route.headers)
    return arguments


async def _close(stream: Untyped) -> None:
    """Close a stream and its connection; what goes wrong then is of no use to anybody."""
    close = getattr(stream, "aclose", None)
    if close is not None:
        with suppress(Exception):
            await close()
