"""Which characters a command may be made of before anybody tries to read it.

Parsers disagree about the rest: a backslash before a line's end, a comment, an odd blank, a sign
that turns the direction of writing. What they could disagree about is not read at all, so that a
parser only ever sees words, quotes and the few signs between commands.
"""

from __future__ import annotations

import unicodedata

LONGEST = 8 * 1024
"""Bytes of a command that is still read."""
MOST_SIGNS = 200
"""Signs between words, which bound the number of commands."""
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,@+%^")
"""What may stand in a word without quotes, and then means itself."""
SIGNS = frozenset(";|&<>")
_RUN = 2
"""How many signs may stand together."""
_REFUSED = {"\\": "a backslash", "#": "a #", "\n": "several lines", "\t": "a tab"}
_CATEGORIES = {
    "Cc": "a control character",
    "Cf": "an invisible character",
    "Cs": "a broken character",
    "Co": "a private character",
    "Cn": "an unknown character",
    "Zs": "an odd blank",
    "Zl": "an odd line break",
    "Zp": "an odd line break",
}
_REPLACED = {
    "$": "the shell replaces what begins with $",
    "`": "the shell replaces what stands between backquotes",
    "*": "the shell replaces * outside of quotes",
    "?": "the shell replaces ? outside of quotes",
    "[": "the shell replaces [ outside of quotes",
    "{": "braces mean something to the shell",
    "}": "braces mean something to the shell",
    "(": "brackets mean something to the shell",
    ")": "brackets mean something to the shell",
    "!": "the shell may replace what begins with !",
}


def refused(text: str) -> str:
    """Say what in a command keeps it from being read; empty where nothing does."""
    if len(text) > LONGEST or len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        return "it is longer than 8 KiB"
    if not text.strip(" "):
        return "it is empty"
    for char in text:
        if char in _REFUSED:
            return f"it holds {_REFUSED[char]}"
        if (char < " " or char > "~") and (name := _CATEGORIES.get(unicodedata.category(char))):
            return f"it holds {name}"
    return _unplain(text)


def _unplain(text: str) -> str:
    """Say what the shell would replace, or which signs are too many."""
    quote, run, signs = "", 0, 0
    for char in text:
        run = run + 1 if char in SIGNS and not quote else 0
        signs += run > 0
        if run > _RUN or signs > MOST_SIGNS:
            return "it joins too much"
        problem = _problem(char, quote)
        if problem:
            return problem
        if char in "'\"" and quote in ("", char):
            quote = "" if quote else char
    return "a quote is left open" if quote else ""


def _problem(char: str, quote: str) -> str:
    if quote == "'":
        return ""
    if quote == '"':
        return _REPLACED.get(char, "") if char in "$`!" else ""
    if char in PLAIN or char in SIGNS or char in " ~'\"":
        return ""
    return _REPLACED.get(char, f"it holds {char} outside of quotes")
