"""Which characters of foreign text may reach a terminal, and what is shown for the others."""

from __future__ import annotations

import re

_DANGEROUS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")
_TAB = "\t"
_EMOJI_STYLE = "\ufe0f"
_CONTROL_PICTURES = 0x2400
_DELETE = 0x7F


def clean(text: str, *, tab: int = 4, ascii_only: bool = False) -> str:
    """Return `text` with nothing in it that a terminal obeys or that a reader cannot see.

    Line feeds stay; tabs become spaces up to the next multiple of `tab` cells. Every other control,
    format, bidirectional, zero-width or tag character becomes a visible mark: `␛` for ESC, `‹202e›`
    for what has no picture (`^[` and `<202e>` with `ascii_only`).
    """
    if _DANGEROUS.search(text) is None:
        return text
    if _TAB in text:
        text = "\n".join(line.expandtabs(tab) for line in text.split("\n"))
    return _DANGEROUS.sub(_ascii_mark if ascii_only else _mark, text)


def one_row(text: str, *, ascii_only: bool = False) -> str:
    """Return a clean text as it fits a row: a line feed (in a file's name, say) is a mark, too."""
    return text.replace("\n", "^J" if ascii_only else "␊") if "\n" in text else text


def plain_output(text: str) -> str:
    """Return a program's output as a terminal would leave it: without colours, lines overwritten.

    Only colours and carriage returns are worked in; whatever else it holds is left for `clean`.
    """
    text = _COLOURS.sub("", text).replace("\r\n", "\n")
    if "\r" not in text:
        return text
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))


def is_clean(text: str) -> bool:
    """Return whether `clean` would leave `text` as it is."""
    return _DANGEROUS.search(text) is None


def _mark(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < ord(" "):
        return chr(_CONTROL_PICTURES + code)
    if code == _DELETE:
        return "␡"
    if found[0] == _EMOJI_STYLE:
        return ""
    return f"‹{code:02x}›"


def _ascii_mark(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < ord(" ") or code == _DELETE:
        return "^" + chr(code ^ 0x40)
    if found[0] == _EMOJI_STYLE:
        return ""
    return f"<{code:02x}>"
