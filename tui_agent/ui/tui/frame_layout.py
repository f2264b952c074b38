"""Where the panes are: side by side or one at a time, and how wide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Region

from tui_agent.ui.tui.chrome import NARROW, WIDE

if TYPE_CHECKING:
    from tui_agent.ui.tui.shell import Shell
    from tui_agent.ui.tui.side import Side

PROMPT, TALK = 0, 1
"""Stops of F6; the slots of the column come after them."""
SHARE, LEAST, MOST, STEP = 43, 25, 75, 3
"""The conversation's share of the width in per cent, and how far the user may change it."""


class Layout:
    """The sizes of the panes, as the user set them."""

    def __init__(self, shell: Shell, side: Side) -> None:
        """Begin with the shares of the design."""
        self.shell = shell
        self.side = side
        self.share = SHARE
        self._held = ""
        """What the mouse drags: `seam`, `header`, or nothing."""
        self.page = 0
        """Which tab is shown where there is room for one: 0 is the conversation."""

    def restore(self, kept: Mapping[str, int]) -> None:
        """Take the sizes as they were left."""
        self.share = max(LEAST, min(MOST, kept.get("share", SHARE)))
        self.side.bias = kept.get("bias", 0)

    def resize(self, *, share: int = 0, bias: int = 0) -> None:
        """Change the sizes, and keep them for the next time."""
        self.share = max(LEAST, min(MOST, self.share + share))
        self.side.bias += bias
        self.arrange()
        self._keep()

    def next_stop(self, here: int, step: int) -> int:
        """Return the stop after this one (with -1, before it): panes that show something only.

        Side by side, a pane that waits leaves the others their headers alone.
        """
        slots = self.side.slots
        alone = self.shell.size.width >= WIDE and any(slot.pane.waits for slot in slots)
        for _ in (PROMPT, TALK, *slots):
            here = (here + step) % (len(slots) + TALK + 1)
            if here <= TALK:
                return here
            pane = slots[here - TALK - 1].pane
            if pane.waits or (not alone and pane.wanted_rows(60)):
                return here
        return PROMPT

    # The mouse

    def grab(self, event: events.Event) -> bool:
        """Drag what stands between two panes; return whether this event was for that."""
        if isinstance(event, events.MouseDown) and event.button == 1:
            self._held = self._edge_at(event.screen_x, event.screen_y)
        elif isinstance(event, events.MouseUp):
            held, self._held = self._held, ""
            self._keep()
            return bool(held)
        elif isinstance(event, events.MouseMove) and self._held:
            self._drag(event)
        return bool(self._held)

    def _edge_at(self, x: int, y: int) -> str:
        if self.shell.size.width < WIDE or len(self.shell.screen_stack) > 1:
            return ""
        column = self.shell.query_one("#column").region
        if x == column.x - 1 and column.y <= y < column.bottom:
            return "seam"
        return "header" if self._last_header().contains(x, y) else ""

    def _last_header(self) -> Region:
        """Return where the header of the lowest pane is: the rows above it are the next one's."""
        return self.side.slots[-1].header.region

    def _drag(self, event: events.MouseMove) -> None:
        if self._held == "seam":
            share = round(100 * (event.screen_x + 1) / self.shell.size.width)
            self.share = max(LEAST, min(MOST, share))
        else:
            rows = self.shell.size.height
            bias = self.side.bias + event.screen_y - self._last_header().y
            self.side.bias = max(-rows, min(rows, bias))
        self.arrange()

    def _keep(self) -> None:
        if self.shell.doors.keep_layout is not None:
            self.shell.doors.keep_layout({"share": self.share, "bias": self.side.bias})

    def arrange(self) -> None:
        """Put everything in its place for the present size."""
        shell = self.shell
        width = shell.size.width
        wide = width >= WIDE
        talk, column = shell.query_one("#talk"), shell.query_one("#column")
        talk.display = wide or self.page == 0
        column.display = wide or self.page != 0
        shell.query_one("#tabs").display = not wide
        top = 1 if wide else 0
        air = 1 if width >= NARROW else 0
        talk.styles.padding = (air, 0, air, 0)
        column.styles.padding = (top, 0, 0, 0)
        talk_cells = round(width * self.share / 100) if wide else width
        seam = wide and not shell.look.tints
        # The seam stands in the conversation's last column: the panes are as wide as without.
        talk.styles.width = talk_cells - seam
        column.set_class(seam, "seam")
        column.set_class(seam and shell.glyphs.ascii_only, "ascii")
        height = max(1, shell.query_one("#body").size.height - top)
        only = None if wide else (self.page - 1 if self.page else None)
        if wide or self.page:
            room = width - talk_cells if wide else width
            self.side.share_out(only=only, height=height, width=room)
