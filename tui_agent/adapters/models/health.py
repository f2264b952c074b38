"""Whether a provider answers and takes the key, asked without a request that costs anything."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx

from tui_agent.adapters.models.endpoints import Route
from tui_agent.adapters.models.faults import words_of
from tui_agent.adapters.models.http_faults import place_of

SECONDS = 4.0
"""How long a provider may take."""
_REFUSED = frozenset({400, 401, 403})
_SAID = 160

Json = dict[str, Any]


async def health(client: httpx.AsyncClient, url: str, headers: dict[str, str]) -> Json:
    """Return `state` (ok, key, failing, unreachable), `ms` and the provider's own words."""
    started = time.monotonic()
    try:
        async with asyncio.timeout(SECONDS):
            response = await client.get(url, headers=headers)
    except TimeoutError:
        return _told("unreachable", started, f"{place_of(url)}: no answer within {SECONDS:g} s")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        said = str(error) or type(error).__name__
        return _told("unreachable", started, f"{place_of(url)}: {said}")
    if response.is_success:
        return _told("ok", started, "")
    said = f"{response.status_code} {words_of(response.text)}"[:_SAID]
    return _told("key" if response.status_code in _REFUSED else "failing", started, said)


def question(route: Route, key: str) -> tuple[str, dict[str, str]]:
    """Return the address that lists a provider's models, and the headers that carry the key.

    An empty address: nothing is known to ask this provider.
    """
    if route.provider == "anthropic":
        base = route.base_url or "https://api.anthropic.com"
        version = {"anthropic-version": "2023-06-01"}
        return f"{base}/v1/models", {"x-api-key": key, **version}
    if route.provider == "gemini":
        base = route.base_url or "https://generativelanguage.googleapis.com/v1beta"
        return f"{base}/models", {"x-goog-api-key": key}
    base = route.base_url or _BASES.get(route.provider, "")
    path = "/key" if route.provider == "openrouter" else "/models"
    bearer = {"Authorization": f"Bearer {key}"} if key else {}
    return (base.rstrip("/") + path if base else ""), {**bearer, **dict(route.headers)}


_BASES = {"mistral": "https://api.mistral.ai/v1"}
"""Addresses that litellm knows by itself."""


def _told(state: str, started: float, said: str) -> Json:
    return {"state": state, "ms": round((time.monotonic() - started) * 1000), "said": said}
