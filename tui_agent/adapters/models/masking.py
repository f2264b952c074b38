"""Known secret values taken out of a text, in each form that they travel in; and their digests."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, quote_plus

SHORTEST = 8
"""Characters: a shorter value is a placeholder, and would be found everywhere."""

ENCODED = ("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldValue:
    """A secret that somebody else holds, as far as we need it to recognise it: never the value."""

    salt: str
    length: int
    """Bytes of the value in UTF-8."""
    sha256: str
    """Of salt and value, in hex."""
    sign: str
    """Of each of its first bytes, in which class of bytes it is: see `classes`."""


CLASSES = 8
SIGNED = 6
"""Bytes of a value whose classes are told: 18 bits, often of a prefix that everybody knows."""


@lru_cache(maxsize=8)
def classes(salt: str) -> bytes:
    """Return a table for `bytes.translate`: it makes each byte the digit of its class.

    Which bytes are of one class depends on the salt. A value can then only begin where its sign
    stands in the translated text, which `bytes.find` tells at once.
    """
    begun = hashlib.sha256(salt.encode())
    order = sorted(range(256), key=lambda byte: _told(begun, byte))
    table = bytearray(256)
    for place, byte in enumerate(order):
        table[byte] = ord("0") + place % CLASSES
    return bytes(table)


def _told(begun: hashlib._Hash, byte: int) -> bytes:
    one = begun.copy()
    one.update(b"class" + bytes([byte]))
    return one.digest()


def held_value(salt: str, value: str) -> HeldValue:
    """Return what is told of a value; it has at least `SHORTEST` characters."""
    data = value.encode(*ENCODED)
    sign = data[:SIGNED].translate(classes(salt)).decode()
    return HeldValue(salt=salt, length=len(data), sha256=digest(salt, value), sign=sign)


def digest(salt: str, value: str) -> str:
    """Return the SHA-256 of `salt` and `value`, in hex."""
    return hashlib.sha256((salt + value).encode(*ENCODED)).hexdigest()


def forms_of(value: str) -> tuple[str, ...]:
    """Return the forms in which a text may carry `value`, longest first.

    As it is, escaped for JSON and for JSON within JSON, escaped for a URL, and in base64: alone, or
    within a longer text, where three alignments of its inner bytes are possible.
    """
    raw = value.encode(*ENCODED)
    forms = {value, *_for_json(value), *_for_url(value)}
    for lead in range(3):
        inner = base64.b64encode(b"\0" * lead + raw).decode()
        skip = (0, 2, 3)[lead]
        stable = (lead + len(raw)) // 3 * 4
        forms |= {inner[skip:stable], inner[skip:stable].translate(_URL_SAFE)}
    forms.add(base64.b64encode(raw).decode())
    return tuple(sorted((form for form in forms if len(form) >= SHORTEST), key=len, reverse=True))


def _for_json(value: str) -> Iterator[str]:
    """Yield the value in a JSON string, and in a JSON string that is within another one."""
    for plain in (True, False):
        once = json.dumps(value, ensure_ascii=plain)[1:-1]
        for form in (once, once.replace("/", "\\/"), _with_large_digits(once)):
            yield form
            yield json.dumps(form, ensure_ascii=plain)[1:-1]


def _with_large_digits(escaped: str) -> str:
    return re.sub(r"\\u[0-9a-f]{4}", lambda found: "\\u" + found[0][2:].upper(), escaped)


def _for_url(value: str) -> Iterator[str]:
    for escaped in (quote, quote_plus):
        form = escaped(value, safe="", errors=ENCODED[1])
        yield form
        yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), form)


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
        """Return salted digests of the keys' forms, for those who mustn't know them."""
        forms = {form for value in self._held for form in forms_of(value)}
        return tuple(held_value(self._salt, form) for form in sorted(forms))
