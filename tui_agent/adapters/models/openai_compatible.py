"""The direct host: chat completions over HTTP, for every server that speaks them."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
from httpx_sse import EventSource

from tui_agent.adapters.models import price_map
from tui_agent.adapters.models.assembly import Assembly
from tui_agent.adapters.models.bounded import BoundedText, whole_text
from tui_agent.adapters.models.chat_format import chat_messages, chat_tools
from tui_agent.adapters.models.endpoints import Route
from tui_agent.adapters.models.faults import (
    Fault,
    broken,
    no_key,
    of_error_object,
)
from tui_agent.adapters.models.health import health, question
from tui_agent.adapters.models.http_faults import (
    CONNECT_SECONDS,
    fault_in,
    place_of,
    transport_fault,
)
from tui_agent.adapters.models.key_sources import Keys
from tui_agent.adapters.models.local_servers import find_local_servers
from tui_agent.adapters.models.wire import Delta
from tui_agent.core.messages import ModelFacts, ModelRequest, OpaqueItem, Responded, Usage

Json = dict[str, Any]
_AT_FIRST_CONNECTION = ("anyio._backends._asyncio", "anyio.streams.tls", "sniffio")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_WANT_THOUGHTS_BACK = ("deepseek", "moonshot")
"""Providers that refuse a tool's result unless the thought before the call comes with it."""
_KEPT_THOUGHTS = ("reasoning_details",)
"""Fields of a delta that must go back with the message, or the provider forgets its thoughts."""


class DirectProvider:
    """Speaks to OpenAI-compatible servers."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._clients: dict[tuple[bool, bool], httpx.AsyncClient] = {}

    async def stream(
        self, route: Route, request: ModelRequest
    ) -> AsyncGenerator[Delta | Responded, None]:
        """Yield one attempt's deltas and its response; raise Fault."""
        key = await self._keys.of(route.key_variable)
        if not key and not route.keyless:
            raise no_key(route.key_variable, route.provider)
        url = route.base_url.rstrip("/") + "/chat/completions"
        try:
            urlsplit(url)
        except ValueError as error:  # a bracket of IPv6 without its other
            raise Fault("unreachable", f"{url!r}: {error}", remedy="check the base URL") from error
        answer = _Answer(route, request, url)
        try:
            async with self._client(url).stream(
                "POST", url, content=_body(route, request), headers=_headers(route, key)
            ) as response:
                await answer.check(response)
                async for chunk in answer.chunks(response):
                    for piece in answer.take(chunk):
                        yield piece
        except httpx.InvalidURL as error:
            raise Fault("unreachable", f"{url!r}: {error}", remedy="check the base URL") from error
        except httpx.TransportError as error:
            raise transport_fault(error, answer.where, started=answer.started) from error
        except httpx.DecodingError as error:
            raise broken(f"{answer.where} sent what could not be unpacked: {error}") from error
        yield answer.whole()

    async def facts(self, route: Route, model: str) -> ModelFacts:
        """Return what the bundled table says of `model`, whichever host serves it."""
        name = route.model.removeprefix(f"{route.provider}/")
        return price_map.facts_of(model, route.provider, name)

    async def health(self, route: Route) -> Json:
        """Return whether a provider of any dialect answers and takes the key; raise Fault."""
        key = await self._keys.of(route.key_variable)
        if not key and not route.keyless:
            return {"state": "none", "ms": 0, "said": ""}
        url, headers = question(route, key)
        if not url:
            return {"state": "unknown", "ms": 0, "said": "only a request can tell"}
        return await health(self._client(url), url, headers)

    async def catalog(self, provider: str) -> list[ModelFacts]:
        """Return what the bundled table says of every chat model of a provider."""
        return await asyncio.to_thread(price_map.models_of, provider)

    async def local(self) -> list[Json]:
        """Return the servers that answer on this machine's usual ports."""
        return await find_local_servers(self._client("http://127.0.0.1"))

    async def warm(self) -> None:
        """Load what httpx loads at its first connection, the certificates, the table of prices."""
        for name in _AT_FIRST_CONNECTION:
            importlib.import_module(name)
        await asyncio.to_thread(self._client, "https://")
        await asyncio.to_thread(price_map.facts_of, "", "", "")

    def _client(self, url: str) -> httpx.AsyncClient:
        """Return the client for an address; certificates are loaded only where TLS is spoken.

        Loopback is never asked through a proxy. Redirects are never followed: they would carry the
        key elsewhere.
        """
        parts = urlsplit(url)
        secure, near = parts.scheme == "https", parts.hostname in _LOOPBACK
        if (secure, near) not in self._clients:
            self._clients[secure, near] = httpx.AsyncClient(
                verify=secure,
                trust_env=not near,
                follow_redirects=False,
                timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            )
        return self._clients[secure, near]


