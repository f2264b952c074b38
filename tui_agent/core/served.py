"""What servers of tools offer and give, as values; and how a tool's change is told."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tui_agent.core.images import image_in
from tui_agent.core.messages import ToolSpec
from tui_agent.core.servers import digest_of_tool, spelled_tool

if TYPE_CHECKING:
    from tui_agent.core.events import Notice, ServerReported
    from tui_agent.core.ports import Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedTool:
    """One tool of a server."""

    spec: ToolSpec
    """As a model is told of it."""
    own: str
    """As the server calls it."""
    digest: str
    """SHA-256 of description and schema: what a person approves it by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedPrompt:
    """One prompt of a server."""

    name: str
    description: str = ""
    arguments: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedResource:
    """One resource of a server."""

    uri: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """That a call goes to a server, as a person is shown it."""

    server: str
    tool: str
    """As the server calls it."""
    digest: str
    """Of the tool, as it now is."""
    reaches: str = ""
    """What the server may reach, in words."""
    sandbox: str = "none"
    writes: bool = False
    """Whether it may write in the workspace, so that a call of it may change files."""
    changed: str = ""
    """How the tool differs from when it was last allowed, as a diff; empty where it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of what a server gave."""

    kind: str
    """`text`, `image`, `audio`, `link` or `resource`."""
    text: str = ""
    mime: str = ""
    uri: str = ""
    name: str = ""
    data: str = ""
    """Base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a call, a resource or a prompt gave."""

    parts: tuple[Part, ...]
    structured: str = ""
    error: bool = False
    cut: int = 0
    """Characters that were left out."""


class ServerFaultError(Exception):
    """A server that cannot be started, has ended, or does not answer; in words."""


class ToolServers(Protocol):
    """The servers of a session. None is started before `begin`."""

    @property
    def tools(self) -> Mapping[str, Tool]:
        """The tools that are there now, by the names that models know."""
        ...

    @property
    def names(self) -> Sequence[str]:
        """Their plain names."""
        ...

    @property
    def pending(self) -> Sequence[str]:
        """Those that have not yet said what they offer, and have not failed."""
        ...

    def begin(self) -> None:
        """Start them, without waiting."""
        ...

    async def ready(self) -> None:
        """Wait until each has said what it offers, or has failed. Never raises."""
        ...

    def news(self) -> Sequence[ServerReported | Notice]:
        """Give what there is to be recorded since the last time."""
        ...

    async def restart(self, name: str) -> None:
        """End a server, start it again, and wait for it. Raises KeyError for an unknown one."""
        ...

    async def read(self, server: str, uri: str) -> Answer:
        """Read a resource. Raises KeyError, ServerFaultError."""
        ...

    async def prompt(
        self, server: str, name: str, arguments: Mapping[str, str]
    ) -> Sequence[tuple[str, Answer]]:
        """Get a prompt's messages, each with its role. Raises KeyError, ServerFaultError."""
        ...

    async def close(self) -> None:
        """End all of them."""
        ...


def offered_tool(spec: ToolSpec, own: str) -> OfferedTool:
    """Return a tool with its digest."""
    digest = digest_of_tool(spec.description, spec.parameters)
    return OfferedTool(spec=spec, own=own, digest=digest)


def difference(before: ToolSpec, after: ToolSpec) -> str:
    """Return how a tool has changed, as the lines of a diff."""
    from tui_agent.core.patch import diff_text

    old, new = (_lines(spelled_tool(one.description, one.parameters)) for one in (before, after))
    return diff_text(old, new)


def _lines(text: str) -> list[str]:
    return [f"{line}\n" for line in text.rstrip("\n").split("\n")]


MOST_IMAGES = 8
"""Of one answer; a model is shown no more."""


def images_of(answer: Answer) -> Mapping[int, bytes]:
    """Return what of an answer are images that models see, by the places of their parts.

    The bytes decide, not what the server says of them: what a provider refuses once would be in
    every later request, too.
    """
    found: dict[int, bytes] = {}
    for place, part in enumerate(answer.parts):
        data = image_in(part.data) if part.data and len(found) < MOST_IMAGES else None
        if data is not None:
            found[place] = data
    return found


def told(answer: Answer, shown: Container[int] = ()) -> str:
    """Return what a model is told of an answer: its texts, and what else there is in brackets.

    `shown` are the places of the parts that it sees as images.
    """
    lines = [
        _told_part(part, "shown below" if place in shown else "not shown")
        for place, part in enumerate(answer.parts)
    ]
    if answer.structured and not any(part.kind == "text" for part in answer.parts):
        lines.append(answer.structured)
    if answer.cut:
        lines.append(f"[{answer.cut:,} characters more were left out]")
    return "\n".join(line for line in lines if line)


def _told_part(part: Part, how: str) -> str:
    if part.kind == "text":
        return part.text
    if part.kind == "link":
        named = f"{part.name}: " if part.name else ""
        return f"[resource {named}{part.uri}{_mime(part)}]"
    if part.kind == "resource" and part.text:
        return f"[resource {part.uri}{_mime(part)}]\n{part.text}"
    size = len(part.data) * 3 // 4 - part.data[-2:].count("=")
    where = f" {part.uri}" if part.uri else ""
    return f"[{part.kind}{where}{_mime(part)}, {size:,} bytes, {how}]"


def _mime(part: Part) -> str:
    return f", {part.mime}" if part.mime else ""
