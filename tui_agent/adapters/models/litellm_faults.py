"""What litellm's exceptions mean, in our own words."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from tui_agent.adapters.models.endpoints import Route
from tui_agent.adapters.models.faults import Fault, broken, of_status, web_page

Module = Any
"""litellm itself, which is too large to be type-checked."""
_DEPTH = 10
"""Causes of causes that are looked at."""
_CUTS = ("Give Feedback", "LiteLLM Retried", "Traceback (most recent call last)")


def fault_of(error: Exception, litellm: Module, route: Route, *, started: bool) -> Fault:
    """Return the fault that `error`, raised by litellm, means.

    Args:
        error: Anything: litellm maps most, but neither all nor always the same.
        litellm: The module, for its exception types.
        route: Where the request went.
        started: Whether a chunk had come.
    """
    if isinstance(error, Fault):
        return error
    where, said = _where(route), _words(error)
    if isinstance(error, litellm.ContextWindowExceededError):
        return Fault("context", f"{where}: {said}")
    if "<html" in said.lower() or "<!doctype html" in said.lower():
        return web_page(where, said)
    lost = _lost_connection(error, said)
    if lost and not started:
        return Fault(
            "unreachable",
            f"no connection to {where}: {said}",
            remedy="check the address, and that the server runs",
            retry=True,
        )
    if started or lost:
        return broken(f"{where} broke off in the middle of its answer: {said}")
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status >= HTTPStatus.MULTIPLE_CHOICES:
        return of_status(
            status, said, _headers(error), where=where, key_variable=route.key_variable
        )
    return broken(f"{where} sent no answer that can be read: {said}")


def _where(route: Route) -> str:
    if not route.base_url:
        return route.provider
    parts = urlsplit(route.base_url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _words(error: Exception) -> str:
    text = str(error) or type(error).__name__
    for cut in _CUTS:
        text = text.partition(cut)[0]
    while text.startswith("litellm.") and ": " in text:
        text = text.partition(": ")[2]
    return text.strip()


def _lost_connection(error: Exception, said: str) -> bool:
    import httpx

    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) and len(causes) < _DEPTH:
        causes.append(cause)
    return any(isinstance(c, httpx.ConnectError | httpx.ConnectTimeout) for c in causes) or (
        said.endswith("Connection error.") or "Cannot connect to host" in said
    )


def _headers(error: Exception) -> Mapping[str, str]:
    """Return the response's headers, from wherever this litellm release has left them."""
    response = getattr(error, "response", None)
    found = getattr(error, "litellm_response_headers", None) or getattr(response, "headers", None)
    if not found:
        return {}
    return {str(name).lower(): str(value) for name, value in dict(found).items()}
