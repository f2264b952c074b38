"""The row of a replay that says where it is: the step, the turn, the time, the speed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_agent.core.state.stops import Stop
from tui_agent.ui.tui.chrome import RowWidget
from tui_agent.ui.tui.paper import Sheet, Span, cut_spans, width_of
from tui_agent.ui.tui.widgets.timeline import SIGNS

ROOMY, NARROW = 100, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the row says."""

    stop: Stop | None = None
    total: int = 0
    turns: int = 0
    playing: bool = False
    speed: float = 1.0
    waits_as_it_was: bool = False
    filter: str = ""
    said: str = ""
    """A sentence that takes the place of the step's own for a moment."""
    facts: str = ""
    """Cost and time up to here, where somebody asked for them."""


class ReplayBar(RowWidget):
    """Stands where the prompt stands in a live session."""

    plane = "raised"

    def parts(self, sheet: Sheet) -> tuple[Sequence[Span], Sequence[Span]]:
        """Say what the step is at the left, and where it is at the right."""
        place = self._told if isinstance(self._told, Place) else Place()
        right = self._right(sheet, place)
        left = [sheet.span(" "), *self._left(sheet, place)]
        room = sheet.width - width_of(right) - 2
        return cut_spans(left, max(0, room), sheet.glyphs.cut), right

    def _left(self, sheet: Sheet, place: Place) -> list[Span]:
        if place.said:
            return [sheet.span(place.said, "text")]
        stop = place.stop
        if stop is None:
            return [sheet.span("This session has no steps.", "text-2")]
        name, ink = SIGNS[stop.mark]
        sign = str(getattr(sheet.glyphs, name))
        words = place.facts or stop.text
        return [
            (sign, sheet.ink(ink)),
            sheet.span(f" {stop.title}", "text bold"),
            sheet.span(f"  {words}", "text-2"),
        ]

    def _right(self, sheet: Sheet, place: Place) -> list[Span]:
        stop = place.stop
        if stop is None:
            return []
        groups: list[list[Span]] = []
        if sheet.width >= ROOMY:
            state = "playing" if place.playing else "paused"
            only = f", only {place.filter}s" if place.filter else ""
            groups.append([sheet.span(state + only, "text-3")])
        step = [sheet.span("step ", "text-3")] if sheet.width >= NARROW else []
        groups.append(
            [
                *step,
                sheet.span(f"{stop.number}", "text bold"),
                sheet.span(f" of {place.total}", "text-3"),
            ]
        )
        if sheet.width >= NARROW:
            groups.append(
                [
                    sheet.span("turn ", "text-3"),
                    sheet.span(f"{stop.turn}", "text bold"),
                    sheet.span(f" of {place.turns}", "text-3"),
                ]
            )
        if sheet.width >= ROOMY:
            groups.append([sheet.span(stop.ts[11:19], "text-2")])
            idle = " real time" if place.waits_as_it_was else ""
            times = "x" if sheet.glyphs.ascii_only else "×"
            groups.append([sheet.span(f"{place.speed:g}{times}{idle}", "text-2")])
        spans: list[Span] = []
        for group in groups:
            spans += [sheet.span("   "), *group] if spans else group
        return [*spans, sheet.span(" ")]
