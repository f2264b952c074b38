"""Secrets masked in a text: held values by their digests, and tokens by their known shapes."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from tui_agent.adapters.models.masking import ENCODED, HeldValue, classes

HELD = "held"
"""The kind of a value that a model host holds."""
NAMED = "named"
"""The kind of a value that the user has named for another program."""

SHAPES = {
    "private-key": (
        r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----))+"
        r"-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"
    ),
    "anthropic": r"\bsk-ant-[\w-]{20,}",
    "openai": r"\bsk-[A-Za-z0-9_-]{32,}",
    "github": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,})",
    "gitlab": r"\bglpat-[\w-]{20,}",
    "aws": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "google": r"\b(?:AIza[\w-]{35}|ya29\.[\w-]{30,}|GOCSPX-[\w-]{28})",
    "slack": r"\b(?:xox[abeoprs]-[\w-]{20,}|xapp-[\w-]{20,})",
    "stripe": r"\b(?:[sr]k_live_[A-Za-z0-9]{20,}|whsec_[A-Za-z0-9]{32,})",
    "npm": r"\bnpm_[A-Za-z0-9]{36}\b",
    "pypi": r"\bpypi-AgE[\w-]{50,}",
    "huggingface": r"\bhf_[A-Za-z]{34}\b",
    "groq": r"\bgsk_[A-Za-z0-9]{40,}",
    "xai": r"\bxai-[A-Za-z0-9]{60,}",
    "replicate": r"\br8_[A-Za-z0-9]{37}\b",
    "sendgrid": r"\bSG\.[\w-]{22}\.[\w-]{43}\b",
    "telegram": r"\b\d{8,10}:AA[\w-]{33}\b",
    "digitalocean": r"\bdo[opr]_v1_[0-9a-f]{64}\b",
    "databricks": r"\bdapi[0-9a-f]{32}\b",
    "age": r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b",
    "azure": r"\bAccountKey=[A-Za-z0-9+/]{86}==",
    "jwt": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,}",
}
NEEDLES = {
    "private-key": ("PRIVATE KEY-----", "PRIVATE KEY BLOCK-----"),
    "anthropic": ("sk-ant-",),
    "openai": ("sk-",),
    "github": ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    "gitlab": ("glpat-",),
    "aws": ("AKIA", "ASIA"),
    "google": ("AIza", "ya29.", "GOCSPX-"),
    "slack": ("xox", "xapp-"),
    "stripe": ("k_live_", "whsec_"),
    "npm": ("npm_",),
    "pypi": ("pypi-AgE",),
    "huggingface": ("hf_",),
    "groq": ("gsk_",),
    "xai": ("xai-",),
    "replicate": ("r8_",),
    "sendgrid": ("SG.",),
    "telegram": (":AA",),
    "digitalocean": ("_v1_",),
    "databricks": ("dapi",),
    "age": ("AGE-SECRET-KEY-1",),
    "azure": ("AccountKey=",),
    "jwt": (".eyJ",),
}
"""Whatever has a shape has one of its needles in it; most texts have none, and are done."""

_COLOURS = re.compile(r"\x1b\[[0-9;:?]*[A-Za-z]")
_JWT = "jwt"
_CLAIMS = re.compile(r"(?=(\.eyJ[\w-]{10,}+\.[\w-]{16,}))")
_RUN = re.compile(r"[\w-]*")

_KEY = "PRIVATE KEY(?: BLOCK)?-----"
_BREAK, _BASE64 = r"(?:\s|\\[nr])", r"[A-Za-z0-9+/=]"
_BEGUN = re.compile(rf"-----BEGIN [A-Z ]*{_KEY}(?:{_BREAK}*{_BASE64}{{16,}})+")
_ENDED = re.compile(rf"-----END [A-Z ]*{_KEY}")
_BACK = r"(?:\s|[nr]\\)"
_BACKWARDS = re.compile(rf"{_BACK}*{_BASE64}+(?!\\)(?:{_BACK}+{_BASE64}{{16,}}(?!\\))*")
"""The lines before the end of a key, from the last sign to the first."""
_LONGEST_KEY = 16_384
"""Characters that are looked at before the end of a key whose beginning was cut off."""


@lru_cache(maxsize=64)
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name.replace('-', '_')}>{SHAPES[name]})" for name in names))


class Redactor:
    """Masks secrets; learns the held values when the hosts are ready to tell their digests."""

    def __init__(self, held: Iterable[HeldValue] = ()) -> None:
        self._held = tuple(held)
        self._named: tuple[HeldValue, ...] = ()

    def hold(self, values: Iterable[HeldValue]) -> None:
        """Mask these values from now on, too."""
        self._held = tuple(dict.fromkeys((*self._held, *values)))

    def hold_named(self, values: Iterable[HeldValue]) -> None:
        """Mask these, too, which the user gives to another program."""
        self._named = (*self._named, *values)

    def __call__(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return `text` with secrets masked, and the kind of each mask."""
        return redact(text, self._held, self._named)


