"""What the frame asks of a pane of the right-hand column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from tui_agent.core.state import Session

Said = tuple[str, str]
"""A text, not yet cleaned, and its ink: `("hunk 2 of 4", "text-2")`."""


@runtime_checkable
class Pane(Protocol):
    """A widget of the right-hand column. The frame draws its header; the pane draws the rest."""

    title: str
    """`Changes`; may change with what the pane shows."""
    short_title: str
    """For tabs below 60 columns."""
    key_context: str
    """Whose keys work while it has the focus: see `keymap.CONTEXTS`."""

    def show(self, state: Session) -> None:
        """Draw this state: the same picture, whatever was shown before."""
        ...

    def header(self, *, folded: bool) -> tuple[Sequence[Said], Sequence[Said]]:
        """Return what stands after the title, and at the right end; folded: the one fact."""
        ...

    def tab(self) -> Sequence[Said]:
        """Return the few cells after the title in a tab."""
        ...

    def wanted_rows(self, width: int) -> int:
        """Return the rows that show everything, without the header; 0 where there is nothing."""
        ...

    @property
    def waits(self) -> bool:
        """Whether it waits for the person: then it is unfolded and the others give way."""
        ...

    def act(self, action: str) -> bool:
        """Do what a key means here; return whether it meant anything."""
        ...

    def hints(self) -> Sequence[tuple[str, str]] | None:
        """Return (action or a key of its own, label or empty); None for the keymap's own."""
        ...
