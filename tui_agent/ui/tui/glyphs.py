"""The signs of the screen, in Unicode and in ASCII."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Glyphs:
    """One cell each, but for `cut`, `ellipsis` of hunks, and quotes.

    There are two of them, each equal to itself alone: rows are kept by what they were drawn with.
    """

    prompt: str = "›"
    queued: str = "·"
    running: str = "●"
    done: str = "✓"
    failed: str = "✗"
    waiting: str = "◆"
    undecided: str = "◇"
    edited: str = "~"
    denied: str = "∅"
    stale: str = "≠"
    warning: str = "!"
    folded: str = "▸"
    unfolded: str = "▾"
    gutter_focused: str = "▌"
    gutter_accepted: str = "┃"
    gutter_undecided: str = "│"
    gutter_rejected: str = "╎"
    meter_done: str = "━"
    meter_rest: str = "─"
    thumb: str = "▐"
    levels: str = "▁▂▃▄▅▆▇"
    cut: str = "…"
    output: str = "▏"
    seam: str = "│"
    rule: str = "─"
    minus: str = "−"
    plus: str = "+"
    between_hunks: str = "···"
    open_quote: str = "“"
    close_quote: str = "”"
    up: str = "↑"
    down: str = "↓"
    caret: str = "▌"
    bullet: str = "·"
    ascii_only: bool = False


UNICODE = Glyphs()

ASCII = Glyphs(
    prompt=">",
    queued=".",
    running="*",
    done="v",
    failed="x",
    waiting="?",
    undecided="?",
    edited="~",
    denied="-",
    stale="%",
    warning="!",
    folded="+",
    unfolded="-",
    gutter_focused="#",
    gutter_accepted="=",
    gutter_undecided=".",
    gutter_rejected=":",
    meter_done="=",
    meter_rest="-",
    thumb=" ",
    levels=".:|",
    cut="...",
    output="|",
    seam="|",
    rule="-",
    minus="-",
    plus="+",
    between_hunks="...",
    open_quote='"',
    close_quote='"',
    up="Up",
    down="Down",
    caret="_",
    bullet="-",
    ascii_only=True,
)


def choose_glyphs(setting: str, environ: Mapping[str, str] = os.environ) -> Glyphs:
    """Return the signs for the setting `unicode`, `ascii` or `auto`."""
    if setting == "ascii":
        return ASCII
    if setting == "unicode":
        return UNICODE
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    utf8 = "utf-8" in locale.lower() or "utf8" in locale.lower() or locale in {"", "C.UTF-8"}
    return UNICODE if utf8 and environ.get("TERM") != "linux" else ASCII
