"""The keys of the settings schema: which there are, and a value read as its type says."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from tui_agent.core.codec import CodecError, decode
from tui_agent.core.settings import Settings

TABLES = ("interface.keys", "mcp.servers")
"""Keys whose value is a table of free names."""
SHARES = ("context.compact_at",)
"""Keys whose value is a part of a whole."""


@cache
def known_keys() -> dict[str, Any]:
    """Return every key, `limits.loops` say, with its type hint, in the schema's order."""
    found: dict[str, Any] = {}
    for name, hint in get_type_hints(Settings).items():
        if isinstance(hint, type) and is_dataclass(hint):
            inner = get_type_hints(hint)
            found |= {f"{name}.{field.name}": inner[field.name] for field in fields(hint)}
        else:
            found[name] = hint
    return found


def typed(key: str, value: object) -> object:
    """Return `value` as the schema has it. Raises ValueError with what was expected."""
    section, _, leaf = key.rpartition(".")
    try:
        if section:
            whole = getattr(decode(Settings, {section: {leaf: value}}), section)
        else:
            whole = decode(Settings, {key: value})
    except CodecError as error:
        raise ValueError(_PLACE.sub("", str(error))) from None
    held = get_args(known_keys()[key])
    if held and is_dataclass(held[0]):
        _check_names(value, [field.name for field in fields(held[0])])
    if held == (str, str):
        _check_texts(value)
    elif key not in TABLES:
        _check_numbers(key, value)
    return getattr(whole, leaf)


_PLACE = re.compile(r"^([A-Z]\w*(\.\w+)?: )+")
"""Before what is wrong: in which of our types it is."""


def _check_names(value: object, known: list[str]) -> None:
    """Raise ValueError for a name that no table of a list has.

    A rule with a misspelt `prefix` would be one about every command.
    """
    tables = value if isinstance(value, list | tuple) else ()
    names = (name for one in tables if isinstance(one, dict) for name in one)
    odd = next((name for name in names if name not in known), "")
    if odd:
        near = similar(odd, known)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(known)}"
        message = f"there is no key {odd}; {hint}"
        raise ValueError(message)


def _check_texts(value: object) -> None:
    """Raise ValueError for a table in which something else stands than texts."""
    held = value.items() if isinstance(value, dict) else ()
    wrong = [f"{name}: expected str, found {one!r:.80}" for name, one in held if one != str(one)]
    if wrong:
        raise ValueError(wrong[0])


def _check_numbers(key: str, value: object) -> None:
    """Raise ValueError for a number that no setting means: below nothing, or none at all."""
    for number in _numbers(value):
        if not math.isfinite(number):
            message = f"expected a number, found {number}"
            raise ValueError(message)
        if number < 0:
            message = f"expected 0 or more, found {number}"
            raise ValueError(message)
        if key in SHARES and number > 1:
            message = f"expected a share from 0 to 1, found {number}"
            raise ValueError(message)


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _numbers(one)
    elif isinstance(value, int | float):
        yield value


def from_text(key: str, text: str) -> object:
    """Return a value spelled in an environment variable. Raises ValueError."""
    hint = known_keys()[key]
    if hint is bool:
        words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        if text.lower() not in words:
            message = f"expected true or false, found '{text}'"
            raise ValueError(message)
        return words[text.lower()]
    if hint in (int, float):
        try:
            return typed(key, hint(text))
        except ValueError as error:
            if str(error).startswith("expected"):
                raise
            kind = "a whole number" if hint is int else "a number"
            message = f"expected {kind}, found '{text}'"
            raise ValueError(message) from None
    return typed(key, text)


def in_text(hint: Any) -> bool:
    """Return whether an environment variable can spell a value of this type."""
    return hint in (bool, int, float, str) or getattr(hint, "__origin__", None) not in (
        tuple,
        dict,
    )


def value_of(settings: Settings, key: str) -> object:
    """Return the value of a key."""
    value: object = settings
    for part in key.split("."):
        value = getattr(value, part)
    return value


def similar(word: str, among: list[str], *, at_least: int = 60) -> str:
    """Return the known word that `word` was probably meant to be; empty where none is near."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(word, among, scorer=fuzz.ratio, score_cutoff=at_least)
    return str(found[0]) if found else ""
