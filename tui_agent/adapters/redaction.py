"""Secrets masked in a text: held values by their digests, and tokens by their known shapes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence

from tui_agent.adapters.models.masking import ENCODED, HeldValue

HELD = "held"
"""The kind of a value that a model host holds."""
NAMED = "named"
"""The kind of a value that the user has named for another program."""

SHAPES = {
    "private-key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----",
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
NEEDLES = (
    *("PRIVATE KEY-----", "sk-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-"),
    *("AKIA", "ASIA", "AIza", "ya29.", "GOCSPX-", "xox", "xapp-", "k_live_", "whsec_", "npm_"),
    *("pypi-AgE", "hf_", "gsk_", "xai-", "r8_", "SG.", ":AA", "_v1_", "dapi", "AGE-SECRET-KEY-1"),
    *("AccountKey=", "eyJ"),
)
"""Whatever has one of the shapes has one of these in it; most texts have none, and are done."""
_ANY_SHAPE = re.compile(
    "|".join(f"(?P<{name.replace('-', '_')}>{shape})" for name, shape in SHAPES.items())
)
_RUN = re.compile(r"\S{8,}")
"""A value without blanks stands within one of these, whatever else it holds."""


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
    found = [*_held_spans(text, held, HELD), *_held_spans(text, named, NAMED)]
    spans = sorted([*found, *_shaped_spans(text)])
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


def _shaped_spans(text: str) -> Iterator[tuple[int, int, str]]:
    if not any(needle in text for needle in NEEDLES):
        return
    for match in _ANY_SHAPE.finditer(text):
        yield match.start(), match.end(), (match.lastgroup or "").replace("_", "-")


def _held_spans(text: str, held: Sequence[HeldValue], kind: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a held value stands: at whichever place, what has its length and its digest."""
    unbroken = _by_length(value for value in held if not value.blanks)
    if unbroken:
        shortest = min(length for _, length in unbroken)
        for run in _RUN.finditer(text):
            if run.end() - run.start() >= shortest:
                for start, end in _places(run[0], unbroken):
                    yield run.start() + start, run.start() + end, kind
    broken = _by_length(value for value in held if value.blanks)
    for start, end in _places(text, broken):
        yield start, end, kind


_Known = dict[tuple[str, int], set[bytes]]


def _by_length(held: Iterable[HeldValue]) -> _Known:
    known: _Known = {}
    for value in held:
        known.setdefault((value.salt, value.length), set()).add(bytes.fromhex(value.sha256))
    return known


def _places(text: str, known: _Known) -> Iterator[tuple[int, int]]:
    """Yield where something known stands. The salt is taken in once, for all places."""
    plain = text.isascii()
    data = text.encode() if plain else b""
    for (salt, length), digests in known.items():
        begun = hashlib.sha256(salt.encode()).copy
        for start in range(len(text) - length + 1):
            end = start + length
            one = begun()
            one.update(data[start:end] if plain else text[start:end].encode(*ENCODED))
            if one.digest() in digests:
                yield start, end
