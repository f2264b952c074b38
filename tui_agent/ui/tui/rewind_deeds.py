"""Going back on the screen: where to, what of it, and the diff before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_agent.core.commands import Rewind
from tui_agent.core.undo import RewindPoint, rewind_points, since
from tui_agent.ui.rewind_words import WHAT, rewind_wish, since_lines
from tui_agent.ui.tui.palette import pick
from tui_agent.ui.tui.picker import Choice

if TYPE_CHECKING:
    from tui_agent.ui.tui.deeds import Deeds

MOST_POINTS = 200

_WHAT = (
    ("both", "Conversation and files", "The diff is shown first; lines that you wrote stay."),
    ("conversation", "The conversation alone", "The files stay as they are."),
    ("files", "The files alone", "The conversation goes on, and the model is told."),
)


def open_rewind(deeds: Deeds, rest: str = "") -> bool:
    """Let a person choose a place to go back to; `rest` may name it already."""
    state = deeds.frame.state
    if state.main.turn is not None:
        deeds.toast("A turn is open: answer what waits, let it end, or stop it with Esc.", bad=True)
        return True
    if rest:
        _typed(deeds, rest)
        return True
    points = rewind_points(state.main)[:MOST_POINTS]
    if not points:
        deeds.toast("There is nothing to go back to yet.", bad=True)
        return True
    by_name = {point.name: point for point in points}
    choices = [
        Choice(
            value=point.name,
            label=f"{point.name:<5} {point.text}"[:WIDEST],
            notes=tuple(
                (line, "text-2") for line in (point.place, *since_lines(since(state, point.to_seq)))
            ),
        )
        for point in points
    ]
    pick(
        deeds.shell, "places", choices, lambda name: _ask_what(deeds, by_name[name]), "go back here"
    )
    return True


WIDEST = 64
"""Cells of a place's line."""


def _ask_what(deeds: Deeds, point: RewindPoint) -> None:
    happened = tuple(since_lines(since(deeds.frame.state, point.to_seq)))
    choices = [
        Choice(
            value=name,
            label=label,
            group=point.place,
            notes=((detail, "text-2"), *((line, "text-3") for line in happened)),
        )
        for name, label, detail in _WHAT
    ]

    def taken(name: str) -> None:
        conversation, files = WHAT[name]
        wish = Rewind(to_seq=point.to_seq, conversation=conversation, files=files)
        _go(deeds, point, wish)

    pick(deeds.shell, "ways", choices, taken, "go back")


def _typed(deeds: Deeds, rest: str) -> None:
    try:
        point, wish = rewind_wish(deeds.frame.state, rest)
    except ValueError as error:
        deeds.toast(str(error), bad=True)
        return
    _go(deeds, point, wish)


def _go(deeds: Deeds, point: RewindPoint, wish: Rewind) -> None:
    deeds.client.send(wish)
    deeds.say_again = point.said if wish.conversation else ""
    deeds.frame.transcript.go_to_end()
