"""Writes a server into a settings file or `.mcp.json`, or takes it out; all else stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui_agent.adapters.mcp.definitions import PROJECT_SERVERS, TABLE, project_tables
from tui_agent.adapters.settings.keep_rule import replaced
from tui_agent.core.rule_table import spelled
from tui_agent.core.toml_text import NotTomlError, toml_table

Table = Mapping[str, Any]
_HEAD = re.compile(r"^\s*\[\[?\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


class NotKeptError(ValueError):
    """A file that a server cannot be written into, or taken out of; the message says why."""


def in_settings(text: str, name: str, table: Table) -> str:
    """Return a settings file's text with a server more. Raises NotKeptError."""
    old = _servers(text)
    if name in old:
        raise NotKeptError(f"there is a server {name} already: remove it first")
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    lines = [f"[mcp.servers.{_key(name)}]", *_lines(plain)]
    for key, value in table.items():
        if isinstance(value, Mapping):
            lines += ["", f"[mcp.servers.{_key(name)}.{key}]", *_lines(value)]
    new = text + gap + "\n".join(lines) + "\n"
    if _servers(new) != {**old, name: _plain(table)} or _without_servers(new) != _without_servers(
        text
    ):
        raise NotKeptError("its servers stand in a form that none can be appended to")
    return new


def out_of_settings(text: str, name: str) -> str:
    """Return a settings file's text without a server. Raises NotKeptError."""
    old = _servers(text)
    if name not in old:
        raise NotKeptError(f"there is no server {name}")
    kept: list[str] = []
    inside = False
    for line in text.split("\n"):
        head = _HEAD.match(line)
        if head:
            inside = _parts(head[1])[:3] == ["mcp", "servers", name]
        if not inside or line.lstrip().startswith("#"):
            kept.append(line)
    new = "\n".join(kept)
    rest = {one: table for one, table in old.items() if one != name}
    if _servers(new) != rest or _without_servers(new) != _without_servers(text):
        raise NotKeptError(f"{name} stands in a form that cannot be taken out: edit it by hand")
    return new.rstrip("\n") + "\n" if new.strip() else ""


def in_project(data: bytes | None, name: str, table: Table) -> bytes:
    """Return a `.mcp.json` with a server more. Raises NotKeptError."""
    whole, tables = _project(data)
    if name in tables:
        raise NotKeptError(f"there is a server {name} already: remove it first")
    return _json({**whole, TABLE: {**tables, name: _plain(table)}}, data)


def out_of_project(data: bytes | None, name: str) -> bytes:
    """Return a `.mcp.json` without a server. Raises NotKeptError."""
    whole, tables = _project(data)
    if name not in tables:
        raise NotKeptError(f"there is no server {name}")
    rest = {one: table for one, table in tables.items() if one != name}
    return _json({**whole, TABLE: rest}, data)


def write_settings(path: Path, text: str, old: str) -> None:
    """Replace a settings file as a whole. Raises OSError."""
    replaced(path, text.encode(), old.encode())


def _project(data: bytes | None) -> tuple[dict[str, Any], dict[str, Any]]:
    if data is None or not data.strip():
        return {}, {}
    tables, wrong = project_tables(data)
    if wrong:
        raise NotKeptError(wrong)
    try:
        whole = json.loads(data, object_pairs_hook=_once)
    except ValueError as error:
        raise NotKeptError(f"{PROJECT_SERVERS}: {error}") from None
    return whole, tables


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        message = "it has a key twice, one of which would be lost"
        raise ValueError(message)
    return found


def _json(value: object, data: bytes | None) -> bytes:
    """Spell it with the indent that the file has."""
    indent = re.search(rb"\n([ \t]+)\"", data or b"")
    step = indent[1].decode() if indent else "  "
    return (json.dumps(value, indent=step, ensure_ascii=False) + "\n").encode()


def _plain(table: Table) -> dict[str, Any]:
    return {
        key: dict(value)
        if isinstance(value, Mapping)
        else list(value)
        if isinstance(value, tuple)
        else value
        for key, value in table.items()
    }


def _lines(table: Table) -> list[str]:
    return [f"{_key(key)} = {spelled(value)}" for key, value in table.items()]


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else spelled(name)


def _parts(head: str) -> list[str]:
    """Return the parts of a table's name as TOML reads them."""
    try:
        value: Any = toml_table(f"{head} = 1")
    except NotTomlError:
        return []
    found: list[str] = []
    while isinstance(value, dict):
        ((key, value),) = value.items()
        found.append(key)
    return found


def _loaded(text: str) -> dict[str, Any]:
    try:
        return toml_table(text)
    except NotTomlError as error:
        raise NotKeptError(f"it is no TOML: {error}") from None


def _servers(text: str) -> dict[str, Any]:
    tables = _loaded(text).get("mcp", {}).get("servers", {})
    return dict(tables) if isinstance(tables, dict) else {}


def _without_servers(text: str) -> dict[str, Any]:
    table = _loaded(text)
    mcp = {key: one for key, one in table.get("mcp", {}).items() if key != "servers"}
    return {
        **{key: one for key, one in table.items() if key != "mcp"},
        **({"mcp": mcp} if mcp else {}),
    }
