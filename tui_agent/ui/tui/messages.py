"""What panes tell the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui_agent.core.commands import Command
    from tui_agent.core.patch import HunkDecision
    from tui_agent.core.proposal import Decision
    from tui_agent.ui.tui.virtual_lines import VirtualLines


class Clicked(Message):
    """An item of a pane was clicked."""

    def __init__(self, pane: VirtualLines, index: int, row: int) -> None:
        """Name the item, and the row in it."""
        super().__init__()
        self.pane = pane
        self.index = index
        self.row = row

    @property
    def control(self) -> VirtualLines:
        """The pane of the item."""
        return self.pane


class Copied(Message):
    """Text was copied to the clipboard."""

    def __init__(self, text: str) -> None:
        """Take the text."""
        super().__init__()
        self.text = text


class Decided(Message):
    """A person answered an approval request."""

    def __init__(self, request_id: str, decision: Decision) -> None:
        """Take the request and its answer."""
        super().__init__()
        self.request_id = request_id
        self.decision = decision


class Sent(Message):
    """A person asked for something else: any command to the agent."""

    def __init__(self, command: Command) -> None:
        """Take the command."""
        super().__init__()
        self.command = command


class Left(Message):
    """The pane gives the focus back to the prompt."""


class Restated(Message):
    """A pane's header, fact, wanted height or footer may have changed without a new state."""


class Toasted(Message):
    """Something worth one row for four seconds."""

    def __init__(self, text: str, *, role: str = "added", glyph: str = "done") -> None:
        """Take the text, the role of its sign, and the sign's name in `Glyphs`."""
        super().__init__()
        self.text = text
        self.role = role
        self.glyph = glyph


class Drafted(Message):
    """Verdicts on an edit that is still open: nothing is sent before all are given."""

    def __init__(
        self,
        request_id: str,
        decisions: tuple[HunkDecision, ...],
        focused: str = "",
        hunks: tuple[tuple[str, ...], ...] = (),
    ) -> None:
        """Take the request, the verdicts so far, and the run that has the focus.

        `hunks` are the file and the runs of each hunk, where one was split.
        """
        super().__init__()
        self.request_id = request_id
        self.decisions = decisions
        self.focused = focused
        self.hunks = hunks
