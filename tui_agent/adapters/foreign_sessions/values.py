"""A session of another program, as far as ours has a place for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tui_agent.core.messages import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The user said something, and a turn began."""

    ts: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that the model asked for."""

    id: str
    name: str
    """As that program calls it."""
    arguments: str
    """JSON, or whatever the model sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    """The model answered."""

    ts: str
    model: str = ""
    text: str = ""
    thought: str = ""
    calls: tuple[Call, ...] = ()
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A file that a call changed."""

    path: str
    before: str | None = None
    """None: there was none, or it is not known."""
    after: str | None = None
    known: bool = True
    """Whether both sides are known, so that a diff can be shown."""
    added: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a call gave back."""

    ts: str
    call_id: str
    text: str
    ok: bool = True
    exit_code: int | None = None
    rejected: bool = False
    """Whether the user rejected it."""
    feedback: str = ""
    files: tuple[Changed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    """The user stopped the turn."""

    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that happened and that is no message."""

    ts: str
    text: str


Item = Said | Replied | Result | Interrupted | Remark


@dataclass(slots=True, kw_only=True)
class Foreign:
    """A whole session; filled line by line."""

    origin: str
    id: str = ""
    version: str = ""
    cwd: str = ""
    branch: str = ""
    head: str = ""
    model: str = ""
    started: str = ""
    items: list[Item] = field(default_factory=list)
    losses: Counter[str] = field(default_factory=Counter)
    """What could not be taken over: a sentence's end, and how often."""

    @property
    def program(self) -> str:
        """The program with its version."""
        return f"{self.origin} {self.version}".strip()

    def told_losses(self) -> tuple[str, ...]:
        """Return the losses as sentences, the commonest first."""
        return tuple(f"{count:,} × {what}" for what, count in self.losses.most_common())
