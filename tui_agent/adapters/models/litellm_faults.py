"""What litellm's exceptions mean, in our own words, where the HTTP exchange didn't tell."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from tui_agent.adapters.models.endpoints import Route
from tui_agent.adapters.models.faults import Fault, broken, of_status
from tui_agent.adapters.models.http_faults import place_of

Module = Any
"""litellm itself, which is too large to be type-checked."""
_CUTS = ("Give Feedback", "LiteLLM Retried", "Traceback (most recent call last)", " Handle with `")


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
    where = place_of(route.base_url) if route.base_url else route.provider
    original = getattr(error, "original_exception", None)
    error = original if isinstance(original, Exception) else error
    said = _words(error)
    if isinstance(error, litellm.ContextWindowExceededError):
        return Fault("context", f"{where}: {said}")
    if "LLM Provider NOT provided" in said:
        return Fault(
            "not_found",
            f"no provider is called {route.provider!r}",
            remedy="agent --model provider/model, or name an endpoint in your settings",
        )
    status = getattr(error, "status_code", None)
    invented = isinstance(error, litellm.APIConnectionError)
    if not invented and isinstance(status, int) and status >= HTTPStatus.MULTIPLE_CHOICES:
        return of_status(status, said, {}, where=where, key_variable=route.key_variable)
    if started:
        return broken(f"{where} broke off in the middle of its answer: {said}")
    return broken(f"{where} sent no answer that can be read: {said}")


def _words(error: Exception) -> str:
    text = str(error) or type(error).__name__
    for cut in _CUTS:
        text = text.partition(cut)[0]
    while text.startswith("litellm.") and ": " in text:
        text = text.partition(": ")[2]
    return text.strip()
