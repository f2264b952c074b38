"""A first look at the settings, before the program starts itself again: models and keys."""

from __future__ import annotations

from tui_agent.adapters.early import TYPE_CHECKING, Value
from tui_agent.adapters.places import config_folder, settings_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class OwnEndpoint(Value):
    """A server that the user's settings name."""

    name: str
    base_url: str
    dialect: str
    key_variable: str


class FirstLook(Value):
    """What the user's settings say of models and keys."""

    folder: str = ""
    """The folder of the user's settings; empty where there is none."""
    model: str = ""
    fallback: tuple[str, ...] = ()
    endpoints: tuple[OwnEndpoint, ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    """Provider, and the command that prints its key."""

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that hold keys of those servers."""
        return tuple(one.key_variable for one in self.endpoints if one.key_variable)


def first_look(environ: Mapping[str, str]) -> FirstLook:
    """Return what the user's settings say.

    Only a guess of what will be needed: what is wrong with the file is said later.
    """
    folder, table = "", {}
    try:
        folder = config_folder(environ)
        table = _table(settings_bytes(folder))
    except OSError:
        pass
    commands = table.get("api_key_cmd")
    return FirstLook(
        folder=folder,
        model=str(environ.get("AGENT_MODEL") or table.get("model", "")),
        fallback=tuple(str(one) for one in _list(table.get("fallback"))),
        endpoints=tuple(
            _endpoint(one) for one in _list(table.get("endpoints")) if isinstance(one, dict)
        ),
        commands=tuple(
            (name, command)
            for name, command in (commands if isinstance(commands, dict) else {}).items()
            if isinstance(command, str) and command
        ),
    )


def _table(data: bytes) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(data.decode().removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _endpoint(table: Mapping[str, object]) -> OwnEndpoint:
    def of(name: str) -> str:
        value = table.get(name, "")
        return value if isinstance(value, str) else ""

    return OwnEndpoint(
        name=of("name"),
        base_url=of("base_url"),
        dialect=of("dialect"),
        key_variable=of("key_variable"),
    )
