"""A rule, or a value, as it stands in a settings file: the TOML that a person would write."""

from __future__ import annotations

import json
from dataclasses import fields

from tui_agent.core.settings import RuleSettings

_FILLED_IN = frozenset({"place"})


def table_of(rule: RuleSettings) -> str:
    """Return a rule as a TOML table of the list `rules`, with what is said in it alone."""
    lines = ["[[rules]]"]
    for one in fields(rule):
        value = getattr(rule, one.name)
        if one.name not in _FILLED_IN and value not in ("", (), 0, False):
            lines.append(f"{one.name} = {spelled(value)}")
    return "\n".join(lines) + "\n"


def spelled(value: object) -> str:
    """Return a value as TOML spells it: JSON's strings are TOML's, once DEL is escaped, too."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(spelled(one) for one in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value).replace("\x7f", "\\u007f")
    return str(value)
