"""Takes out of an output what differs from run to run without meaning anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_ANSI = r"\x1b(?:\[[0-9;:?<=>]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])"
_HEX = "[0-9a-fA-F]"
_UUID = rf"\b{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}\b"
_DATE = r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?)?"
_WORDED_DATE = (
    r"\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(?:\d{1,2} )?"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* (?:\d{1,2},? )?"
    r"(?:\d{4} )?\d\d:\d\d(?::\d\d)?(?: \d{4})?"
)
_CLOCK = r"\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b"
_UNIT = r"(?:ns|µs|us|ms|s|secs?|seconds?|m|mins?|minutes?|h|hours?)"
_DURATION = rf"\b\d+(?:\.\d+)? ?{_UNIT}\b(?: ?\d+(?:\.\d+)? ?{_UNIT}\b)*"

PATTERNS: tuple[tuple[str, str], ...] = (
    (_ANSI, ""),
    (r"(?m)^[^\n]*\r(?!\n)", ""),
    (r"\r\n", "\n"),
    (_UUID, "<uuid>"),
    (_DATE, "<time>"),
    (_WORDED_DATE, "<time>"),
    (_CLOCK, "<time>"),
    (_DURATION, "<duration>"),
    (r"\b0x[0-9a-fA-F]{4,}\b", "<address>"),
    (r"(?i)\b(pid|process|process id)([ =:#]+|: )\d+\b", r"\1\2<pid>"),
    (r"(?i)\b(port[ =:]+)\d{2,5}\b", r"\1<port>"),
    (r"(\b127\.0\.0\.1|\blocalhost|\[::1\]|\b0\.0\.0\.0):\d{2,5}\b", r"\1:<port>"),
    (r"/(?:private/)?(?:var/)?tmp/[\w.+-]*[\w+-](?:/pytest-of-\w+)?(?:/pytest-\d+)?", "<tmp>"),
    (r"(?<![ \t])[ \t]+(?=\n|\Z)", ""),
)
"""What is taken for noise, in this order: pattern and what stands for it."""


class Normaliser:
    """Spells an output so that two runs of the same thing give the same text."""

    def __init__(self, roots: Iterable[str] = (), ignored: Sequence[str] = ()) -> None:
        """Take `roots` for the workspace; `ignored` are the user's own patterns.

        Raises ValueError for a pattern that is no regular expression.
        """
        self._roots = sorted({root for root in roots if len(root) > 1}, key=len, reverse=True)
        self._patterns = [(re.compile(pattern), put) for pattern, put in PATTERNS]
        for pattern in ignored:
            try:
                self._patterns.append((re.compile(pattern), "<ignored>"))
            except re.error as error:
                message = f"replay.ignore: {pattern!r} is no regular expression: {error}"
                raise ValueError(message) from None

    def __call__(self, text: str) -> str:
        """Return the text without its noise."""
        for root in self._roots:
            text = text.replace(root, "<root>")
        for pattern, put in self._patterns:
            text = pattern.sub(put, text)
        return text.strip("\n")
