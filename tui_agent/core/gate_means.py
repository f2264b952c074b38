"""What the gate asks of the world: commands read, those of before, rules kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui_agent.core.settings import RuleSettings
    from tui_agent.core.shell import Reading


class Classifier(Protocol):
    """Reads a shell command into its words, where it is nothing but plain words."""

    def read(self, text: str) -> Reading:
        """Return the simple commands of `text`, or why it cannot be read. Never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GateMeans:
    """The means of the gate."""

    classifier: Classifier | None = None
    """Without one no command can be read, so that each asks."""
    commands_before: Callable[[], Sequence[str]] = field(default=tuple)
    """Gives the commands of this repository's earlier sessions, the oldest first. Reads files."""
    keep_rule: Callable[[RuleSettings], str] | None = None
    """Writes a rule into the user's settings and says where. Raises OSError, ValueError."""
