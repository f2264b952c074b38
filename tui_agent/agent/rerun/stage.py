"""Where a re-execution plays: in memory over the record alone, or in a real folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tui_agent.core.replay.divergence import Level

if TYPE_CHECKING:
    from tui_agent.core.gate_means import GateMeans
    from tui_agent.core.ports import Blobs, Runner, Snapshots, Tool, Workspace
    from tui_agent.core.proposal import Mark
    from tui_agent.core.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolbox:
    """Today's tools, as the recorded settings would have them."""

    tools: Mapping[str, Tool]
    withheld: Mapping[str, Tool]
    own: Mapping[str, Tool]


class Ground(Protocol):
    """A real folder that may be changed and thrown away."""

    @property
    def root(self) -> str:
        """Absolute path."""
        ...

    def workspace(self, blobs: Blobs) -> Workspace:
        """Give the files of the folder, read and written for real."""
        ...

    def runner(self, tier: str) -> Runner:
        """Give what runs commands in it; the gate is told the recorded tier."""
        ...

    def snapshots(self) -> Snapshots:
        """Give what records the folder as trees."""
        ...

    async def set_tree(self, tree: str) -> None:
        """Make the folder what a recorded tree holds. Raises KeyError where it is missing."""
        ...

    async def put(self, path: str, data: bytes | None, mode: int | None) -> None:
        """Write a file as a person once did; None takes it away. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """All that a re-execution needs of the world."""

    level: Level
    payload: Callable[[str], bytes]
    """Load a recorded payload. Raises KeyError where it is missing."""
    blobs: Blobs
    """Where new payloads go; they are thrown away."""
    toolbox: Callable[[Settings], Toolbox]
    marks: Callable[[str], tuple[Mark, ...]]
    gate: GateMeans
    """What the gate reads commands with; it keeps no rule anywhere."""
    usual: Settings
    """What counts where the log does not say under which settings it was made."""
    ground: Ground | None = None
    """Only at level `world`."""
    isolate: bool = False
    """Whether each step begins with the recorded tree."""
