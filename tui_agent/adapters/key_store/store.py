"""Keeps, replaces and takes away keys, and remembers which were replaced."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tui_agent.adapters.key_store import KeysError, ring
from tui_agent.adapters.key_store.index import (
    INDEX_FILE,
    SEALED_FILE,
    Index,
    Kept,
    Replaced,
    digest_of,
    index_text,
    read_index,
)
from tui_agent.adapters.key_store.sealed import read_sealed, seal, unseal, write_private

if TYPE_CHECKING:
    from tui_agent.adapters.key_store.index import Place

SHORTEST = 8
LONGEST = 4096

Ask = Callable[[Literal["open", "new"]], str]
"""Asks for the passphrase: of the file that is there, or one for a new file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStore:
    """The kept keys of a user."""

    folder: Path
    """The user's own settings' folder."""
    ask: Ask
    now: Callable[[], str]

    @property
    def index(self) -> Index:
        """What is kept, and what was replaced."""
        return read_index(str(self.folder))

    def keep(self, variable: str, key: str, place: Place) -> None:
        """Keep a key that is not kept yet. Raises KeysError, OSError."""
        if self.index.find(variable) is not None:
            message = f"a key for {variable} is kept already"
            raise KeysError(message)
        self._check(variable, key)
        self._put(variable, key, place)
        self._write(self._with(variable, place))

    def replace(self, variable: str, key: str) -> None:
        """Keep a key in the place of the one that is kept, which is refused from now on.

        Raises KeysError, OSError.
        """
        kept = self.index.find(variable)
        if kept is None:
            message = f"no key for {variable} is kept"
            raise KeysError(message)
        self._check(variable, key)
        before = self._put(variable, key, kept.place)
        if before == key:
            message = "that is the key that is kept already"
            raise KeysError(message)
        index = self._with(variable, kept.place)
        if before:
            salt = secrets.token_hex(16)
            gone = Replaced(
                variable=variable, salt=salt, sha256=digest_of(salt, before), at=self.now()
            )
            index = Index(kept=index.kept, replaced=(*index.replaced, gone))
        self._write(index)

    def remove(self, variable: str) -> None:
        """Take a kept key away. Raises KeysError, OSError."""
        kept = self.index.find(variable)
        if kept is None:
            message = f"no key for {variable} is kept"
            raise KeysError(message)
        if kept.place == "keyring":
            ring.drop_key(variable)
        elif self._sealed.exists():
            passphrase = self.ask("open")
            keys = unseal(read_sealed(self._sealed), passphrase)
            keys.pop(variable, None)
            if keys:
                write_private(self._sealed, seal(keys, passphrase))
            else:
                self._sealed.unlink()
        others = tuple(one for one in self.index.kept if one.variable != variable)
        self._write(Index(kept=others, replaced=self.index.replaced))

    def opened(self, passphrase: str) -> dict[str, str]:
        """Return the keys in the file. Raises KeysError."""
        return unseal(read_sealed(self._sealed), passphrase)

    @property
    def _sealed(self) -> Path:
        return self.folder / SEALED_FILE

    def _check(self, variable: str, key: str) -> None:
        if not SHORTEST <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
            message = f"a key has {SHORTEST} to {LONGEST:,} plain characters on one line"
            raise KeysError(message)
        if " " in key:
            message = "a key has no blanks"
            raise KeysError(message)
        at = self.index.replaced_at(variable, key)
        if at:
            message = f"this key was replaced on {at[:10]}; it is refused"
            raise KeysError(message)

    def _put(self, variable: str, key: str, place: Place) -> str:
        """Store a key and return the one that was there."""
        if place == "keyring":
            before = ring.get_key(variable)
            if before != key:
                ring.put_key(variable, key)
            return before
        there = self._sealed.exists()
        passphrase = self.ask("open" if there else "new")
        keys = unseal(read_sealed(self._sealed), passphrase) if there else {}
        before = keys.get(variable, "")
        if before != key:
            write_private(self._sealed, seal({**keys, variable: key}, passphrase))
        return before

    def _with(self, variable: str, place: Place) -> Index:
        index = self.index
        others = tuple(one for one in index.kept if one.variable != variable)
        kept = Kept(variable=variable, place=place, at=self.now())
        return Index(kept=(*others, kept), replaced=index.replaced)

    def _write(self, index: Index) -> None:
        write_private(self.folder / INDEX_FILE, index_text(index).encode())
