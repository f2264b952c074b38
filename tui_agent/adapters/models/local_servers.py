"""Model servers on this machine, found by asking their usual ports once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx

ASK_SECONDS = 0.25
USUAL = (("ollama", 11434), ("lmstudio", 1234), ("llamacpp", 8080), ("vllm", 8000))
_MODELS_SHOWN = 50

Json = dict[str, Any]


async def find_local_servers(
    client: httpx.AsyncClient, places: Sequence[tuple[str, int]] = USUAL
) -> list[Json]:
    """Return name, address and models of each server that answers, all asked at the same time."""
    found = await asyncio.gather(*(_ask(client, name, port) for name, port in places))
    return [server for server in found if server]


async def _ask(client: httpx.AsyncClient, name: str, port: int) -> Json:
    base = f"http://127.0.0.1:{port}/v1"
    try:
        async with asyncio.timeout(ASK_SECONDS):
            response = await client.get(f"{base}/models")
        listed = response.json()["data"] or []
        models = [str(model["id"]) for model in listed[:_MODELS_SHOWN]]
    except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError):
        return {}
    return {"name": name, "base_url": base, "models": models}
