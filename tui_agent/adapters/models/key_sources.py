"""A model host's keys: those it was given, and those it gets when a request first needs them."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tui_agent.adapters.models.faults import Fault
from tui_agent.adapters.models.start import KEY_SOURCES_VARIABLE

LISTED = "agent keys list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where keys come from that nobody has given; by variable."""

    commands: Mapping[str, str] = field(default_factory=dict)
    """What prints a key."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """What those commands run with."""
    keyring: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    """Kept in a file that nobody has opened."""

    def names(self) -> tuple[str, ...]:
        """Return the variables whose key can be got."""
        return (*self.commands, *self.keyring)


def taken_sources() -> Sources:
    """Return the sources that our starter named, and forget where they stood."""
    text = os.environ.pop(KEY_SOURCES_VARIABLE, "")
    if not text:
        return Sources()
    told = json.loads(text)
    return Sources(
        commands=told["commands"],
        environ=told["environ"],
        keyring=tuple(told["keyring"]),
        sealed=tuple(told["sealed"]),
    )


class Keys:
    """The keys of one host.

    Args:
        given: Keys by variable.
        sources: Where others come from.
        learned: Is called with all keys that are known, whenever there is one more.
    """

    def __init__(
        self,
        given: Mapping[str, str],
        sources: Sources | None = None,
        learned: Callable[[Mapping[str, str]], None] = lambda _: None,
    ) -> None:
        self._given = dict(given)
        self._sources = sources or Sources()
        self._learned = learned
        self._got: dict[str, str] = {}
        self._getting: dict[str, asyncio.Lock] = {}

    def names(self) -> list[str]:
        """Return the variables that have a key, or may get one."""
        return sorted({*self._given, *self._sources.names()})

    async def of(self, variable: str) -> str:
        """Return a key; empty where there is none.

        Raises:
            Fault: of kind `key`, where its source does not give it.
        """
        if variable in self._given:
            return self._given[variable]
        async with self._getting.setdefault(variable, asyncio.Lock()):
            if variable not in self._got:
                key = await self._from_source(variable)
                if not key:
                    return ""
                self._got[variable] = key
                self._learned({**self._given, **self._got})
            return self._got[variable]

    def forget(self, variable: str) -> None:
        """Get a key anew the next time: the server refused it, and it may have been replaced."""
        self._got.pop(variable, None)

    async def _from_source(self, variable: str) -> str:
        sources = self._sources
        if variable in sources.commands:
            return await _printed(variable, sources)
        if variable in sources.keyring:
            return await _in_the_ring(variable)
        if variable in sources.sealed:
            raise Fault(
                "key",
                f"the key for {variable} is in the encrypted file, which was not opened",
                remedy=f"start agent on a terminal and type the passphrase, or export {variable}=…",
            )
        return ""


async def _printed(variable: str, sources: Sources) -> str:
    from tui_agent.adapters.processes.capture import ProgramError, key_from

    try:
        return await key_from(sources.commands[variable], sources.environ)
    except ProgramError as error:
        raise Fault(
            "key",
            f"no key for {variable}: {error}",
            remedy="run the command of api_key_cmd yourself; it must not ask on the terminal",
        ) from error


async def _in_the_ring(variable: str) -> str:
    from tui_agent.adapters.key_store.ring import RingError, get_key

    try:
        key = await asyncio.to_thread(get_key, variable)
    except RingError as error:
        raise Fault("key", f"no key for {variable}: {error}", remedy=LISTED) from error
    if not key:
        raise Fault("key", f"the keyring no longer has the key for {variable}", remedy=LISTED)
    return key
