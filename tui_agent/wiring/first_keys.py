"""Where the keys are that the model hosts are to have, before the program starts itself again."""

from __future__ import annotations

import sys

from tui_agent.adapters.early import TYPE_CHECKING, Value
from tui_agent.adapters.key_store.index import SEALED_FILE, Index, read_index
from tui_agent.adapters.models.start import NO_SOURCES, KeySources

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui_agent.adapters.first_look import FirstLook
    from tui_agent.adapters.models.endpoints import Endpoints

TRIES = 3
"""How often a passphrase may be mistyped."""


class FirstKeys(Value):
    """What the hosts get."""

    environ: Mapping[str, str]
    """Where the given keys stand."""
    sources: KeySources = NO_SOURCES
    """Where they get the others."""
    opened: bool = False
    """Whether an encrypted file was opened, so that this process has to forget what it read."""

    def names(self) -> list[str]:
        """Return the variables that have a key, or may get one."""
        return [*(name for name, value in self.environ.items() if value), *self.sources.names()]


def find_keys(environ: Mapping[str, str], look: FirstLook, endpoints: Endpoints) -> FirstKeys:
    """Return the keys of the environment, and where the others come from."""
    index = read_index(look.folder)
    refused = index.refused_in(environ)
    for variable, at in refused.items():
        sys.stderr.write(f"agent: the key in {variable} was replaced on {at[:10]}; it is refused\n")
    given = {name: value for name, value in environ.items() if name not in refused}
    commands = tuple(
        (endpoint.key_variable, command)
        for name, command in look.commands
        if (endpoint := endpoints.find(name)) is not None
        and endpoint.key_variable
        and not given.get(endpoint.key_variable)
    )
    taken = {*(name for name, value in given.items() if value), *(name for name, _ in commands)}
    return FirstKeys(
        environ=given,
        sources=KeySources(
            commands=commands,
            keyring=_kept(index, "keyring", taken),
            sealed=_kept(index, "file", taken),
        ),
    )


def opened(found: FirstKeys, look: FirstLook, models: Sequence[str], at: Endpoints) -> FirstKeys:
    """Open the encrypted file where one of these models needs it and somebody can be asked."""
    needed = {_variable(model, at) for model in models if model}
    if not needed.intersection(found.sources.sealed):
        return found
    from tui_agent.ui.asking import can_ask

    if not can_ask():
        return found
    keys = _asked_for(look.folder)
    if keys is None:
        return found
    more = {name: key for name, key in keys.items() if name in found.sources.sealed}
    left = tuple(name for name in found.sources.sealed if name not in more)
    sources = found.sources
    return FirstKeys(
        environ={**found.environ, **more},
        sources=KeySources(commands=sources.commands, keyring=sources.keyring, sealed=left),
        opened=True,
    )


def _asked_for(folder: str) -> dict[str, str] | None:
    """Ask for the passphrase; return the keys, or None where it was not given."""
    from pathlib import Path

    from tui_agent.adapters.key_store import KeysError
    from tui_agent.adapters.key_store.sealed import WrongPassphraseError, read_sealed, unseal
    from tui_agent.ui.asking import hidden, told

    for _ in range(TRIES):
        passphrase = hidden("Passphrase of your keys: ")
        if not passphrase:
            return None
        try:
            return unseal(read_sealed(Path(folder) / SEALED_FILE), passphrase)
        except WrongPassphraseError as error:
            told(f"{error}.")
        except KeysError as error:
            told(f"{error}.")
            return None
    return None


def _kept(index: Index, place: str, taken: set[str]) -> tuple[str, ...]:
    return tuple(
        one.variable for one in index.kept if one.place == place and one.variable not in taken
    )


def _variable(model: str, endpoints: Endpoints) -> str:
    from tui_agent.adapters.models.endpoints import UnknownModelError

    try:
        return endpoints.route(model).key_variable
    except UnknownModelError:
        return ""
