"""Keeps, replaces and takes away keys, and remembers which were replaced."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
LOCK_FILE = "keys.lock"

Ask = Callable[[Literal["open", "new"]], str]
"""Asks for the passphrase: of the file that is there, or one for a new file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opener:
    """What opens the file of keys, asked for before the keys are held against others."""

    purpose: Literal["", "open", "new"] = ""
    """What it was asked for; empty where nobody was asked."""
    passphrase: str = ""


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
        self._check_absent(variable)
        self._check(variable, key)
        opener = self._asked(place)
        with self._alone():
            self._check_absent(variable)
            self._put(variable, key, place, self._stored(variable, place, opener), opener)
            self._write(self._with(variable, place))

    def replace(self, variable: str, key: str) -> None:
        """Keep a key in the place of the one that is kept, which is refused from now on.

        It is refused first: whatever ends us in between, the old key is known for replaced.

        Raises KeysError, OSError.
        """
        kept = self._kept(variable)
        self._check(variable, key)
        opener = self._asked(kept.place)
        with self._alone():
            place = self._kept(variable).place
            self._check(variable, key)
            stored = self._stored(variable, place, opener)
            before = stored.get(variable, "")
            if before == key:
                message = "that is the key that is kept already"
                raise KeysError(message)
            index = self.index
            self._write(self._with(variable, place, before))
            try:
                self._put(variable, key, place, stored, opener)
            except (KeysError, OSError):
                self._write(index)
                raise

    def remove(self, variable: str) -> None:
        """Take a kept key away. Raises KeysError, OSError."""
        place = self._kept(variable).place
        opener = self._asked(place) if self._sealed.exists() else _Opener()
        with self._alone():
            place = self._kept(variable).place
            if place == "keyring":
                ring.drop_key(variable)
            elif self._sealed.exists():
                keys = self._stored(variable, place, opener)
                keys.pop(variable, None)
                if keys:
                    write_private(self._sealed, seal(keys, opener.passphrase))
                else:
                    self._sealed.unlink()
            index = self.index
            others = tuple(one for one in index.kept if one.variable != variable)
            self._write(Index(kept=others, replaced=index.replaced))

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

    def _check_absent(self, variable: str) -> None:
        if self.index.find(variable) is not None:
            message = f"a key for {variable} is kept already"
            raise KeysError(message)

    def _kept(self, variable: str) -> Kept:
        kept = self.index.find(variable)
        if kept is None:
            message = f"no key for {variable} is kept"
            raise KeysError(message)
        return kept

    def _asked(self, place: Place) -> _Opener:
        """Ask for what opens a place, before anybody has to wait for the answer."""
        if place == "keyring":
            return _Opener()
        purpose: Literal["open", "new"] = "open" if self._sealed.exists() else "new"
        return _Opener(purpose=purpose, passphrase=self.ask(purpose))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time change the keys. Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self.folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _stored(self, variable: str, place: Place, opener: _Opener) -> dict[str, str]:
        """Return the keys of a place; of the keyring, this one."""
        if place == "keyring":
            key = ring.get_key(variable)
            return {variable: key} if key else {}
        there = self._sealed.exists()
        if opener.purpose == "" or (opener.purpose == "open" and not there):
            message = "the keys were changed from elsewhere meanwhile; try again"
            raise KeysError(message)
        return unseal(read_sealed(self._sealed), opener.passphrase) if there else {}

    def _put(
        self, variable: str, key: str, place: Place, stored: Mapping[str, str], opener: _Opener
    ) -> None:
        """Store a key beside the others of its place."""
        if stored.get(variable) == key:
            return
        if place == "keyring":
            ring.put_key(variable, key)
        else:
            write_private(self._sealed, seal({**stored, variable: key}, opener.passphrase))

    def _with(self, variable: str, place: Place, before: str = "") -> Index:
        """Return the index with a key in its place, and the one `before` it refused."""
        index = self.index
        others = tuple(one for one in index.kept if one.variable != variable)
        kept = Kept(variable=variable, place=place, at=self.now())
        replaced = index.replaced
        if before and not index.replaced_at(variable, before):
            salt = secrets.token_hex(16)
            sha256 = digest_of(salt, before)
            gone = Replaced(variable=variable, salt=salt, sha256=sha256, at=kept.at)
            replaced = (*replaced, gone)
        return Index(kept=(*others, kept), replaced=replaced)

    def _write(self, index: Index) -> None:
        write_private(self.folder / INDEX_FILE, index_text(index).encode())
