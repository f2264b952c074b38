"""Prices and limits of models, from the table that litellm bundles, read without importing litellm.

The table is 3 MB of JSON and takes 30 ms; importing litellm for it would take seconds.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tui_agent.core.messages import ModelFacts, Usage

Value = Any
"""What the table holds, before it is checked."""
TABLE = "model_prices_and_context_window_backup.json"
_TIERS = (512_000, 272_000, 256_000, 200_000, 128_000)
"""Input tokens above which some providers charge a request at another rate."""


def facts_of(model: str, provider: str, name: str) -> ModelFacts:
    """Return what the table says; a model that isn't in it has no facts, rather than guesses.

    Args:
        model: As the user names it; what the facts are about.
        provider: The endpoint's name.
        name: The model's name at that provider.
    """
    entry = entry_of(provider, name)
    return ModelFacts(
        model=model,
        context_tokens=_whole(entry.get("max_input_tokens")),
        output_limit=_whole(entry.get("max_output_tokens")),
        input_price=_number(entry.get("input_cost_per_token")),
        output_price=_number(entry.get("output_cost_per_token")),
        images=bool(entry.get("supports_vision", False)),
    )


def cost_of(provider: str, name: str, usage: Usage) -> float | None:
    """Return the dollars that `usage` cost, or None where a price or a count is unknown."""
    entry = entry_of(provider, name)
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    read, written = usage.cached_tokens or 0, usage.cache_write_tokens or 0
    total = usage.input_tokens
    parts = (
        (total - read - written, _price(entry, "input_cost_per_token", total)),
        (usage.output_tokens, _price(entry, "output_cost_per_token", total)),
        (read, _price(entry, "cache_read_input_token_cost", total)),
        (written, _price(entry, "cache_creation_input_token_cost", total)),
    )
    cost = 0.0
    for tokens, price in parts:
        if price is not None:
            cost += tokens * price
        elif tokens:
            return None
    return cost if parts[0][1] is not None and parts[1][1] is not None else None


def entry_of(provider: str, name: str) -> Mapping[str, Any]:
    """Return the table's row for a model, or an empty one."""
    last = name.rpartition("/")[2]
    for key in (f"{provider}/{name}", name, last if provider in {"openai", "anthropic"} else ""):
        row = _table().get(key)
        if row is not None and _is_of(provider, name, row):
            return row
    return {}


def _is_of(provider: str, name: str, row: Mapping[str, Any]) -> bool:
    """Return whether a row prices this very provider: another's price would be a guess."""
    owner = str(row.get("litellm_provider", ""))
    return owner == provider or owner.startswith(provider) or name.startswith(f"{provider}/")


@cache
def _table() -> dict[str, dict[str, Any]]:
    spec = importlib.util.find_spec("litellm")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        try:
            table = json.loads((Path(folder) / TABLE).read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(table, dict):
            return table
    return {}


def _price(entry: Mapping[str, Any], name: str, input_tokens: int) -> float | None:
    for tier in _TIERS:
        above = _number(entry.get(f"{name}_above_{tier // 1000}k_tokens"))
        if input_tokens > tier and above is not None:
            return above
    return _number(entry.get(name))


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _whole(value: Value) -> int | None:
    return value if isinstance(value, int) else None
