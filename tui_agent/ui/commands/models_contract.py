"""What `agent models` and `agent prompts` ask of the program round them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui_agent.core.messages import ModelFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider of models, and whether its key is there."""

    name: str
    variable: str
    """The variable that would hold its key; empty where it needs none."""
    found: bool
    keyless: bool
    default_model: str


class Server(Protocol):
    """A model server that answers on this machine."""

    @property
    def name(self) -> str: ...

    @property
    def base_url(self) -> str: ...

    @property
    def models(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderState:
    """One provider, and how it is."""

    name: str
    usable: bool
    """Whether there is a key, or none is needed."""
    state: str
    """ok, none (no key), key (refused), not_got, failing, unreachable, unknown."""
    ms: int = 0
    said: str = ""
    default: ModelFacts | None = None
    """The model that a user without a choice of their own gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which models meet the needs."""

    chosen: ModelFacts
    """The one that would be used."""
    eligible: tuple[ModelFacts, ...]
    passed_over: tuple[str, ...] = ()
    """Providers that were eligible and do not answer, in sentences."""


class Prompt(Protocol):
    """One prompt, and where it comes from."""

    @property
    def name(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def origin(self) -> str: ...

    @property
    def hash(self) -> str:
        """SHA-256 (hex), as requests in the log name it."""
        ...


class ModelWork(Protocol):
    """The models that could be used."""

    async def providers(self) -> Sequence[ProviderState]:
        """Ask each provider with a key how it is."""
        ...

    async def of(self, provider: str) -> Sequence[ModelFacts]:
        """List a provider's models."""
        ...

    async def by_need(self, words: Sequence[str]) -> Choice:
        """Choose by need. Raises ValueError, NoEligibleModelError, UsageError (no key at all)."""
        ...
