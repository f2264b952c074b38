"""What is compared, spelled as lines, and the diff between two spellings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from tui_agent.core.blob import Text
from tui_agent.core.messages import Message, ToolSpec
from tui_agent.core.patch import diff_text

Load = Callable[[Text], str]

MOST_LINES = 200
"""Lines of a diff that a divergence keeps."""


def spelled_messages(messages: Iterable[Message], load: Load) -> str:
    """Return messages as a person can compare them."""
    return "".join(f"{line}\n" for one in messages for line in _message(one, load))


def _message(message: Message, load: Load) -> list[str]:
    whose = f" ({message.call_id})" if message.call_id else ""
    lines = [f"[{message.role}{whose}]", *load(message.text).split("\n")]
    lines += [f"[attached {one.name}: {one.content.sha[:12]}]" for one in message.attachments]
    lines += [f"[call {one.name}] {one.arguments}" for one in message.tool_calls]
    return lines


def spelled_tools(tools: Iterable[ToolSpec]) -> str:
    """Return the tools as a person can compare them."""
    parts = []
    for tool in tools:
        schema = json.dumps(tool.parameters, indent=1, sort_keys=True, ensure_ascii=False)
        parts.append(f"[tool {tool.name}]\n{tool.description}\n{schema}\n")
    return "".join(parts)


def line_diff(recorded: str, now: str) -> tuple[str, ...]:
    """Return the lines of a unified diff; nothing where the texts are equal."""
    if recorded == now:
        return ()
    return _cut(diff_text(_lines(recorded), _lines(now)).rstrip("\n").split("\n"))


def bytes_diff(path: str, recorded: bytes | None, now: bytes | None) -> tuple[str, ...]:
    """Return the diff of a file's bytes, with its name above; nothing where they are equal."""
    if recorded == now:
        return ()
    head = [
        f"--- {'/dev/null' if recorded is None else f'recorded/{path}'}",
        f"+++ {'/dev/null' if now is None else f'now/{path}'}",
    ]
    if b"\0" in (recorded or b"") or b"\0" in (now or b""):
        return (*head, "(binary)")
    texts = [(data or b"").decode("utf-8", "replace") for data in (recorded, now)]
    return (*head, *line_diff(texts[0], texts[1]))


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    ends = [f"{line}\n" for line in lines[:-1]]
    return [*ends, lines[-1]] if lines[-1] else ends


def _cut(lines: Sequence[str]) -> tuple[str, ...]:
    if len(lines) <= MOST_LINES:
        return tuple(lines)
    return (*lines[:MOST_LINES], f"… {len(lines) - MOST_LINES} more lines")
