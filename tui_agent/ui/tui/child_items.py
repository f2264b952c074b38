"""How a child agent stands on the screen: its figures on its call's line, and its own heading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_agent.core.agents import counted, name_of
from tui_agent.core.state import Agent, Session
from tui_agent.ui.tui.paper import Row, Sheet, Span, make_row

ROOMY = 60
"""Columns from which there is room for a child's steps and cost while it works."""

Said = tuple[str, str]
"""Words and the ink they are written in."""


@dataclass(frozen=True, slots=True)
class ChildHead:
    """The first line of a child's own transcript: who it is, how it stands, the way back."""

    name: str
    parent: str
    said: tuple[Said, ...]
    focusable: bool = False

    def height_hint(self, _width: int) -> int:
        """One line."""
        return 1

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw the line."""
        left: list[Span] = [
            (" ", sheet.ink()),
            sheet.span(f"{sheet.glyphs.folded} ", "accent"),
            sheet.span(self.name, "text bold"),
        ]
        if sheet.width >= ROOMY:
            left.append(sheet.span(f"  asked by {self.parent}", "text-3"))
        right: list[Span] = []
        for words, ink in self.said:
            right += [sheet.span(words, ink), ("  ", sheet.ink())]
        right += [sheet.span("Esc", "text-2"), sheet.span(" back ", "text-3")]
        return [make_row(sheet, left, right, start=3)]


def standing_of(state: Session, child: Agent) -> tuple[Said, ...]:
    """Say how a child stands: it waits, works or has ended; its steps and its cost."""
    if not child.turns:
        return (("waits for its turn", "text-3"),)
    turn = child.turns[-1]
    if child.id in {one.agent_id for one in state.waiting.values()}:
        return (("waits for you", "pending"), (counted(turn), "text-3"))
    if turn.ended is None:
        return (("working", "accent"), (counted(turn), "text-3"))
    reason = turn.ended.reason
    ink = "text-3" if reason == "done" else "removed"
    return ((reason.replace("_", " "), ink), (counted(turn), "text-3"))


def head_of(state: Session, child: Agent) -> ChildHead:
    """Return the heading of a child's own transcript."""
    above = state.agents.get(child.parent)
    parent = name_of(above) if above is not None else child.parent
    return ChildHead(name_of(child), parent, standing_of(state, child))
