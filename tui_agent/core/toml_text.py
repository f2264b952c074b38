"""TOML read whole or refused: whatever a file holds, there is one kind of error.

The standard library's reader lets other errors out: a number with thousands of digits, brackets
opened without end. A key with thousands of dots it reads, and nobody can write that out again.
"""

from __future__ import annotations

import tomllib
from typing import Any

DEEPEST = 64
"""Tables and lists within one another; settings need four."""


class NotTomlError(ValueError):
    """A text is no TOML that can be used; the message says why."""


def toml_table(text: str) -> dict[str, Any]:
    """Return the table that a text spells, whatever editor wrote it. Raises NotTomlError."""
    try:
        table = tomllib.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise NotTomlError(_TOO_DEEP) from None
    except ValueError as error:
        raise NotTomlError(str(error)) from None
    if _too_deep(table):
        raise NotTomlError(_TOO_DEEP)
    return table


_TOO_DEEP = f"it is nested more than {DEEPEST} levels deep"


def _too_deep(table: dict[str, Any]) -> bool:
    """Return whether anything lies deeper than it should; looked at level by level."""
    level: list[Any] = [table]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _within(one)]
        if not level:
            return False
    return True


def _within(value: dict[str, Any] | list[Any]) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value
    return [one for one in inner if isinstance(one, dict | list)]
