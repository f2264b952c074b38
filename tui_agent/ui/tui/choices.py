"""What the first card and the pickers offer, as wiring finds it."""

from __future__ import annotations

from dataclasses import dataclass

from tui_agent.core.trust import TrustQuestion


class CannotOpenError(Exception):
    """The session cannot be opened; the command line says why once the screen is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFound:
    """A model that could be used at once."""

    model: str
    source: str
    """`ANTHROPIC_API_KEY`, or `Ollama, port 11434`."""
    where: str
    """`in your environment`, `on this machine`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line about this folder."""

    sign: str
    """The name of a glyph: done, waiting, warning."""
    role: str
    name: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRun:
    """All that the first card shows."""

    version: str
    models: tuple[ModelFound, ...] = ()
    looked: str = ""
    """Where nothing was found: `No answer on ports 1234 (LM Studio), …`."""
    folder: tuple[Fact, ...] = ()
    trusted: bool = True
    question: TrustQuestion | None = None
    """What `t` asks about the folder."""
    ring: str = ""
    """The keyring in which a pasted key may be kept; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """One session in the picker."""

    id: str
    day: str
    """`today`, `yesterday`, `12 Nov`."""
    time: str
    title: str
    turns: int = 0
    sign: str = "done"
    role: str = "text-3"
    outcome: str = ""
    added: int = 0
    removed: int = 0
    cost: float | None = None
    origin: str = ""
    """The program that it was imported from."""
    labels: tuple[str, ...] = ()
    found: tuple[str, str, str] | tuple[()] = ()
    """Where a search found the words: what stands before, the match, what stands after."""
    step: int = 0
    """The replay's step of that place."""
    kind: str = ""
    """What stands there: a message, a command, an output."""
