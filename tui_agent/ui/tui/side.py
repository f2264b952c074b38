"""The right-hand column: which pane has how many rows, and which one is folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from tui_agent.ui.tui.chrome import Said
from tui_agent.ui.tui.pane import Pane
from tui_agent.ui.tui.pane_header import Header, PaneHeader
from tui_agent.ui.tui.virtual_lines import VirtualLines

if TYPE_CHECKING:
    from tui_agent.core.commands import Command
    from tui_agent.core.state import Session

HEADER, GAP = 1, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one pane would like."""

    rows: int
    """Rows that show everything, without the header."""
    waits: bool = False
    folded: bool = False
    """Whether the user folded it."""
    share: float = 0.5
    """The most of the height that it may take while another could use it."""


def shared_out(wishes: Sequence[Wish], height: int, bias: int = 0) -> list[int]:
    """Return the rows of each pane's body; 0: folded to its header. The last one takes the rest.

    A pane that waits for the person takes everything, and the others give way to it. `bias` rows go
    from the last pane to the one before.
    """
    room = height - (HEADER + GAP) * len(wishes)
    waiting = next((place for place, wish in enumerate(wishes) if wish.waits), None)
    if waiting is not None:
        return [max(1, room) if place == waiting else 0 for place in range(len(wishes))]
    rows: list[int] = []
    left = room
    for place, wish in enumerate(wishes):
        if place == len(wishes) - 1:
            rows.append(max(0, left))
            break
        others = sum(0 if one.folded else max(1, one.rows) for one in wishes[place + 1 :])
        most = max(round(height * wish.share), left - others)
        wanted = 0 if wish.folded else min(max(1, wish.rows), most)
        if place == len(wishes) - 2 and wanted:
            wanted = max(1, wanted + bias)
        wanted = max(0, min(wanted, left))
        rows.append(wanted)
        left -= wanted
    return rows


def _as_pane(widget: Widget) -> Pane:
    if not isinstance(widget, Pane):
        raise TypeError(f"{type(widget).__name__} is no pane.")
    return widget


class Slot(Vertical):
    """A pane with its header."""

    DEFAULT_CSS = "Slot { height: auto; width: 1fr; } Slot > .pane { height: 1fr; }"

    def __init__(self, *panes: Widget, name: str) -> None:
        """Hold panes that take turns in one place; the last one that waits is shown."""
        super().__init__(id=f"slot-{name}")
        self.header = PaneHeader()
        self.widgets = panes
        self.panes = tuple(_as_pane(pane) for pane in panes)
        self.place = 0
        """Which one is shown."""

    def compose(self) -> ComposeResult:
        """Put the header above the panes."""
        yield self.header
        for place, widget in enumerate(self.widgets):
            widget.add_class("pane")
            widget.display = place == self.place
            yield widget

    @property
    def pane(self) -> Pane:
        """The pane that is shown."""
        return self.panes[self.place]

    @property
    def shown(self) -> Widget:
        """The widget of that pane."""
        return self.widgets[self.place]

    def choose(self) -> bool:
        """Show the pane that waits, else the first one; return whether that is another one."""
        chosen = next((place for place, pane in enumerate(self.panes) if place and pane.waits), 0)
        if chosen == self.place:
            return False
        self.shown.display = False
        self.place = chosen
        self.shown.display = True
        return True

    def stand_on(self, plane: str) -> None:
        """Draw the panes on another plane."""
        self.header.plane = plane
        for widget in self.widgets:
            if isinstance(widget, VirtualLines) and widget.plane != plane:
                widget.plane = plane
                widget.redraw()

    def tell(self, *, folded: bool, titled: bool) -> None:
        """Draw the header."""
        left, right = self.pane.header(folded=folded)
        title = self.pane.title if titled else ""
        said: tuple[Said, ...] = tuple(left)
        focused = self.shown.has_focus_within and titled
        self.header.tell(Header(title=title, left=said, right=tuple(right), focused=focused))


class Side(Vertical):
    """Plan, the middle pane, Output: one below the other, or one at a time."""

    DEFAULT_CSS = "Side { height: 1fr; width: 1fr; }"

    def __init__(self, slots: Sequence[Slot]) -> None:
        """Hold the slots, from top to bottom."""
        super().__init__(id="side")
        self.slots = tuple(slots)
        self.folded: set[str] = set()
        """Ids of slots that the user folded."""
        self.bias = 0

    def compose(self) -> ComposeResult:
        """Put them one below the other."""
        yield from self.slots

    def panes(self) -> Iterator[Pane]:
        """Give the panes that are shown."""
        for slot in self.slots:
            yield slot.pane

    def show(self, state: Session) -> None:
        """Let every pane draw the state, the hidden ones too: they know whether they wait."""
        for slot in self.slots:
            for pane in slot.panes:
                pane.show(state)
            slot.choose()

    def unsaid(self) -> Iterator[Command]:
        """Give what the panes have still to tell before somebody leaves."""
        for slot in self.slots:
            for pane in slot.panes:
                yield from getattr(pane, "unsaid", tuple)()

    def share_out(self, *, only: int | None, height: int, width: int) -> None:
        """Give each pane its rows; with `only`, one has all of them and the others are hidden."""
        if only is not None:
            self._one(only, height)
            return
        wishes = [
            Wish(
                rows=slot.pane.wanted_rows(width),
                waits=slot.pane.waits,
                folded=slot.id in self.folded,
                share=0.34 if place == 0 else 0.5,
            )
            for place, slot in enumerate(self.slots)
        ]
        for slot, rows in zip(self.slots, shared_out(wishes, height, self.bias), strict=True):
            slot.display = True
            slot.stand_on("surface")
            slot.shown.display = rows > 0
            slot.styles.height = HEADER + rows
            slot.styles.margin = (0, 0, GAP, 0)
            slot.tell(folded=rows == 0, titled=True)

    def _one(self, only: int, height: int) -> None:
        for place, slot in enumerate(self.slots):
            slot.display = place == only
            if place == only:
                slot.stand_on("canvas")
                slot.shown.display = True
                slot.styles.height = height
                slot.styles.margin = 0
                slot.tell(folded=False, titled=False)
