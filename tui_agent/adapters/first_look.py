"""A first look at the settings, before the program starts itself again: model and key variables."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from tui_agent.adapters.places import config_home


def first_look(environ: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return the model that the user's settings name, and the variables that hold keys there.

    Only a guess of which host will be needed: what is wrong with the file is said later.
    """
    table: dict[str, Any] = {}
    try:
        text = (config_home(environ) / "config.toml").read_bytes().decode()
    except (OSError, ValueError):
        text = ""
    if text:
        import tomllib

        with suppress(ValueError):
            table = tomllib.loads(text)
    named = environ.get("AGENT_MODEL") or table.get("model", "")
    variables = [_variable(one) for one in _list(table.get("endpoints"))]
    return str(named), tuple(name for name in variables if name)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _variable(endpoint: object) -> str:
    found = endpoint.get("key_variable", "") if isinstance(endpoint, dict) else ""
    return found if isinstance(found, str) else ""
