"""Where settings are looked for, in which order, and which profile holds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from tui_agent.adapters.places import NoPlaceError, config_home
from tui_agent.adapters.settings.keys import known_keys, similar, value_of
from tui_agent.adapters.settings.layers import (
    Layer,
    SettingsError,
    data_layer,
    environment_layer,
    file_layer,
    flag_layer,
    table_layer,
)
from tui_agent.adapters.settings.merge import Given, effective, merge
from tui_agent.adapters.settings.profiles import BUILT_IN
from tui_agent.core.codec import dumps, encode
from tui_agent.core.settings import Settings

PROJECT_FILE = ".agentrc"
LOCAL_FILE = ".agentrc.local"
USER_FILE = "config.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What settings are made from."""

    environ: Mapping[str, str]
    root: Path
    """The workspace's root, where a project's files stand."""
    flags: Mapping[str, tuple[str, object]] = field(default_factory=dict)
    """By key: the flag as it was typed, and its value."""
    trusted: bool = False
    """Whether the project's files are read at all."""
    content: Callable[[str], bytes | None] | None = None
    """Gives a project's file as it was trusted, by name; None: they are read as they are now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The settings, and where each value comes from."""

    settings: Settings
    given: Mapping[str, tuple[Given, ...]]
    warnings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    """The files that were read."""
    unread: tuple[str, ...] = ()
    """The project's files that were not, because the folder is not trusted."""
    profiles: tuple[str, ...] = ()
    """The names that a profile may have: those built in and those of the files."""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the merged settings."""
        text = dumps(encode(self.settings))
        return hashlib.sha256(text.encode()).hexdigest()


def load_settings(sources: Sources) -> Loaded:
    """Read and merge all layers: flags, AGENT_*, local, project, profile, user, defaults.

    Raises:
        SettingsError: a file, a variable or a flag that cannot be used, or an unknown profile.
    """
    user = _user_layer(sources.environ)
    project = [sources.root / PROJECT_FILE, sources.root / LOCAL_FILE]
    own: list[Layer] = []
    if sources.trusted:
        own = [one for path in project if (one := _project_layer(sources, path)) is not None]
    files = [one for one in (user, *own) if one is not None]
    over = [environment_layer(sources.environ), flag_layer(sources.flags)]
    layers = [*_with_profile(files, over), *over]
    given = merge(layers, {key: value_of(Settings(), key) for key in known_keys()})
    ignored = [
        f"{one.origin}: {key} is left out: {one.ignored}"
        for key, values in given.items()
        for one in values
        if one.ignored
    ]
    return Loaded(
        settings=_build({key: effective(values).value for key, values in given.items()}),
        given=given,
        warnings=(*(text for one in (*files, *over) for text in one.warnings), *ignored),
        files=tuple(layer.name for layer in files),
        unread=() if sources.trusted else tuple(str(one) for one in project if one.exists()),
        profiles=_names(files),
    )


def user_file(environ: Mapping[str, str]) -> Path | None:
    """Return where the user's own settings stand; None where there is no such place."""
    try:
        return config_home(environ) / USER_FILE
    except NoPlaceError:
        return None


def _project_layer(sources: Sources, path: Path) -> Layer | None:
    """Return the layer of a project's file, read like every file of the workspace."""
    from tui_agent.adapters.git_workspace.paths import Confined, NotAFileError
    from tui_agent.core.edits import EditError

    files = Confined(sources.root)
    try:
        there = files.status(path.name) is not None
        if sources.content is not None:
            data = sources.content(path.name)
        else:
            data = files.read(files.locate(path.name))
    except (OSError, NotAFileError, EditError) as error:
        message = f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise SettingsError(message) from error
    if data is None:
        if there:
            message = f"{path} cannot be read as a file of this project"
            raise SettingsError(message)
        return None
    return data_layer(path, data, of_project=True)


def _user_layer(environ: Mapping[str, str]) -> Layer | None:
    path = user_file(environ)
    return file_layer(path) if path is not None else None


def _with_profile(files: list[Layer], over: list[Layer]) -> list[Layer]:
    """Return the files' layers, each with its table of the chosen profile after it.

    A project chooses where nobody else has, and what it chose is a project's: it only tightens.
    """
    users = [layer for layer in files if not layer.of_project]
    yours = [*users, *over]
    chosen = [one for one in yours if one.values.get("profile")]
    by_project = not chosen
    chosen = chosen or [one for one in files if one.values.get("profile")]
    if not chosen:
        return files
    name, chosen_by = str(chosen[-1].values["profile"]), chosen[-1].places["profile"]
    defined = [layer for layer in files if name in layer.profiles]
    if name not in BUILT_IN and not defined:
        known = _names(files)
        near = similar(name, list(known))
        hint = f"did you mean {near}?" if near else f"known: {', '.join(known)}"
        message = f"{chosen_by}: there is no profile '{name}'; {hint}"
        raise SettingsError(message)
    tables = [table_layer(BUILT_IN[name], f"profile {name}")] if name in BUILT_IN else []
    tables += [layer.profiles[name] for layer in users if name in layer.profiles]
    found = [*users, *(replace(table, of_project=by_project) for table in tables)]
    for layer in files:
        if layer.of_project:
            found += [layer, *([layer.profiles[name]] if name in layer.profiles else [])]
    return found


def _names(files: Iterable[Layer]) -> tuple[str, ...]:
    return tuple(sorted({*BUILT_IN, *(one for layer in files for one in layer.profiles)}))


def _build(values: dict[str, object]) -> Settings:
    parts: dict[str, Any] = {}
    for part in fields(Settings):
        inner = {
            key.partition(".")[2]: value
            for key, value in values.items()
            if key.startswith(f"{part.name}.")
        }
        kind = type(getattr(Settings(), part.name))
        parts[part.name] = kind(**inner) if inner else values[part.name]
    return Settings(**parts)
