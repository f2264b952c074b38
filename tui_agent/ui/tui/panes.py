"""Which panes the right-hand column has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tui_agent.ui.tui.side import Slot
from tui_agent.ui.tui.widgets.approve import ApprovePane
from tui_agent.ui.tui.widgets.changes import ChangesPane
from tui_agent.ui.tui.widgets.output import OutputPane
from tui_agent.ui.tui.widgets.plan import PlanPane


def make_slots(load: Callable[[str], Awaitable[bytes]]) -> list[Slot]:
    """Return plan, changes (or the approval that waits), and output."""
    return [
        Slot(PlanPane(), name="plan"),
        Slot(ChangesPane(load=load), ApprovePane(), name="changes"),
        Slot(OutputPane(load=load), name="output"),
    ]
