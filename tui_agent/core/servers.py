"""Servers of tools: how one is defined, what it offers, and how the names of its tools are made."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit

Origin = Literal["user", "project"]
PREFIX = "mcp__"
"""How the names of tools begin that other programs bring."""
LONGEST_NAME = 64
"""Characters of a tool's name; providers take no more."""
LONGEST_SERVER = 32
_OTHERS = re.compile(r"[^A-Za-z0-9-]+")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_KINDS = {
    "stdio": "stdio",
    "http": "http",
    "streamable-http": "http",
    "streamable_http": "http",
    "streamableHttp": "http",
}
_SHORT_HASH = 6


class DefinitionError(ValueError):
    """A server's definition that cannot be used; the message says what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerDefinition:
    """One server, as a settings file or `.mcp.json` has it: variables are not put in yet."""

    name: str
    origin: Origin = "user"
    place: str = ""
    """The file that it stands in."""
    transport: Literal["stdio", "http"] = "stdio"
    command: str = ""
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    """All variables that it gets beside those that every command has."""
    cwd: str = ""
    """Relative to the workspace; empty: the workspace."""
    url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    network: bool = False
    """Whether a program may reach the network; over http it is reached anyway."""
    writes: bool = False
    """Whether it may write in the workspace, rather than only read."""
    disabled: bool = False

    @property
    def host(self) -> str:
        """The machine that is talked to over http, with its port; empty for a program."""
        return urlsplit(self.url).netloc.rpartition("@")[2] if self.url else ""

    @property
    def told(self) -> str:
        """What it is, in a line: its command or its address."""
        return self.url or " ".join((self.command, *self.args))

    @property
    def reaches(self) -> str:
        """What it may reach, in words."""
        if self.transport == "http":
            return f"the network: {self.host}"
        parts = ["reads and writes the workspace" if self.writes else "reads the workspace"]
        parts.append("reaches the network" if self.network else "no network")
        return ", ".join(parts)


def plain_name(name: str, longest: int = LONGEST_SERVER) -> str:
    """Return a name as part of a tool's name: letters, digits, `-` and single `_`."""
    return _OTHERS.sub("_", name).strip("_")[:longest].strip("_")


def tool_name(server: str, tool: str) -> str:
    """Return the name under which a model is told of a server's tool; empty where none is left."""
    first, last = plain_name(server), plain_name(tool, 256)
    if not (first and last):
        return ""
    name = f"{PREFIX}{first}__{last}"
    if len(name) <= LONGEST_NAME:
        return name
    short = hashlib.sha256(tool.encode("utf-8", "surrogatepass")).hexdigest()[:_SHORT_HASH]
    return f"{name[: LONGEST_NAME - _SHORT_HASH - 1].rstrip('_')}_{short}"


def is_served(name: str) -> bool:
    """Return whether a tool comes from a server, by its name."""
    return name.startswith(PREFIX)


def server_of(name: str) -> str:
    """Return the plain name of the server that a tool's name holds; empty for a tool of ours."""
    return name.removeprefix(PREFIX).partition("__")[0] if is_served(name) else ""


def digest_of_tool(description: str, parameters: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of what a person approves a tool by, and a model calls it by."""
    text = spelled_tool(description, parameters)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def spelled_tool(description: str, parameters: Mapping[str, Any]) -> str:
    """Return a tool's description and schema as lines, to be compared."""
    schema = json.dumps(parameters, indent=2, sort_keys=True, ensure_ascii=False)
    return f"{description.rstrip()}\n\n{schema}\n"


# Definitions


def definition_of(
    name: str, table: Mapping[str, Any], origin: Origin, place: str
) -> ServerDefinition:
    """Return a server from its table. What other programs write beside is passed over.

    Raises DefinitionError.
    """
    if not plain_name(name):
        raise DefinitionError("its name has no letter or digit")
    url, command = _text(table, "url"), _text(table, "command")
    kind = _text(table, "type") or ("http" if url else "stdio")
    if kind == "sse":
        raise DefinitionError("the transport sse is gone from the protocol: use its http address")
    if kind not in _KINDS:
        raise DefinitionError(f'type is "stdio" or "http", not "{kind}"')
    http = _KINDS[kind] == "http"
    if http and not _is_address(url) and not url.startswith("${"):
        raise DefinitionError('it needs an address: url = "https://…"')
    if not http and not command:
        raise DefinitionError('it needs a program: command = "npx"')
    return ServerDefinition(
        name=name,
        origin=origin,
        place=place,
        transport="http" if http else "stdio",
        command="" if http else command,
        args=() if http else _texts(table, "args"),
        env=() if http else _pairs(table, "env"),
        cwd=_text(table, "cwd"),
        url=url if http else "",
        headers=_pairs(table, "headers") if http else (),
        network=_flag(table, "network"),
        writes=_flag(table, "writes"),
        disabled=_flag(table, "disabled"),
    )


def _is_address(url: str) -> bool:
    """Return whether a machine is named that can be asked over http."""
    try:
        return url.startswith(("http://", "https://")) and bool(urlsplit(url).netloc)
    except ValueError:  # a bracket of IPv6 without its other
        return False


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or "\0" in value:
        raise DefinitionError(f"{key} is a text")
    return value


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise DefinitionError(f"{key} is a list of texts")
    return tuple(value)


def _pairs(table: Mapping[str, Any], key: str) -> tuple[tuple[str, str], ...]:
    value = table.get(key) or {}
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise DefinitionError(f"{key} is a table of texts")
    return tuple((str(name), one) for name, one in value.items())


def _flag(table: Mapping[str, Any], key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise DefinitionError(f"{key} is true or false")
    return value


# Variables


def expanded(
    definition: ServerDefinition, look_up: Callable[[str], str | None]
) -> ServerDefinition:
    """Return the definition with `${NAME}` and `${NAME:-otherwise}` put in.

    Raises DefinitionError, naming the variable that is not there.
    """

    def put_in(text: str) -> str:
        return _VARIABLE.sub(value_of, text)

    def value_of(found: re.Match[str]) -> str:
        value = look_up(found[1])
        if value is None and found[2] is None:
            raise DefinitionError(f"the variable {found[1]} is not set")
        return value or found[2] or ""

    made = replace(
        definition,
        command=put_in(definition.command),
        args=tuple(put_in(one) for one in definition.args),
        env=tuple((name, put_in(one)) for name, one in definition.env),
        cwd=put_in(definition.cwd),
        url=put_in(definition.url),
        headers=tuple((name, put_in(one)) for name, one in definition.headers),
    )
    if made.url and not _is_address(made.url):
        raise DefinitionError(f"its address is no http address: {definition.url}")
    return made


def variables_of(definition: ServerDefinition) -> tuple[str, ...]:
    """Return the variables of ours that a definition names, in order."""
    texts = (
        definition.command,
        *definition.args,
        *(value for _, value in definition.env),
        definition.cwd,
        definition.url,
        *(value for _, value in definition.headers),
    )
    return tuple(dict.fromkeys(found[1] for text in texts for found in _VARIABLE.finditer(text)))
