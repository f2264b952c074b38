"""Which servers there are: those of the user's settings, of the project's, and of `.mcp.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui_agent.core.servers import (
    DefinitionError,
    Origin,
    ServerDefinition,
    definition_of,
    plain_name,
)

PROJECT_SERVERS = ".mcp.json"
TABLE = "mcpServers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """The servers that may be started, and what is wrong with the others."""

    servers: Mapping[str, ServerDefinition]
    """By plain name, which is unique."""
    problems: tuple[str, ...] = ()
    """In sentences."""


def defined(settings: Mapping[str, Any], project_file: bytes | None) -> Defined:
    """Return the servers of the merged settings and of the project's file, as far as it counts.

    The user's stand before the project's: a name that is taken is refused.
    """
    found: dict[str, ServerDefinition] = {}
    problems: list[str] = []
    tables = [
        (name, table, _origin(table), str(table.get("place", "")))
        for name, table in settings.items()
    ]
    file, wrong = project_tables(project_file)
    problems += [wrong] if wrong else []
    tables += [(name, table, "project", PROJECT_SERVERS) for name, table in file.items()]
    for name, table, origin, place in tables:
        try:
            one = definition_of(name, table, origin, place)
        except DefinitionError as error:
            problems.append(f"{place}: the server {name} cannot be used: {error}.")
            continue
        taken = found.get(plain_name(name))
        if taken is not None:
            problems.append(
                f"{place}: the server {name} is left out: {taken.place} has one of that name."
            )
        else:
            found[plain_name(name)] = one
    return Defined(servers=found, problems=tuple(problems))


def _origin(table: Mapping[str, Any]) -> Origin:
    return "project" if table.get("project") else "user"


def project_tables(data: bytes | None) -> tuple[dict[str, dict[str, Any]], str]:
    """Return the tables of a `.mcp.json` by name, and what is wrong with it."""
    if data is None:
        return {}, ""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        return {}, f"{PROJECT_SERVERS} is no JSON: {error}."
    tables = value.get(TABLE, {}) if isinstance(value, dict) else None
    if not isinstance(tables, dict):
        return {}, f'{PROJECT_SERVERS} has no object "{TABLE}".'
    odd = [name for name, table in tables.items() if not isinstance(table, dict)]
    if odd:
        return {}, f"{PROJECT_SERVERS}: the server {odd[0]} is no object."
    return tables, ""
