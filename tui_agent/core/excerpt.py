"""Shortens a long text for a model: its first and last lines, and what is missing between them."""

from __future__ import annotations

import re
from collections.abc import Callable

from tui_agent.core.text import split_lines

LONGEST_SECRET = 4_096
"""Characters; none that is masked on one line is longer. Cut in two, its halves would be read."""
_FIRST_WORD = re.compile(r"\S+")


def without_last_word(text: str) -> str:
    """Leave out the word that a text was cut off in: what it is cannot be known."""
    near = text[-LONGEST_SECRET:]
    if not near or near[-1].isspace():
        return text
    return text[: len(text) - len(near.rsplit(maxsplit=1)[-1])]


def without_first_word(text: str) -> str:
    """Leave out the word that a text begins in the middle of."""
    word = _FIRST_WORD.match(text, 0, LONGEST_SECRET)
    return text if word is None else text[word.end() :]


def beginning(text: str, most: int, redact: Callable[[str], str]) -> str:
    """Return the first `most` characters at most, with what begins among them masked."""
    seen = redact(text[: most + LONGEST_SECRET])
    if len(text) > most + LONGEST_SECRET:
        seen = seen[:-LONGEST_SECRET]
    return seen[:most]


def head_and_tail(text: str, *, head: int, tail: int) -> tuple[str, bool]:
    """Keep about `head` characters of the start and `tail` of the end, in whole lines if it can be.

    Returns the text and whether it was shortened.
    """
    if len(text) <= head + tail:
        return text, False
    first = text[:head]
    last = text[len(text) - tail :]
    cut = first.rfind("\n") + 1
    first = first[:cut] if cut > head // 2 else first
    start = last.find("\n") + 1
    last = last[start:] if 0 < start < tail // 2 else last
    gone = text[len(first) : len(text) - len(last)]
    lines = len(split_lines(gone))
    unit = f"{lines:,} lines" if lines > 1 else f"{len(gone):,} characters"
    end = "" if first.endswith("\n") else "\n"
    return f"{first}{end}[… {unit} left out …]\n{last}", True


def last_of_each_line(text: str) -> str:
    r"""Keep what a terminal would show of progress lines: the text after the last ``"\r"``."""
    if "\r" not in text:
        return text
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return "\n".join(lines)
