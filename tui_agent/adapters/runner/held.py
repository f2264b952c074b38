"""Guesses, by its output, what the sandbox has kept a command from, so that more can be offered."""

from __future__ import annotations

import re
from typing import Literal

_NETWORK = re.compile(
    r"Network is unreachable|Temporary failure in name resolution|Could not resolve host"
    r"|Name or service not known|EAI_AGAIN|ENETUNREACH|ENOTFOUND|Could not resolve hostname"
    r"|dns error|no such host",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(r"Read-only file system|EROFS", re.IGNORECASE)
_LAST = 8_000
"""Characters of the output that are looked at."""


def held_back(output: str, code: int | None) -> Literal["", "network", "outside"]:
    """Return what a command that failed seems to have wanted; nothing where it did not fail."""
    if code in {0, None}:
        return ""
    last = output[-_LAST:]
    if _NETWORK.search(last):
        return "network"
    return "outside" if _OUTSIDE.search(last) else ""
