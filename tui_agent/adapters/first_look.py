"""A first look at the settings, before the program starts itself again: model and key variables."""

from __future__ import annotations

from tui_agent.adapters.early import TYPE_CHECKING
from tui_agent.adapters.places import config_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def first_look(environ: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return the model that the user's settings name, and the variables that hold keys there.

    Only a guess of which host will be needed: what is wrong with the file is said later.
    """
    table: dict[str, Any] = {}
    try:
        with open(f"{config_folder(environ)}/config.toml", "rb") as file:
            text = file.read().decode()
    except (OSError, ValueError):
        text = ""
    if text:
        import tomllib

        try:
            table = tomllib.loads(text)
        except ValueError:
            table = {}
    named = environ.get("AGENT_MODEL") or table.get("model", "")
    variables = [_variable(one) for one in _list(table.get("endpoints"))]
    return str(named), tuple(name for name in variables if name)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _variable(endpoint: object) -> str:
    found = endpoint.get("key_variable", "") if isinstance(endpoint, dict) else ""
    return found if isinstance(found, str) else ""
