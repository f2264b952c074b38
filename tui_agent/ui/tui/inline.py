"""How words inside a paragraph are drawn: code, emphasis, links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style

from tui_agent.ui.tui.paper import Sheet, Span
from tui_agent.ui.tui.terminal import is_address

if TYPE_CHECKING:
    from markdown_it.token import Token

_OPEN = {"strong_open": "bold", "em_open": "italic", "s_open": "strike", "link_open": "underline"}
_CLOSE = {"strong_close": "bold", "em_close": "italic", "s_close": "strike"}
_SCHEMES = ("http://", "https://")


def inline_spans(token: Token, sheet: Sheet, ink: str) -> list[list[Span]]:
    """Return the lines of a paragraph: one, and one more for each hard break."""
    if token.type != "inline":
        return [[sheet.span(line, ink)] for line in token.content.rstrip("\n").split("\n")]
    lines: list[list[Span]] = [[]]
    marks: list[str] = []
    target, first = "", 0
    for child in token.children or []:
        kind = child.type
        if kind == "hardbreak":
            lines.append([])
            first = 0
        elif kind in _OPEN:
            marks.append(_OPEN[kind])
            target = str(child.attrGet("href") or "") if kind == "link_open" else target
            first = len(lines[-1]) if kind == "link_open" else first
        elif kind == "link_close":
            lines[-1][first:] = _leading_to(target, lines[-1][first:])
            marks.remove("underline")
            lines[-1].extend(_address(lines[-1], target, sheet))
        elif kind in _CLOSE:
            marks.remove(_CLOSE[kind])
        else:
            lines[-1].append(_word(child, sheet, ink, marks))
    return lines


def _word(child: Token, sheet: Sheet, ink: str, marks: list[str]) -> Span:
    role, *rest = ink.split()
    if child.type == "code_inline":
        return sheet.span(child.content, " ".join(("string", *rest, *marks)))
    if child.type == "softbreak":
        return sheet.span(" ", ink)
    if child.type == "image":
        return sheet.span(child.content or "image", f"{role} italic")
    if "underline" in marks:
        role = "accent"
    return sheet.span(child.content, " ".join((role, *rest, *marks)))


def _leading_to(target: str, spans: list[Span]) -> list[Span]:
    """Make words a link that the terminal opens (OSC 8)."""
    if not is_address(target):
        return spans
    return [(text, style + Style(link=target)) for text, style in spans]


def _address(line: list[Span], target: str, sheet: Sheet) -> list[Span]:
    """Show where a link leads, unless its text says so; what looks harmless may lead elsewhere."""
    shown = "".join(text for text, _ in line)
    if not target or shown.endswith(target) or target.removeprefix("mailto:") in shown:
        return []
    if target.startswith(_SCHEMES):
        return [sheet.span(f" ({target})", "text-3")]
    return [sheet.span(f" ({target})", "text-3 italic")]
