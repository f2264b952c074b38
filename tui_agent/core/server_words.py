"""What a person types for servers of tools: resources in a message, prompts, and how they stand."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tui_agent.core.servers import PREFIX, plain_name

if TYPE_CHECKING:
    from tui_agent.core.events import ServerReported
    from tui_agent.core.served import OfferedPrompt

_RESOURCE = re.compile(r"(?:(?<=\s)|^)@([A-Za-z0-9_-]+):(\S+)")
_ENDS = ".,;:!?)]}"


def resources_in(text: str, servers: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return each `@server:uri` of a message, as server and address, for servers that there are."""
    found = ((one[1], one[2].rstrip(_ENDS)) for one in _RESOURCE.finditer(text))
    return tuple(dict.fromkeys(one for one in found if one[0] in servers and one[1]))


def without_resources(text: str, servers: Sequence[str]) -> str:
    """Return a message without what names resources: the rest may name files."""
    return _RESOURCE.sub(lambda one: "" if one[1] in servers else one[0], text)


def prompt_name(server: str, prompt: str) -> str:
    """Return how a server's prompt is typed, behind the slash."""
    return f"{PREFIX}{server}__{plain_name(prompt, 256)}"


def prompts_of(servers: Mapping[str, ServerReported]) -> Iterator[tuple[str, str, OfferedPrompt]]:
    """Yield each prompt that servers offer: how it is typed, its server, and itself."""
    for server in servers.values():
        for prompt in server.prompts:
            yield prompt_name(server.server, prompt.name), server.server, prompt


def arguments_of(typed: str, prompt: OfferedPrompt, rest: str) -> dict[str, str]:
    """Return what was typed behind a prompt, by its arguments in order; the last takes the rest.

    `typed` is how the prompt is called. Raises ValueError, naming what is missing.
    """
    try:
        words = shlex.split(rest)
    except ValueError:
        words = rest.split()
    names = prompt.arguments
    if len(words) > len(names) > 0:
        words = [*words[: len(names) - 1], " ".join(words[len(names) - 1 :])]
    given = dict(zip(names, words, strict=False))
    missing = [name for name in prompt.required if name not in given]
    if missing:
        shown = " ".join(name.upper() for name in names)
        message = f"/{typed}: it needs {', '.join(missing)}: /{typed} {shown}"
        raise ValueError(message)
    return given


def standing(server: ServerReported) -> str:
    """Return in a line how a server stands."""
    if server.status == "failed":
        return f"{server.server} does not work: {server.detail}"
    parts = [_counted(len(server.tools), "tool")]
    if server.prompts:
        parts.append(_counted(len(server.prompts), "prompt"))
    if server.resources:
        parts.append(_counted(len(server.resources), "resource"))
    if server.left_out:
        parts.append(f"{len(server.left_out)} left out")
    title = f" ({server.title})" if server.title else ""
    where = "as you, without a sandbox" if server.sandbox == "none" else server.reaches
    return f"{server.server}{title}: {', '.join(parts)}; {where}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
