"""Known secret values taken out of a text, in each form that they travel in; and their digests."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

SHORTEST = 8
"""Characters: a shorter value is a placeholder, and would be found everywhere."""

ENCODED = ("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldValue:
    """A secret that somebody else holds, as far as we need it to recognise it: never the value."""

    salt: str
    length: int
    """Characters of the value."""
    sha256: str
    """Of salt and value, in hex."""
    blanks: bool = False
    """Whether there is a blank in it."""


def digest(salt: str, value: str) -> str:
    """Return the SHA-256 of `salt` and `value`, in hex."""
    return hashlib.sha256((salt + value).encode(*ENCODED)).hexdigest()


def forms_of(value: str) -> tuple[str, ...]:
    """Return the forms in which a text may carry `value`, longest first.

    As it is, escaped for a URL, and in base64: alone, or within a longer text, where three
    alignments of its inner bytes are possible.
    """
    raw = value.encode()
    forms = {value, quote(value, safe=""), quote_plus(value)}
    for lead in range(3):
        inner = base64.b64encode(b"\0" * lead + raw).decode()
        skip = (0, 2, 3)[lead]
        stable = (lead + len(raw)) // 3 * 4
        forms |= {inner[skip:stable], inner[skip:stable].translate(_URL_SAFE)}
    forms.add(base64.b64encode(raw).decode())
    return tuple(sorted((form for form in forms if len(form) >= SHORTEST), key=len, reverse=True))


_URL_SAFE = str.maketrans("+/", "-_")


class Mask:
    """Takes the values of a process's own keys out of whatever it sends on."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._salt = secrets.token_hex(16)
        self._held: dict[str, str] = {}
        """Names of variables, by the values."""
        self._forms: list[tuple[str, str]] = []
        self.learn(keys)

    def learn(self, keys: Mapping[str, str]) -> None:
        """Take these out from now on, too, beside those that they may have replaced."""
        for name, value in keys.items():
            if len(value) >= SHORTEST:
                self._held.setdefault(value, name)
        self._forms = [
            (form, f"[{name}]") for value, name in self._held.items() for form in forms_of(value)
        ]
        self._forms.sort(key=lambda pair: len(pair[0]), reverse=True)

    def text(self, text: str) -> str:
        """Return `text` with each key replaced by its variable's name in brackets."""
        for form, name in self._forms:
            if form in text:
                text = text.replace(form, name)
        return text

    def held(self) -> tuple[HeldValue, ...]:
        """Return salted digests of the keys' whole forms, for those who mustn't know them."""
        salt = self._salt
        whole = {
            form
            for value in self._held
            for form in (value, quote(value, safe=""), base64.b64encode(value.encode()).decode())
        }
        return tuple(
            HeldValue(
                salt=salt,
                length=len(form),
                sha256=digest(salt, form),
                blanks=any(one.isspace() for one in form),
            )
            for form in sorted(whole)
        )
