"""One layer of settings: a TOML file, the environment or the flags, as keys with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tui_agent.adapters.plain_file import plain_bytes
from tui_agent.adapters.settings.keys import TABLES, from_text, in_text, known_keys, similar, typed
from tui_agent.core.settings import RuleSettings
from tui_agent.core.toml_text import NotTomlError, toml_table

ENVIRONMENT_NAMES = {"AGENT_BUDGET": "budget.session", "AGENT_MAX_STEPS": "limits.steps"}
"""Short names beside the regular `AGENT_LIMITS_LOOPS` for `limits.loops`."""
NO_SETTINGS = frozenset(
    f"AGENT_{name}"
    for name in (
        *("HOME", "DEFAULT_MODEL", "MODEL_HOSTS", "EXTRA_KEYS", "KEY_SOURCES"),
        *("RIPGREP", "COMMAND", "MAKER"),
    )
)
"""Variables of ours that say something else; nothing is loaded to look at them."""
ALMOST = 90
"""Percent that a variable has in common with a setting's: others have variables `AGENT_…`, too."""


class SettingsError(ValueError):
    """Settings that cannot be used; the message names the file, the line and what is expected."""


@dataclass(slots=True, kw_only=True)
class Layer:
    """The values that one source gives."""

    name: str
    """As an explanation names it."""
    values: dict[str, object] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    """Where each key's value stands."""
    profiles: dict[str, Layer] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    of_project: bool = False
    """Whether it comes from the repository: it may then only tighten."""


