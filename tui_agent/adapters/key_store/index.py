"""What is known of kept keys without looking into them: where each is, and which were replaced.

The file holds no key: names, places, dates, and salted digests of replaced keys. It is read before
anything is drawn, so only the standard library's lightest modules are used here.
"""

from __future__ import annotations

import os

from tui_agent.adapters.early import TYPE_CHECKING, Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal

    Place = Literal["keyring", "file"]

INDEX_FILE = "keys.json"
SEALED_FILE = "keys.sealed"


class Kept(Value):
    """One kept key."""

    variable: str
    """The variable that it stands for."""
    place: Place
    at: str
    """When it was kept, in UTC."""


class Replaced(Value):
    """A key that another one has replaced, as far as it can be recognised."""

    variable: str
    salt: str
    sha256: str
    at: str


class Index(Value):
    """The kept keys and the replaced ones."""

    kept: tuple[Kept, ...] = ()
    replaced: tuple[Replaced, ...] = ()

    def find(self, variable: str) -> Kept | None:
        """Return where a key is kept."""
        return next((one for one in self.kept if one.variable == variable), None)

    def replaced_at(self, variable: str, key: str) -> str:
        """Return when this very key was replaced by another; empty where it was not."""
        for one in self.replaced:
            if one.variable == variable and digest_of(one.salt, key) == one.sha256:
                return one.at
        return ""

    def refused_in(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Return the variables that hold a replaced key, each with when it was replaced."""
        found = {}
        for variable in {one.variable for one in self.replaced}:
            key = environ.get(variable, "").strip()
            at = self.replaced_at(variable, key) if key else ""
            if at:
                found[variable] = at
        return found


def digest_of(salt: str, key: str) -> str:
    """Return the SHA-256 (hex) of a salt and a key, which is long and drawn by chance."""
    import hashlib

    text = f"{salt}:{key}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()


def read_index(folder: str) -> Index:
    """Return the index in a folder; an empty one where there is none, or none that can be read."""
    try:
        with open(os.path.join(folder, INDEX_FILE), "rb") as file:
            text = file.read()
    except OSError:
        return Index()
    import json

    try:
        table = json.loads(text)
        return Index(
            kept=tuple(_kept(one) for one in table["kept"]),
            replaced=tuple(
                Replaced(
                    variable=str(one["variable"]),
                    salt=str(one["salt"]),
                    sha256=str(one["sha256"]),
                    at=str(one["at"]),
                )
                for one in table["replaced"]
            ),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return Index()


def index_text(index: Index) -> str:
    """Return the index as its file holds it."""
    import json

    table = {
        "kept": [one.as_dict() for one in index.kept],
        "replaced": [one.as_dict() for one in index.replaced],
    }
    return json.dumps(table, indent=1) + "\n"


def _kept(one: dict[str, Any]) -> Kept:
    place: Place = "keyring" if one["place"] == "keyring" else "file"
    return Kept(variable=str(one["variable"]), place=place, at=str(one["at"]))
