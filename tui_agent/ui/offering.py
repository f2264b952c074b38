"""What a word that is being typed may become: files, resources and prompts of servers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

from tui_agent.core.events import ServerReported
from tui_agent.core.server_words import prompts_of

Files = Callable[[str], AsyncIterator[Sequence[str]]]
"""Gives the paths that fit what was typed, again as more are known."""
_AFTER_AT = re.compile(r"(?:^|\s)@([^\s@]*)$")


@dataclass(frozen=True, slots=True)
class Offered:
    """One thing that a word may become."""

    text: str
    about: str = ""


def after_at(before: str) -> str | None:
    """Return what stands between the last `@` and the caret; None where no name is typed."""
    found = _AFTER_AT.search(before)
    return found[1] if found else None


def written(path: str) -> str:
    """Return a path as it is typed after `@`: a blank would end the name."""
    return f'"{path}"' if " " in path else path


def offered_prompts(servers: Mapping[str, ServerReported], typed: str) -> list[Offered]:
    """Return the servers' prompts that begin as was typed after the slash."""
    return [
        Offered(f"/{name}", prompt.description.partition("\n")[0])
        for name, _, prompt in prompts_of(servers)
        if typed and (name.startswith(typed) or typed in prompt.name)
    ]


def offered_resources(servers: Mapping[str, ServerReported], typed: str) -> list[Offered]:
    """Return the resources of the server that is named before the colon."""
    server, colon, begun = typed.partition(":")
    known = servers.get(server)
    if known is None or not colon:
        return []
    return [
        Offered(f"{server}:{one.uri}", one.name)
        for one in known.resources
        if begun.casefold() in f"{one.uri} {one.name}".casefold()
    ]