def file_layer(path: Path) -> Layer | None:
    """Return the layer of the user's own file; None where there is none.

    Raises:
        SettingsError: it cannot be read, or as `data_layer`.
    """
    try:
        data = plain_bytes(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise SettingsError(message) from error
    return data_layer(path, data)


def data_layer(path: Path, data: bytes, *, of_project: bool = False) -> Layer:
    """Return the layer of a file's bytes.

    Raises:
        SettingsError: they are not UTF-8 or not TOML, or give a key a wrong value.
    """
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        message = f"{path} cannot be read: it is not UTF-8"
        raise SettingsError(message) from error
    try:
        table = toml_table(text)
    except NotTomlError as error:
        message = f"{path} is not TOML: {error}"
        raise SettingsError(message) from None
    profiles = table.pop("profile", {})
    if not isinstance(profiles, dict):
        table["profile"], profiles = profiles, {}
    elif "use" in profiles:
        # TOML has no room for a key `profile` beside the tables `[profile.NAME]`.
        table["profile"] = profiles.pop("use")
    layer = table_layer(table, str(path), text, of_project=of_project)
    for name, inner in profiles.items():
        if isinstance(inner, dict):
            label = f"{path} [profile.{name}]"
            layer.profiles[name] = table_layer(inner, label, of_project=of_project)
            if layer.profiles[name].values.pop("api_key_cmd", None) is not None:
                layer.warnings.append(f"{label}: api_key_cmd counts outside of profiles only")
            layer.warnings += layer.profiles[name].warnings
        else:
            layer.warnings.append(f"{path}: profile.{name} is no table, and no setting")
    return layer


def table_layer(
    table: Mapping[str, Any], name: str, text: str = "", *, of_project: bool = False
) -> Layer:
    """Return the layer of a TOML table. Raises SettingsError."""
    layer = Layer(name=name, of_project=of_project)
    for key, value in _flat(table):
        line = _line_of(text, key)
        place = f"{name}:{line}" if line else name
        if key not in known_keys():
            layer.warnings.append(_unknown(key, place))
            continue
        try:
            layer.values[key] = typed(key, value)
        except ValueError as error:
            message = f"{place}: {key}: {error}"
            raise SettingsError(message) from None
        layer.places[key] = place
    if "rules" in layer.values:
        layer.values["rules"] = tuple(_placed_rules(layer.values["rules"], name, text))
    if "mcp.servers" in layer.values:
        layer.values["mcp.servers"] = _placed_servers(layer, text)
    return layer


def _placed_servers(layer: Layer, text: str) -> dict[str, object]:
    """Return each server's table with where it stands. Raises SettingsError."""
    from tui_agent.core.servers import DefinitionError, definition_of

    found: dict[str, object] = {}
    tables: Any = layer.values["mcp.servers"]
    for name, table in tables.items():
        line = _line_of(text, f"mcp.servers.{name}")
        place = f"{layer.name}:{line}" if line else layer.name
        try:
            definition_of(name, table if isinstance(table, dict) else {}, "user", place)
        except DefinitionError as error:
            message = f"{place}: the server {name}: {error}"
            raise SettingsError(message) from None
        found[name] = {**table, "place": place, "project": layer.of_project}
    return found


def _placed_rules(rules: Any, name: str, text: str) -> Iterator[RuleSettings]:
    """Give each rule with where it stands. Raises SettingsError for one that makes no sense."""
    from tui_agent.core.sound_rules import problem_of
    from tui_agent.core.toolsets import EVERY_TOOL

    heads = [
        number
        for number, line in enumerate(text.split("\n"), 1)
        if line.replace(" ", "").startswith("[[rules]]")
    ]
    for number, rule in enumerate(rules):
        line = heads[number] if number < len(heads) else _line_of(text, "rules")
        place = f"{name}:{line}" if line else name
        problem = problem_of(rule, EVERY_TOOL)
        if problem:
            message = f"{place}: rule {rule.name or number + 1}: {problem}"
            raise SettingsError(message)
        yield replace(rule, place=place)


def environment_layer(environ: Mapping[str, str]) -> Layer:
    """Return what AGENT_* variables say. Raises SettingsError."""
    names = ENVIRONMENT_NAMES | {
        f"AGENT_{key.upper().replace('.', '_')}": key
        for key, hint in known_keys().items()
        if in_text(hint)
    }
    layer = Layer(name="environment")
    for name, key in names.items():
        text = environ.get(name, "")
        if not text:
            continue
        try:
            layer.values[key] = from_text(key, text)
        except ValueError as error:
            message = f"{name}: {error}"
            raise SettingsError(message) from None
        layer.places[key] = name
    for name in environ:
        known = name in names or name in NO_SETTINGS
        if name.startswith("AGENT_") and not known and environ[name]:
            near = similar(name, list(names), at_least=ALMOST)
            if near:
                layer.warnings.append(f"{name} is no setting; did you mean {near}?")
    return layer


def flag_layer(flags: Mapping[str, tuple[str, object]]) -> Layer:
    """Return what flags say: by key, the flag as it was typed, its value. Raises SettingsError."""
    layer = Layer(name="flags")
    for key, (flag, value) in flags.items():
        try:
            layer.values[key] = typed(key, value)
        except ValueError as error:
            message = f"{flag}: {error}"
            raise SettingsError(message) from None
        layer.places[key] = flag
    return layer


def _flat(table: Mapping[str, Any]) -> list[tuple[str, object]]:
    """Return the keys of a table and its sections; a key that is a list of tables stays whole."""
    found: list[tuple[str, object]] = []
    sections = {key.partition(".")[0] for key in known_keys() if "." in key}
    for name, value in table.items():
        if isinstance(value, dict) and name in sections:
            for leaf, inner in value.items():
                found.append((f"{name}.{leaf}", inner))
        else:
            found.append((name, value))
    return found


def _unknown(key: str, place: str) -> str:
    known = list(known_keys())
    if any(key.startswith(f"{table}.") for table in TABLES):
        return f"{place}: {key} is no setting"
    near = similar(key, known)
    hint = f"did you mean {near}?" if near else "`agent config show` lists the settings"
    return f"{place}: {key} is no setting; {hint}"


def _line_of(text: str, key: str) -> int:
    """Return the number of the line that a key stands in; 0 where a look does not find it."""
    key = "profile.use" if key == "profile" and "[profile" in text else key
    section, _, leaf = key.rpartition(".")
    inside, head = "", re.compile(r"\s*\[+\s*([A-Za-z0-9_.-]+)\s*\]+")
    for number, line in enumerate(text.split("\n"), 1):
        found = head.match(line)
        if found:
            inside = found[1]
            if inside in (key, f"{section}.{leaf}"):
                return number
            continue
        word = re.match(r"\s*([A-Za-z0-9_.-]+)\s*=", line)
        if word and ".".join(part for part in (inside, word[1]) if part) == key:
            return number
    return 0
