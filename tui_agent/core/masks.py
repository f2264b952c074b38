"""Masks that stand in place of secrets: what a text that holds one must not become.

A model is shown `[redacted github]` where a file holds a token, and what it says is masked alike
before anything is recorded. Such a mask is no part of any file: written, run or looked for, it
would be another text than anybody meant.
"""

from __future__ import annotations

import json
import re
from collections import Counter

from tui_agent.core.toolsets import ALWAYS, WRITING

MASK = re.compile(r"\[redacted [a-z]+(?:-[a-z]+)*\]")
_BYTES = re.compile(MASK.pattern.encode())
TAKES_MASKS = frozenset({*WRITING, *ALWAYS, "task", "review", "undo"})
"""Tools that look at each file themselves, or whose arguments are words to somebody."""


def masks_in(arguments: str) -> tuple[str, ...]:
    """Return the masks in a call's arguments, each once."""
    try:
        text = json.dumps(json.loads(arguments), ensure_ascii=False)
    except (ValueError, RecursionError):
        text = arguments
    return tuple(dict.fromkeys(MASK.findall(text)))


def masks_added(before: bytes | None, after: bytes | None) -> str:
    """Return a mask that a file would hold more often than it does; empty where none."""
    had = _masks_of(before)
    for mask, count in _masks_of(after).items():
        if count > had.get(mask, 0):
            return mask.decode()
    return ""


def _masks_of(data: bytes | None) -> Counter[bytes]:
    return Counter(one[0] for one in _BYTES.finditer(data or b""))


def would_be_written(mask: str, path: str) -> str:
    """Tell a model why its edit is refused."""
    return (
        f"{path} would hold {mask}, which stands in place of a secret that is shown to nobody. "
        "Leave the lines with secrets out of the edit, read them from the environment, or write "
        "a made-up one in two pieces that are joined."
    )


def would_be_used(mask: str) -> str:
    """Tell a model, or a person, why a call is not made."""
    return (
        f"Not run: {mask} stands in place of what looks like a secret, which is neither recorded "
        "nor passed on. Put it into a variable of the environment or a file, and name that."
    )


def cannot_be_matched(mask: str) -> str:
    """Tell a model what is wrong with lines that are not found."""
    return (
        f"{mask} stands in place of a secret that is shown to nobody, so that no line with it is "
        "found: take other lines."
    )
