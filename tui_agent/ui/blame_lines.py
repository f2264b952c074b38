"""A blamed file as lines: for the command, line mode and the screen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from tui_agent.core.blame import Blamed, Origin
from tui_agent.core.text import content
from tui_agent.ui.text import Line

SHORT = 10
"""Characters of a session's id."""
_WHO, _DECISION, _MODEL = 15, 16, 18


def blame_lines(file: Blamed) -> Iterator[Line]:
    """Yield each line with the step that made it, how that was decided, and who that was."""
    digits = len(str(len(file.lines)))
    wide = _WHO + _DECISION + _MODEL + 2 if any(file.origins) else 0
    for number, (line, origin) in enumerate(zip(file.lines, file.origins, strict=True), 1):
        text = content(line)
        if origin is None:
            who = f"{'human':<{wide}}"
            yield [("dim", f"{who} {number:>{digits}}  "), ("", text)]
        else:
            yield [
                ("accent", f"{_column(place(origin), _WHO)} "),
                ("", f"{_column(origin.decision, _DECISION)} "),
                ("dim", f"{_column(model(origin), _MODEL)} {number:>{digits}}  "),
                ("", text),
            ]


def _column(text: str, width: int) -> str:
    """Return a text of just so many characters; where some are missing, it shows."""
    kept = text if len(text) <= width else text[: width - 1] + "…"
    return f"{kept:<{width}}"


def place(origin: Origin) -> str:
    """Return `ID@STEP`, as agent replay takes it."""
    return f"{origin.session[:SHORT]}@{origin.step}"


def model(origin: Origin) -> str:
    """Return the model's name without its provider, or the tool; before it who else made it."""
    name = origin.model.rpartition("/")[2] or origin.tool
    return f"{origin.agent}: {name}" if origin.agent else name


def ranges(file: Blamed) -> Iterator[str]:
    """Yield what sessions made of a file, as ranges of lines: for a note."""
    numbered = enumerate(file.origins, 1)
    for origin, group in groupby(numbered, key=lambda one: one[1]):
        numbers = [number for number, _ in group]
        if origin is not None:
            first, last = numbers[0], numbers[-1]
            lines = str(first) if first == last else f"{first}-{last}"
            yield f"{file.path}:{lines} {place(origin)} {model(origin)} {origin.decision}".strip()