class _Answer:
    """One response, as it comes."""

    def __init__(self, route: Route, request: ModelRequest, url: str) -> None:
        self._route = route
        self._request = request
        self._assembly = Assembly(request_id=request.request_id)
        self._kept: dict[str, list[Any]] = {}
        self.where = place_of(url)
        self.started = False

    async def check(self, response: httpx.Response) -> None:
        """Raise the fault that status or content type mean."""
        fault = await fault_in(response, self.where, self._route.key_variable)
        if fault is not None:
            raise fault

    async def chunks(self, response: httpx.Response) -> AsyncIterator[Json]:
        """Yield the stream's chunks; a server that doesn't stream has one."""
        response.encoding = "utf-8"  # as both forms are, whatever a header says
        if "json" in response.headers.get("content-type", ""):
            yield self._parsed(await whole_text(response, self.where))
            self._assembly.finished = True
            return
        if "text/event-stream" not in response.headers.get("content-type", ""):
            # Some servers forget to say what they send; the lines themselves are then judged.
            response.headers["content-type"] = "text/event-stream"
        bounded = BoundedText(response, self.where)
        async for event in EventSource(cast("httpx.Response", bounded)).aiter_sse():
            if event.data.strip() == "[DONE]":
                self._assembly.finished = True
                return
            if not event.data:
                continue
            try:
                chunk = self._parsed(event.data)
            except Fault:
                if bounded.ended:
                    return  # cut off in its midst, as the whole is told to be
                raise
            yield {"error": chunk} if event.event == "error" and "error" not in chunk else chunk

    def take(self, chunk: Json) -> list[Delta]:
        """Return the pieces of a chunk, and keep what must go back with the message."""
        if error := chunk.get("error"):
            raise of_error_object(error, where=self.where, key_variable=self._route.key_variable)
        self.started = True
        pieces = self._assembly.take(chunk)  # which refuses what has not the form of a chunk
        choices = chunk.get("choices") or [{}]
        delta = choices[0].get("delta") or {}
        for field in _KEPT_THOUGHTS:
            if isinstance(delta.get(field), list):
                self._kept.setdefault(field, []).extend(delta[field])
        return pieces

    def whole(self) -> Responded:
        """Return the response with its cost; raise Fault if it isn't complete."""
        response = self._assembly.whole()
        back: Json = dict(self._kept)
        if response.tool_calls and self._route.provider in _WANT_THOUGHTS_BACK:
            back["reasoning_content"] = response.reasoning
        if back:
            item = OpaqueItem(
                provider=self._route.provider, model=self._request.model, payload=back
            )
            response = replace(response, opaque=(item,))
        return replace(response, usage=_priced(self._route, response.usage))

    def _parsed(self, data: str) -> Json:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise broken(f"{self.where} sent a chunk that is no JSON: {data[:80]!r}") from error
        if not isinstance(value, dict):
            raise broken(f"{self.where} sent a chunk that is no object: {data[:80]!r}")
        return value


def _body(route: Route, request: ModelRequest) -> bytes:
    body: Json = {
        "model": route.model,
        "messages": chat_messages(request, provider=route.provider, markers=route.cache_markers),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.tools:
        body["tools"] = chat_tools(request.tools, markers=False)
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.max_output_tokens is not None:
        field = "max_completion_tokens" if route.provider == "openai" else "max_tokens"
        body[field] = request.max_output_tokens
    if route.provider == "openrouter":
        body["usage"] = {"include": True}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _headers(route: Route, key: str) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return headers | dict(route.headers)


def _priced(route: Route, usage: Usage) -> Usage:
    if usage.cost_usd is not None and route.provider == "openrouter":
        return usage
    return replace(usage, cost_usd=price_map.cost_of(route.provider, route.model, usage))
