"""What is told to the terminal itself: title, notifications, clipboard, as sequences of its own."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Notify = Literal["auto", "off", "bell", "osc9", "osc99", "osc777"]

BELL = "\a"
KEEP_TITLE, GIVE_TITLE_BACK = "\x1b[22;2t", "\x1b[23;2t"
"""Terminals keep a stack of titles; those that do not pass both over."""
LONGEST = 120
"""Characters of a title or a notification."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
_ADDRESS = re.compile(r"https?://[\x21-\x7e]+")
_SPEAKS_9 = frozenset({"iTerm.app", "WezTerm", "ghostty", "WarpTerminal", "rio", "Hyper"})
_DCS_PIECE = 700
"""Bytes that GNU screen takes in one device control string."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """Which of it is wanted, and what is known of the terminal."""

    title: bool = False
    notify: Notify = "off"
    environ: Mapping[str, str] = field(default_factory=dict)
    copy: Callable[[str], Awaitable[bool]] | None = None
    """Copy by way of a program; returns whether that was done. None: there is none to ask."""


def plain(text: str) -> str:
    """Return a text as one line without anything that would end or change a sequence."""
    line = _CONTROLS.sub(" ", text).strip()
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def title(text: str) -> str:
    """Return what sets the window's title (OSC 2)."""
    return f"\x1b]2;{plain(text)}{BELL}"


def notification(head: str, body: str, way: Notify, environ: Mapping[str, str]) -> str:
    """Return what notifies the person, empty where that is not wanted."""
    if way == "off":
        return ""
    chosen = way if way != "auto" else way_of(environ)
    if chosen == "bell":
        return BELL
    # A semicolon parts the fields; in a text it is a comma.
    what, said = (plain(one).replace(";", ",") for one in (head, body))
    sequence = {
        "osc9": f"\x1b]9;{what}: {said}{BELL}",
        "osc99": f"\x1b]99;i=agent:d=0;{what}\x1b\\\x1b]99;i=agent:p=body;{said}\x1b\\",
        "osc777": f"\x1b]777;notify;{what};{said}{BELL}",
    }[chosen]
    # Inside tmux the sequence passes only if tmux lets it; its bell marks the window at least.
    return passed_on(sequence, environ) + (BELL if "TMUX" in environ else "")


def way_of(environ: Mapping[str, str]) -> Literal["bell", "osc9", "osc99", "osc777"]:
    """Return which notification the terminal understands, by what it says of itself."""
    program = environ.get("TERM_PROGRAM", "")
    if "KITTY_WINDOW_ID" in environ or "kitty" in environ.get("TERM", ""):
        return "osc99"
    if program in _SPEAKS_9:
        return "osc9"
    if "VTE_VERSION" in environ or environ.get("TERM", "").startswith(("foot", "rxvt")):
        return "osc777"
    return "bell"


def clipboard(text: str, environ: Mapping[str, str], *, buffer: bool = True) -> str:
    """Return what puts a text into the clipboard (OSC 52), also from inside tmux and screen.

    tmux takes the plain sequence where `set-clipboard` is `on`, making a buffer of it, and passes
    the other one on where `allow-passthrough` is. Without `buffer` it gets only that one: for a
    text that one of its programs has put into a buffer.
    """
    import base64

    data = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    sequence = f"\x1b]52;c;{data}{BELL}"
    if "TMUX" in environ:
        return (sequence if buffer else "") + passed_on(sequence, environ)
    return passed_on(sequence, environ)


def untaken(environ: Mapping[str, str]) -> str:
    """Return what to say after a copy in a terminal that may have ignored it; empty elsewhere."""
    if "XTERM_VERSION" in environ and "TMUX" not in environ:
        return "If nothing was copied: xterm wants allowWindowOps, or xclip"
    return ""


def passed_on(sequence: str, environ: Mapping[str, str]) -> str:
    """Return a sequence wrapped for the multiplexer that stands between us and the terminal."""
    if "TMUX" in environ:
        return f"\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}\x1b\\"
    if "STY" in environ:
        pieces = range(0, len(sequence), _DCS_PIECE)
        return "".join(f"\x1bP{sequence[at : at + _DCS_PIECE]}\x1b\\" for at in pieces)
    return sequence


def is_address(target: str) -> bool:
    """Return whether a target may become a link that the terminal opens (OSC 8)."""
    return _ADDRESS.fullmatch(target) is not None
