"""Where the panes are: side by side or one at a time, and how wide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui_agent.ui.tui.chrome import NARROW, WIDE

if TYPE_CHECKING:
    from tui_agent.ui.tui.shell import Shell
    from tui_agent.ui.tui.side import Side

SHARE, LEAST, MOST, STEP = 43, 25, 75, 3
"""The conversation's share of the width in per cent, and how far the user may change it."""


class Layout:
    """The sizes of the panes, as the user set them."""

    def __init__(self, shell: Shell, side: Side) -> None:
        """Begin with the shares of the design."""
        self.shell = shell
        self.side = side
        self.share = SHARE
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
        talk.styles.width = talk_cells
        seam = wide and not shell.look.tints
        column.set_class(seam, "seam")
        height = max(1, shell.query_one("#body").size.height - top)
        only = None if wide else (self.page - 1 if self.page else None)
        if wide or self.page:
            room = (width - talk_cells - seam) if wide else width
            self.side.share_out(only=only, height=height, width=room)
