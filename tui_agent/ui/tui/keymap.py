"""Which key does what: a preset with the user's changes, looked up by context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from tui_agent.ui.tui.keys_table import ACTIONS, CONTEXTS, PRESETS, Action

_NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "space": "space",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
}
_ASCII = {"←": "Left", "→": "Right", "↑": "Up", "↓": "Down"}


class KeymapError(ValueError):
    """The settings' keys cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Keymap:
    """All actions with the keys that they now have."""

    actions: Mapping[str, Action]
    by_key: Mapping[tuple[str, str], str]
    """(context, key) -> action."""

    def find(self, contexts: Iterable[str], keys: Sequence[str]) -> list[str]:
        """Return the actions that one of `keys` (names of one press) has, nearest context first."""
        return [
            self.by_key[context, key]
            for context in contexts
            for key in keys
            if (context, key) in self.by_key
        ]

    def shown(self, action: str, *, ascii_only: bool = False) -> str:
        """Return the first key of an action as the footer shows it; empty where it has none."""
        keys = self.actions[action].keys
        return show_key(keys[0], ascii_only=ascii_only) if keys else ""

    def footer(self, context: str, *, ascii_only: bool = False) -> list[tuple[str, str]]:
        """Return keys and labels of a context, in the order of the footer."""
        return [self.hint(one, ascii_only=ascii_only) for one in self.in_footer(context)]

    def in_footer(self, context: str) -> list[str]:
        """Return the actions of a context that the footer has, in its order."""
        rows = [one for one in self.actions.values() if one.context == context and one.footer]
        return [one.id for one in sorted(rows, key=lambda one: one.footer) if one.keys]

    def help_hint(self, context: str, *, writing: bool = False) -> tuple[str, str]:
        """Return the key that shows every key here, and its label; both empty where none does.

        `writing`: text stands where the keys go, so that a context's own key may be a letter of it.
        """
        actions = [
            f"{one}.help" for one in contexts_of(context) if not (writing and one == context)
        ]
        keys = (self.shown(one) for one in actions if one in self.actions)
        key = next(filter(None, keys), "")
        return key, "keys" if key else ""

    def hint(self, action: str, label: str = "", *, ascii_only: bool = False) -> tuple[str, str]:
        """Return an action's key, with its pair's, and its label; what is no action is a key."""
        if action not in self.actions:
            return action, label
        one = self.actions[action]
        key = self.shown(action, ascii_only=ascii_only)
        if one.pair:
            pair = self.shown(one.pair, ascii_only=ascii_only)
            key = f"{pair} {key}" if one.context in {"review", "replay"} else f"{key} {pair}"
        return key, label or one.label


def contexts_of(context: str) -> list[str]:
    """Return a context and those whose keys work in it, the nearest first."""
    found = [context]
    while parent := CONTEXTS[found[-1]][0]:
        found.append(parent)
    return found


def show_key(key: str, *, ascii_only: bool = False) -> str:
    """Return a key's name for people: `^P`, `Shift-Tab`, `F6`, `Esc`."""
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    name = _NAMES.get(last, last.upper() if len(last) > 1 else last)
    if ascii_only:
        name = _ASCII.get(name, name)
    if modifiers == ["ctrl"]:
        return "^" + (name.upper() if len(name) == 1 else name)
    return "-".join([*(word.capitalize() for word in modifiers), name])


def build_keymap(preset: str = "default", changes: Mapping[str, str] | None = None) -> Keymap:
    """Return the keys of a preset with the user's changes: by action, with blanks between keys.

    Raises KeymapError for an unknown preset or action, and for a key that two actions would share:
    it names both.
    """
    if preset not in PRESETS:
        raise KeymapError(f"Unknown preset of keys {preset!r}: there are {', '.join(PRESETS)}.")
    actions = {action.id: action for action in ACTIONS}
    own = {name: tuple(keys.split()) for name, keys in (changes or {}).items()}
    changed = {**PRESETS[preset], **own}
    known = _shared(actions) if changed else set()
    for name, keys in changed.items():
        if name not in actions:
            raise KeymapError(f"Unknown action {name!r} in the settings' keys.")
        actions[name] = replace(actions[name], keys=keys)
    for one, other in sorted(_shared(actions) - known) if changed else ():
        key = min(set(actions[one].keys) & set(actions[other].keys))
        raise KeymapError(f"The key {key!r} is given to both {one} and {other}.")
    return Keymap(actions, _by_key(actions))


def _shared(actions: Mapping[str, Action]) -> set[tuple[str, str]]:
    """Return the pairs of actions that share a key where both are heard."""
    having: dict[tuple[str, str], list[str]] = {}
    for one in actions.values():
        for key in dict.fromkeys(one.keys):
            having.setdefault((one.context, key), []).append(one.id)
    heard = {context: contexts_of(context) for context in CONTEXTS}
    pairs = [
        (min(one, other), max(one, other)) if outer == context else (one, other)
        for (context, key), names in having.items()
        for outer in heard[context]
        for one, other in product(names, having.get((outer, key), ()))
        if one != other
    ]
    return set(pairs)


def _by_key(actions: Mapping[str, Action]) -> dict[tuple[str, str], str]:
    return {(one.context, key): one.id for one in actions.values() for key in one.keys}
