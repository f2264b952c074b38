"""What a model is told before the first word of a session, in lines: how much each part takes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tui_agent.core.blob import Text, preview_of, size_of
from tui_agent.core.events import InstructionsLoaded
from tui_agent.core.forecast import BYTES_A_TOKEN
from tui_agent.core.messages import ToolSpec
from tui_agent.ui.text import Line

NAMES = 28
"""Columns of the parts' names, or as many as the longest needs."""


def context_sizes(
    loaded: InstructionsLoaded, system: Text, tools: Sequence[ToolSpec]
) -> list[tuple[str, int]]:
    """Return each part with its size in bytes: system text, tools, facts, instruction files."""
    described = sum(
        len(json.dumps([tool.name, tool.description, tool.parameters])) for tool in tools
    )
    parts = [("system text", size_of(system)), (f"{len(tools)} tools", described)]
    parts.append(("facts and map", size_of(loaded.facts)))
    return parts + [(one.path, one.size - one.dropped) for one in loaded.files]


def context_lines(
    loaded: InstructionsLoaded, system: Text, tools: Sequence[ToolSpec]
) -> list[Line]:
    """Return the parts with their sizes, what was left out, and the facts as the model has them."""
    parts = context_sizes(loaded, system, tools)
    total = sum(size for _, size in parts)
    lines: list[Line] = [[("bold", f"About {tokens_of(total):,} tokens before the first word")]]
    width = max(NAMES, *(len(name) for name, _ in parts))
    for name, size in parts:
        figures = f"{size:>8,} bytes, about {tokens_of(size):,} tokens"
        lines.append([("", f"  {name:<{width}}"), ("dim", figures)])
    lines += [[("warning", f"  not told: {one}")] for one in loaded.left_out]
    lines.append([("", "")])
    lines += [[("", line)] for line in preview_of(loaded.facts).split("\n")]
    if not isinstance(loaded.facts, str):
        lines.append([("dim", "…")])
    return lines


def tokens_of(size: int) -> int:
    """Return about how many tokens so many bytes are."""
    return -(-size // BYTES_A_TOKEN)