def redact(
    text: str, held: Sequence[HeldValue] = (), named: Sequence[HeldValue] = ()
) -> tuple[str, tuple[str, ...]]:
    """Return `text` with each secret replaced by `[redacted KIND]`, and the kinds, in order.

    What is masked stays masked the same way: redacting again changes nothing.
    """
    spans = sorted({*_spans(text, held, named), *_spans_between_colours(text, held, named)})
    if not spans:
        return text, ()
    parts: list[str] = []
    kinds: list[str] = []
    at = 0
    for start, end, kind in spans:
        if start >= at:
            parts += [text[at:start], f"[redacted {kind}]"]
            kinds.append(kind)
        at = max(at, end)
    parts.append(text[at:])
    return "".join(parts), tuple(kinds)


def _spans(
    text: str, held: Sequence[HeldValue], named: Sequence[HeldValue]
) -> Iterator[tuple[int, int, str]]:
    yield from held_spans(text, held, HELD)
    yield from held_spans(text, named, NAMED)
    yield from _shaped_spans(text)


def _spans_between_colours(
    text: str, held: Sequence[HeldValue], named: Sequence[HeldValue]
) -> Iterator[tuple[int, int, str]]:
    """Yield what is a secret once a terminal has taken out what colours it: `grep --color`."""
    if "\x1b[" not in text:
        return
    shown: list[str] = []
    begins: list[int] = []  # Where each piece begins, in what is shown and in the text.
    gone: list[int] = []
    at = length = 0
    for found in (*_COLOURS.finditer(text), None):
        piece = text[at : len(text) if found is None else found.start()]
        shown.append(piece)
        begins.append(length)
        gone.append(at - length)
        length += len(piece)
        at = len(text) if found is None else found.end()
    for start, end, kind in _spans("".join(shown), held, named):
        first = bisect_right(begins, start) - 1
        last = bisect_right(begins, end - 1) - 1
        yield start + gone[first], end + gone[last], kind


def _shaped_spans(text: str) -> Iterator[tuple[int, int, str]]:
    names = tuple(name for name, all_of in NEEDLES.items() if any(one in text for one in all_of))
    at_once = tuple(name for name in names if name != _JWT)
    for match in _any_of(at_once).finditer(text) if at_once else ():
        yield match.start(), match.end(), (match.lastgroup or "").replace("_", "-")
    if "private-key" in names:
        yield from _halves_of_keys(text)
    if _JWT in names:
        yield from _web_tokens(text)


def _web_tokens(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the web tokens, found by their second part, in a time that grows as the text does.

    What could begin one may stand in a text at every sign, each time with all of the rest behind.
    """
    whole = re.compile(SHAPES[_JWT])
    low = end = 0
    for claims in _CLAIMS.finditer(text):
        if claims.start() < end:
            continue
        run = _RUN.match(text[low : claims.start()][::-1])
        start = claims.start() - (run.end() if run is not None else 0)
        found = whole.search(text, start, claims.end(1))
        if found is not None:
            end = found.end()
            yield found.start(), end, _JWT
        low = max(end, claims.start())


def _halves_of_keys(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield what stands of private keys of which an output's cut has left the one end only."""
    for begun in _BEGUN.finditer(text):
        yield begun.start(), begun.end(), "private-key"
    for ended in _ENDED.finditer(text):
        before = text[max(0, ended.start() - _LONGEST_KEY) : ended.start()][::-1]
        body = _BACKWARDS.match(before)
        if body is not None:
            yield ended.start() - body.end(), ended.end(), "private-key"


def held_spans(text: str, held: Sequence[HeldValue], kind: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a held value stands: at whichever place, what has its length and its digest."""
    if not held:
        return
    data = text.encode(*ENCODED)
    plain = len(data) == len(text)
    for start, end in _places(data, held):
        if plain:
            yield start, end, kind
        else:
            yield _characters(data[:start]), _characters(data[:end]), kind


def _characters(data: bytes) -> int:
    return len(data.decode(*ENCODED))


def _places(data: bytes, held: Sequence[HeldValue]) -> Iterator[tuple[int, int]]:
    """Yield where something held stands; only what has a value's sign is looked at closely."""
    known: dict[tuple[str, str], dict[int, set[bytes]]] = {}
    for value in held:
        by_length = known.setdefault((value.salt, value.sign), {})
        by_length.setdefault(value.length, set()).add(bytes.fromhex(value.sha256))
    translated = {salt: data.translate(classes(salt)) for salt, _ in known}
    for (salt, sign), by_length in known.items():
        begun = hashlib.sha256(salt.encode()).copy
        for start in _all_of(translated[salt], sign.encode()):
            for length, digests in by_length.items():
                one = begun()
                one.update(data[start : start + length])
                if one.digest() in digests and start + length <= len(data):
                    yield start, start + length


def _all_of(data: bytes, sign: bytes) -> Iterator[int]:
    at = data.find(sign)
    while at >= 0:
        yield at
        at = data.find(sign, at + 1)
