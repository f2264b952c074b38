"""Writes what a person chose in the app into their own settings; the rest stays as it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tui_agent.adapters.settings.keep_rule import replaced
from tui_agent.adapters.settings.layers import table_layer
from tui_agent.core.rule_table import spelled
from tui_agent.core.toml_text import NotTomlError, toml_table


def keep_choice(path: Path, table: str, key: str, value: str) -> str:
    """Set one key of a settings file and return where it stands, `FILE:LINE`.

    An empty `table` means a key that stands in none.

    Raises:
        OSError: it cannot be written.
        ValueError: the key stands in a form that is better changed by hand.
    """
    target = Path(os.path.realpath(path))
    old = target.read_bytes() if target.exists() else b""
    text = old.decode("utf-8")
    try:
        wanted = toml_table(text)
    except NotTomlError as error:
        message = f"{path}: {error}"
        raise ValueError(message) from None
    if table:
        wanted[table] = {**_table_of(wanted, table), key: value}
    else:
        wanted[key] = value
    for new, line in _ways(text, table, key, spelled(value)):
        if _reads_as(new, wanted):
            table_layer(wanted, str(path), new)
            replaced(target, new.encode(), old)
            return f"{path}:{line}"
    named = f"{table}.{key}" if table else key
    message = f"{path} has {named} in a form that is better changed by hand"
    raise ValueError(message)


def _table_of(wanted: dict[str, Any], table: str) -> dict[str, Any]:
    held = wanted.get(table)
    return held if isinstance(held, dict) else {}


def _reads_as(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return toml_table(text) == wanted
    except NotTomlError:
        return False


def _ways(text: str, table: str, key: str, value: str) -> Iterator[tuple[str, int]]:
    """Yield texts that may be what is wanted, with the key's line; the first that is counts."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        name = line.partition("=")[0].strip()
        if name in (key, f"{table}.{key}") and "=" in line:
            yield (
                "\n".join([*lines[:number], f"{name} = {value}", *lines[number + 1 :]]),
                number + 1,
            )
    if not table:
        yield f"{key} = {value}\n{text}", 1
        return
    for number, line in enumerate(lines):
        if line.partition("#")[0].strip() == f"[{table}]":
            head = lines[: number + 1]
            yield "\n".join([*head, f"{key} = {value}", *lines[number + 1 :]]), number + 2
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    start = f"{text}{gap}[{table}]\n"
    yield f"{start}{key} = {value}\n", start.count("\n") + 1
