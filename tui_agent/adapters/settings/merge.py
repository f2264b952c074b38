"""How layers of settings become one: later ones win, those of a project may only tighten."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tui_agent.adapters.settings.layers import Layer
from tui_agent.core.settings import MODES, RuleSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A value that some layer gave for a key."""

    value: object
    origin: str
    ignored: str = ""
    """Why it does not count, where it does not."""


def merge(layers: Iterable[Layer], defaults: dict[str, object]) -> dict[str, tuple[Given, ...]]:
    """Return what each key was given, the lowest layer first; the last that counts is its value."""
    given = {key: [Given(value=value, origin="default")] for key, value in defaults.items()}
    for layer in layers:
        for key, value in layer.values.items():
            present = effective(given[key]).value
            kept, ignored = _limited(key, value, present) if layer.of_project else (value, "")
            if key == "rules":
                kept = _joined(present, kept, project=layer.of_project)
            if key == "mcp.servers":
                kept = _servers(present, kept, project=layer.of_project)
            given[key].append(Given(value=kept, origin=layer.places[key], ignored=ignored))
    return {key: tuple(found) for key, found in given.items()}


def effective(given: Iterable[Given]) -> Given:
    """Return the one that counts."""
    return [one for one in given if not one.ignored][-1]


_USERS_ALONE = "only your own settings may say this"
_USERS_KEYS = frozenset(
    {
        *("endpoints", "environment", "sandbox", "record", "toolsets"),
        *("fallback", "rates", "api_key_cmd", "budget.cheaper"),
    }
)


def _limited(key: str, value: Any, present: Any) -> tuple[Any, str]:
    """Return what a project may say of a key, and why not where it may not."""
    if key.startswith(("interface.", "log.", "confinement.")) or key in _USERS_KEYS:
        return value, "" if value == present else _USERS_ALONE
    if key == "profile" and present:
        return value, "" if value == present else "yours is chosen"
    if key == "rules":
        from tui_agent.core.sound_rules import only_tightens

        kept = tuple(rule for rule in value if only_tightens(rule))
        return kept, "" if len(kept) == len(value) or kept else "a project's rules allow nothing"
    stricter = _STRICTER.get(key) or _STRICTER.get(key.partition(".")[0])
    if stricter is None or stricter(value, present):
        return value, ""
    return value, "a project may only tighten this"


def _lower(value: float, present: float) -> bool:
    return value <= present


def _lower_or_unlimited(value: float, present: float) -> bool:
    return present == 0 or 0 < value <= present


_STRICTER: dict[str, Callable[[Any, Any], bool]] = {
    "mode": lambda value, present: MODES.index(value) <= MODES.index(present),
    "agents.at_once": _lower,
    "agents.depth": _lower,
    "mcp.start_seconds": _lower,
    "mcp.call_seconds": _lower,
    "limits.tokens": _lower_or_unlimited,
    "limits": _lower,
    "budget": _lower_or_unlimited,
    "review.commands": lambda value, present: value in ("always", present),
    "edits.stale": lambda value, present: value in ("refuse", present),
    "write_paths": lambda value, present: present == ("**",) or set(value) <= set(present),
    "read_paths": lambda value, present: present == ("**",) or set(value) <= set(present),
    "programs": lambda value, present: not present or set(value or "*") <= set(present),
    "verify": lambda value, present: value or not present,
}


def _servers(present: Any, added: Any, *, project: bool) -> dict[str, Any]:
    """Return both tables: a project's server never takes the place of one of the user's."""
    if not project:
        return {**present, **added}
    users = {name: one for name, one in present.items() if not one.get("project")}
    return {**present, **added, **users}


def _joined(
    present: Any,
    added: Any,
    *,
    project: bool,
) -> tuple[RuleSettings, ...]:
    """Return both lists: the first match decides, so that your own rules stand before a project's.

    Among your own, the later layer is the more particular and stands first.
    """
    return (*present, *added) if project else (*added, *present)
