"""Prices and limits of models, from the table that litellm bundles, read without importing litellm.

The table is 3 MB of JSON and takes 30 ms; importing litellm for it would take seconds.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from tui_agent.adapters.models.off_peak import prices_at
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
    return _facts(model, entry_of(provider, name))


def models_of(provider: str) -> list[ModelFacts]:
    """Return the facts of every model of a provider that one can talk to, by name."""
    found: dict[str, ModelFacts] = {}
    for key, row in _table().items():
        if row.get("litellm_provider") != provider or row.get("mode") not in _TALK:
            continue
        name = key.removeprefix(f"{provider}/")
        if not name.startswith(_NOT_BY_NAME):
            found[name] = _facts(f"{provider}/{name}", row)
    return [found[name] for name in sorted(found)]


_TALK = ("chat", "responses")
_NOT_BY_NAME = ("ft:", "1024-x-1024", "us/", "eu/")
"""Rows that price a kind of use, rather than a model to ask for."""


def _facts(model: str, entry: Mapping[str, Any]) -> ModelFacts:
    known = bool(entry)
    return ModelFacts(
        model=model,
        context_tokens=_whole(entry.get("max_input_tokens")),
        output_limit=_whole(entry.get("max_output_tokens")),
        input_price=_number(entry.get("input_cost_per_token")),
        output_price=_number(entry.get("output_cost_per_token")),
        cached_price=_number(entry.get("cache_read_input_token_cost")),
        cache_write_price=_number(entry.get("cache_creation_input_token_cost")),
        images=bool(entry.get("supports_vision", False)),
        tools=bool(entry.get("supports_function_calling", False)) if known else None,
        reasoning=bool(entry.get("supports_reasoning", False)) if known else None,
    )


def cost_of(provider: str, name: str, usage: Usage, moment: datetime | None = None) -> float | None:
    """Return the dollars that `usage` cost at `moment` (now), or None where that is unknown.

    Cached tokens without a price of their own cost what any do. Rows priced by tiers of their own
    kind, or with dearer thoughts that nobody counted, give no cost. Parts that are more than their
    whole, as some servers count them, cost what they are: nothing ever gives money back.
    """
    row = prices_at(entry_of(provider, name), moment or datetime.now(UTC))
    total, out = usage.input_tokens, usage.output_tokens
    if total is None or out is None or "tiered_pricing" in row:
        return None
    price_in = _price(row, "input_cost_per_token", total)
    price_out = _price(row, "output_cost_per_token", total)
    price_thought = _price(row, "output_cost_per_reasoning_token", total)
    if price_in is None or price_out is None:
        return None
    thought = 0
    if price_thought is None or price_thought == price_out:
        price_thought = price_out
    elif usage.reasoning_tokens is None:
        return None
    else:
        thought = usage.reasoning_tokens
    read, written = usage.cached_tokens or 0, usage.cache_write_tokens or 0
    price_read = _price(row, "cache_read_input_token_cost", total)
    price_written = _price(row, "cache_creation_input_token_cost", total)
    return (
        max(0, total - read - written) * price_in
        + read * (price_in if price_read is None else price_read)
        + written * (price_in if price_written is None else price_written)
        + max(0, out - thought) * price_out
        + thought * price_thought
    )


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
