"""What is said beside the conversation: for four seconds, or until it is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui_agent.ui.tui.chrome import Said
from tui_agent.ui.tui.notice_rows import BannerRow, Notice, ToastRow

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui_agent.core.state import Session
    from tui_agent.ui.tui.shell import Shell

CHANGED_UNDER = (
    "A file changed under the review. Nothing was written; hunks that are no longer "
    "what you decided about ask again."
)
TOAST_SECONDS = 4.0
ROWS_BELOW = 3
"""Activity, footer, and a blank one; the prompt comes to them."""


class Notices:
    """The toast and the banner of the frame."""

    def __init__(self, shell: Shell) -> None:
        """Begin with neither."""
        self.shell = shell
        self._row: ToastRow | None = None
        self._timer: Timer | None = None
        self._halted = False
        self._changed = ""
        """The request that asks again because a file changed, while the banner says so."""

    def toast(self, text: str, *, role: str = "added", sign: str = "done") -> None:
        """Say something for four seconds, above the activity row at the right."""
        if self._row is None:
            self._row = ToastRow(id="toast")
            self.shell.screen_stack[0].mount(self._row)  # an overlay would take it away with it
        row = self._row
        row.tell(Notice(text=text, sign=sign, role=role))
        width = min(self.shell.size.width - 2, cell_len(text) + 5)
        row.styles.width = width
        below = ROWS_BELOW + max(1, self.shell.prompt.size.height)
        row.styles.margin = (0, 0, below, max(0, self.shell.size.width - width - 1))
        row.display = True
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.shell.set_timer(TOAST_SECONDS, self._end, name="toast")

    def _end(self) -> None:
        self._timer = None
        if self._row is not None:
            self._row.display = False

    def banner(self, text: str, *, level: str = "warning", hints: tuple[Said, ...] = ()) -> None:
        """Say something until `mended`."""
        sign, role = ("prompt", "accent") if level == "info" else ("warning", "warning")
        row = self.shell.query_one("#banner", BannerRow)
        row.tell(Notice(text=text, sign=sign, role=role, hints=hints, danger=level == "danger"))
        row.display = True

    def tell_changed(self, state: Session) -> None:
        """Say so for as long as hunks are asked again because their file changed.

        What was said of a log that could not be written ends once the session goes on.
        """
        waiting = (state.call(one) for one in state.waiting.values())
        asked = next((call.request_id for call in waiting if call.asked_before), "")
        if asked and asked != self._changed:
            self.banner(CHANGED_UNDER)
        elif (self._changed and not asked) or (self._halted and not state.halted):
            self.mended()
        self._changed, self._halted = asked, state.halted

    def mended(self) -> None:
        """Take the banner away."""
        self.shell.query_one("#banner").display = False
