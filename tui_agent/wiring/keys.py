"""The user's keys as the command line and the first card see them: where each is, never what."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tui_agent.adapters.clock import SystemClock
from tui_agent.adapters.key_store import KeysError
from tui_agent.adapters.key_store.index import Index, Kept, read_index
from tui_agent.adapters.key_store.store import KeyStore
from tui_agent.adapters.places import NoPlaceError, config_folder, path_of
from tui_agent.ui.asking import can_ask, hidden, told
from tui_agent.ui.commands.keys_contract import KeyState, KeyTried, Place
from tui_agent.ui.commands.typed import UsageError

if TYPE_CHECKING:
    from tui_agent.wiring.around import Around
    from tui_agent.wiring.world import Wiring

WORDS = {"keyring": "keyring", "file": "encrypted file"}
NO_TERMINAL = (
    "the encrypted file needs a passphrase, which is asked on a terminal, and there is none. "
    "Give the key in its variable or by api_key_cmd instead"
)


def index_of(environ: Mapping[str, str]) -> Index:
    """Return what is known of kept keys."""
    try:
        return read_index(config_folder(environ))
    except NoPlaceError:
        return Index()


class Keys:
    """The keys of this user. Fills `ui.commands.keys_contract.KeyWork`."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    @cached_property
    def _store(self) -> KeyStore:
        folder = Path(config_folder(self._wiring.environ))
        return KeyStore(folder=folder, ask=passphrase, now=SystemClock().now)

    def states(self) -> list[KeyState]:
        """List every provider that takes a key, and where there is one."""
        index = index_of(self._wiring.environ)
        refused = index.refused_in(self._wiring.environ)
        found = []
        for one in self._wiring.endpoints.all:
            if not one.key_variable:
                continue
            kept = index.find(one.key_variable)
            found.append(
                KeyState(
                    provider=one.name,
                    variable=one.key_variable,
                    sources=self._sources(one.name, one.key_variable, kept, refused),
                    kept=kept.place if kept is not None else "",
                    at=kept.at if kept is not None else "",
                    refused=refused.get(one.key_variable, ""),
                )
            )
        return found

    def _sources(
        self, provider: str, variable: str, kept: Kept | None, refused: Mapping[str, str]
    ) -> tuple[str, ...]:
        wiring = self._wiring
        found = []
        if wiring.environ.get(variable) and variable not in refused:
            found.append("environment")
        if wiring.settings.api_key_cmd.get(provider):
            found.append("api_key_cmd")
        if kept is not None:
            found.append(WORDS[kept.place])
        return tuple(found)

    def ring(self) -> str:
        """Return the keyring's name; empty where there is none that keeps a key safe."""
        from tui_agent.adapters.key_store.ring import ring_name

        return ring_name()

    def keep(self, variable: str, key: str, place: Place) -> None:
        """Keep a key. Raises UsageError."""
        _said(lambda: self._store.keep(variable, key, place))

    def replace(self, variable: str, key: str) -> None:
        """Keep a key in the place of the one that is kept. Raises UsageError."""
        _said(lambda: self._store.replace(variable, key))

    def remove(self, variable: str) -> None:
        """Take a kept key away. Raises UsageError."""
        _said(lambda: self._store.remove(variable))

    async def tried(self, provider: str) -> KeyTried:
        """Ask a provider whether it takes the key."""
        answer = await self._wiring.model.health(f"{provider}/any")
        return KeyTried(state=answer["state"], ms=answer["ms"], said=answer["said"])


def passphrase(purpose: Literal["open", "new"]) -> str:
    """Ask for a passphrase on the terminal. Raises KeysError where none is given."""
    if not can_ask():
        raise KeysError(NO_TERMINAL)
    if purpose == "open":
        given = hidden("Passphrase of your keys: ")
    else:
        told("Your keys go into a file that only a passphrase opens. It cannot be recovered.")
        given = hidden("New passphrase: ")
        if given and hidden("The same again: ") != given:
            message = "the two passphrases differ; nothing was kept"
            raise KeysError(message)
    if not given:
        message = "no passphrase was given; nothing was changed"
        raise KeysError(message)
    return given


def _said(work: Callable[[], None]) -> None:
    try:
        work()
    except KeysError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        said = f"{path_of(error)}: {error.strerror}" if error.filename else str(error)
        message = f"{said}; nothing was changed"
        raise UsageError(message) from error


def keep_pasted(around: Around, place: str) -> None:
    """Keep the key that was pasted on the first card; it is in its variable until we start again.

    Where that cannot be done, it is used for this run all the same, and why is said.
    """
    chosen: Place = "keyring" if place == "keyring" else "file"
    for one in around.keys.states():
        key = os.environ.get(one.variable, "")
        if not key or one.kept:
            continue
        try:
            around.keys.keep(one.variable, key, chosen)
        except UsageError as error:
            around.paper.say(f"The key was not kept: {error}. It is used for this run.")
