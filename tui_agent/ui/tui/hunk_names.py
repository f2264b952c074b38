"""What a hunk is called: the function or section that it changes, and the class around it."""

from __future__ import annotations

import re

from tui_agent.core.patch import FileView, Hunk
from tui_agent.core.patch.modes import is_link
from tui_agent.core.text import content

_OPENS = re.compile(
    r"(?P<indent>\s*)(?:(?:async|export|default|pub(?:\([^)]*\))?|public|private|protected|static"
    r"|abstract|final)\s+)*"
    r"(?P<kind>def|class|func|fn|function|impl|trait|struct|enum|interface|module|namespace|type)"
    r"\s+(?:\([^)]*\)\s*)?(?P<name>[\w$]+(?:(?:::|\.)[\w$]+)*)"
)
_HEADING = re.compile(r"#{1,6}\s+(?P<name>\S.*)|\[(?P<table>[^\]]+)\]\s*$")
_CONTAINERS = frozenset({"class", "impl", "trait", "struct", "interface", "module", "namespace"})
_SOURCES = (".py", ".pyi")
_MARKUP = (".md", ".markdown", ".toml", ".cfg", ".ini", ".rst")

FARTHEST = 4000
"""Lines looked back for a name."""


def name_of(view: FileView, hunk: Hunk) -> tuple[str, str]:
    """Return the class, with a dot, or nothing; and the name of the function or section."""
    was, is_now = is_link(view.patch.old_mode), is_link(view.patch.new_mode)
    if view.patch.before is None:
        return "", "new symbolic link" if is_now else "new file"
    if view.patch.after is None:
        return "", "deleted symbolic link" if was else "deleted file"
    if was or is_now:
        return "", "symbolic link"
    if not (view.before and view.after):
        return "", "the whole file" if view.before else "empty file"
    if view.path.endswith(_MARKUP):
        return "", _heading(view, hunk) or "top of the file"
    own = _opened_by(hunk)
    indent, start = _place(hunk)
    around = _around(view, start, indent)
    if own is not None:
        return _dotted(around), own
    if around and around[0][0] not in _CONTAINERS:
        return _dotted(around[1:]), around[0][1]
    if around:
        return "", around[0][1]
    return "", "module level" if view.path.endswith(_SOURCES) else "top level"


def _opened_by(hunk: Hunk) -> str | None:
    """Return the name of a definition that the hunk adds or takes away as a whole."""
    signs = {"-": hunk.minus, "+": hunk.plus}
    side = "+" if signs["+"] >= signs["-"] else "-"
    for row in hunk.rows:
        text = row.text.strip()
        if row.kind != side or not text or text.startswith(("@", "#", "//")):
            continue
        found = _OPENS.match(row.text)
        return found["name"] if found else None
    return None


def _place(hunk: Hunk) -> tuple[int, int]:
    """Return the indentation of the first changed line and the line of *before* it stands at."""
    start = hunk.old_start
    first: int | None = None
    for row in hunk.rows:
        if row.kind == " " and first is None:
            start += 1
        elif row.kind != " " and first is None:
            first = 0
        if first is not None and row.text.strip():
            return len(row.text) - len(row.text.lstrip()), start
    return 0, start


def _around(view: FileView, start: int, indent: int) -> list[tuple[str, str]]:
    """Return kind and name of the definitions around a line, the nearest first."""
    found: list[tuple[str, str]] = []
    for index in range(start - 1, max(-1, start - FARTHEST), -1):
        if indent == 0:
            break
        match = _OPENS.match(content(view.before[index]))
        if match is not None and len(match["indent"]) < indent:
            indent = len(match["indent"])
            found.append((match["kind"], match["name"]))
    return found


def _dotted(around: list[tuple[str, str]]) -> str:
    return f"{around[0][1]}." if around and around[0][0] in _CONTAINERS else ""


def _heading(view: FileView, hunk: Hunk) -> str:
    for index in range(min(hunk.old_start + 3, len(view.before)) - 1, -1, -1):
        found = _HEADING.match(content(view.before[index]))
        if found is not None:
            name = found["name"] or ""
            return name.rstrip("#").rstrip() or name[:1] or found["table"]
    return ""
