"""The question whether a folder is trusted, as lines of text: what is new in each of its files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from tui_agent.core.trust import BehaviourChange, TrustQuestion, headline, told_lines
from tui_agent.ui.text import Line, Style

_STYLES: dict[str, Style] = {"+": "added", "-": "removed", "@": "dim", "(": "dim"}


def question_lines(question: TrustQuestion, shown: int | None = None) -> Iterator[Line]:
    """Yield the question and each file's change; at most `shown` lines of a file, None: all."""
    yield [("bold", headline(question))]
    for change in question.changes:
        yield [("bold", change.path), ("dim", f"  {change.kind}")]
        lines = list(told_lines(change))
        yield from (_line(line) for line in islice(lines, shown))
        if shown is not None and len(lines) > shown:
            left = len(lines) - shown
            yield [("dim", f"  … {left:,} more lines; agent trust shows them all")]


def style_of(line: str) -> Style:
    """Return how a line of a told change looks."""
    return _STYLES.get(line[:1], "")


def counted(change: BehaviourChange) -> str:
    """Return a change's size in words: `new, 12 lines`."""
    lines = [line for line in told_lines(change) if line[:1] in "+-"]
    plus = sum(line.startswith("+") for line in lines)
    if change.hidden or not lines:
        return change.kind
    if change.kind == "changed":
        return f"changed, +{plus} −{len(lines) - plus}"
    return f"{change.kind}, {len(lines):,} line{'s' if len(lines) != 1 else ''}"


def _line(line: str) -> Line:
    return [(style_of(line), f"  {line}")]
