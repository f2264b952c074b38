"""Looking at what litellm's HTTP clients get, since litellm doesn't tell all of it.

Seen in 1.106.2: a stream that breaks off ends as if it were whole, half a tool call included; a web
page is an empty answer; Retry-After and the error's code are lost; a redirect is followed, key and
all; lines are cut at U+2028, and what stood there is dropped. So every request of this process
passes through `httpx.AsyncClient.send`, as replaced here: litellm and the SDKs below it share it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpx

from tui_agent.adapters.models.faults import Fault, broken
from tui_agent.adapters.models.http_faults import (
    CONNECT_SECONDS,
    fault_in,
    place_of,
    transport_fault,
)

Option = Any
"""What httpx's own method takes besides; passed on."""
_TAIL = 64
"""Bytes kept from packet to packet, so that a mark torn in two is found."""
_END = re.compile(
    rb'\[DONE\]|"message_stop"|"(finish_reason|finishReason|stop_reason|stopReason)"\s*:\s*"'
)
_BREAKS = re.compile(b"\xc2\x85|\xe2\x80[\xa8\xa9]")
_ESCAPES = {b"\xc2\x85": rb"\u0085", b"\xe2\x80\xa8": rb"\u2028", b"\xe2\x80\xa9": rb"\u2029"}
_TORN = re.compile(b"(\xc2|\xe2\x80?)$")


@dataclass(slots=True, kw_only=True)
class Watch:
    """What was seen of one attempt's last exchange."""

    key_variable: str
    fault: Fault | None = None
    started: bool = False
    closed: bool = False
    """Whether nothing may be sent at all."""


WATCHING: ContextVar[Watch | None] = ContextVar("WATCHING", default=None)


def watch_every_request() -> None:
    """Replace `httpx.AsyncClient.send` for this process: watched, and never through a redirect."""
    send = httpx.AsyncClient.send

    async def watched(
        client: httpx.AsyncClient,
        request: httpx.Request,
        *,
        stream: bool = False,
        **options: Option,
    ) -> httpx.Response:
        watch = WATCHING.get() or Watch(key_variable="")
        watch.fault = None
        if watch.closed:
            raise httpx.ConnectError("nothing is sent", request=request)
        where = place_of(str(request.url))
        request.headers["accept-encoding"] = "identity"
        request.extensions.setdefault("timeout", {})["connect"] = CONNECT_SECONDS
        options["follow_redirects"] = False
        try:
            response = await send(client, request, stream=True, **options)
        except httpx.TransportError as error:
            watch.fault = transport_fault(error, where, started=False)
            raise
        return await _looked_at(response, watch, where, stream=stream)

    setattr(httpx.AsyncClient, "send", watched)  # noqa: B010 - see the module's docstring


async def _looked_at(
    response: httpx.Response, watch: Watch, where: str, *, stream: bool
) -> httpx.Response:
    async with AsyncExitStack() as unless_whole:  # cancelled, too, or lost while it is read
        unless_whole.push_async_callback(response.aclose)
        watch.fault = await fault_in(response, where, watch.key_variable)
        if watch.fault is not None:
            return httpx.Response(
                response.status_code,
                headers={"content-type": response.headers.get("content-type", "text/plain")},
                text=watch.fault.message,
                request=response.request,
            )
        events = "text/event-stream" in response.headers.get("content-type", "")
        if events and isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _Whole(response.stream, watch, where)
        if not stream:
            await response.aread()
        unless_whole.pop_all()
    return response


class _Whole(httpx.AsyncByteStream):
    """Passes a stream of events on, and notes if it ends without having said that it ends."""

    def __init__(self, inner: httpx.AsyncByteStream, watch: Watch, where: str) -> None:
        self._inner = inner
        self._watch = watch
        self._where = where

    async def __aiter__(self) -> AsyncIterator[bytes]:
        tail, torn, ended = b"", b"", False
        try:
            async for packet in self._inner:
                self._watch.started = True
                seen = tail + packet
                ended = ended or _END.search(seen) is not None
                tail = seen[-_TAIL:]
                data = torn + packet
                torn = match[0] if (match := _TORN.search(data)) else b""
                yield _BREAKS.sub(lambda m: _ESCAPES[m[0]], data[: len(data) - len(torn)])
            yield torn
        except httpx.TransportError as error:
            self._watch.fault = transport_fault(error, self._where, started=True)
            raise
        if not ended:
            self._watch.fault = broken(
                f"{self._where}: the stream ended in the middle of the answer"
            )

    async def aclose(self) -> None:
        await self._inner.aclose()
