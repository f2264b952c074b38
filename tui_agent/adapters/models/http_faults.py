"""What an HTTP exchange says of an attempt, whoever made it: its status, its type, its end."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from tui_agent.adapters.models.faults import Fault, broken, of_status, web_page

CONNECT_SECONDS = 10.0
_BODY_LIMIT = 64_000
"""Bytes of an error's body that are looked at."""


async def fault_in(response: httpx.Response, where: str, key_variable: str) -> Fault | None:
    """Return the fault that status or content type mean; the body is then read, up to a limit."""
    if not response.is_success:
        text = await _text(response)
        return of_status(
            response.status_code, text, response.headers, where=where, key_variable=key_variable
        )
    if "html" in response.headers.get("content-type", ""):
        return web_page(where, await _text(response))
    return None


def transport_fault(error: httpx.TransportError, where: str, *, started: bool) -> Fault:
    """Return the fault of a connection that wasn't made, or was lost."""
    detail = str(error) or type(error).__name__
    if isinstance(error, httpx.UnsupportedProtocol):
        return Fault("unreachable", f"{where} is no address", remedy="check the base URL")
    if isinstance(error, httpx.ConnectTimeout):
        return Fault("unreachable", f"{where} didn't accept a connection in time", retry=True)
    if "[SSL" in detail or "certificate" in detail.lower():
        remedy = "check the address and the clock; SSL_CERT_FILE names further certificates"
        return Fault("unreachable", f"{where} cannot prove who it is: {detail}", remedy=remedy)
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        return Fault(
            "unreachable",
            f"no connection to {where}: {detail}",
            remedy="check the address, and that the server runs",
            retry=True,
        )
    what = "broke off in the middle of its answer" if started else "broke off before it answered"
    return broken(f"{where} {what}: {detail}")


def place_of(url: str) -> str:
    """Return an address as messages name it: without credentials and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


async def _text(response: httpx.Response) -> str:
    data = b""
    try:
        async for part in response.aiter_bytes():
            data += part
            if len(data) > _BODY_LIMIT:
                break
    except (httpx.TransportError, httpx.DecodingError) as error:
        data += f" [{error}]".encode()
    return data[:_BODY_LIMIT].decode("utf-8", "replace")
