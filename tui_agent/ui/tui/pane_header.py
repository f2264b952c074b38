"""A pane's title row: the title, what the pane shows, and the band of the focus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_agent.ui.tui.chrome import RowWidget, Said, spans_of
from tui_agent.ui.tui.paper import BETWEEN, Sheet, Span, cut_middle, cut_spans, width_of

LEAST_LEFT = 16
"""Cells that what a pane shows keeps beside its figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A pane's title row."""

    title: str
    left: tuple[Said, ...] = ()
    right: tuple[Said, ...] = ()
    focused: bool = False


class PaneHeader(RowWidget):
    """A pane's title, what it shows, and the band of the focus."""

    def parts(self, sheet: Sheet) -> tuple[Sequence[Span], Sequence[Span]]:
        """Draw the band from the gutter on; the figures go from the right where it is narrow."""
        header = self._told if isinstance(self._told, Header) else Header(title="")
        band = "selected" if header.focused else self.plane
        edge: Span = (" ", sheet.ink("text", self.plane))
        bar = sheet.glyphs.gutter_focused if header.focused and not sheet.theme.tints else " "
        lead: list[Span] = [edge, (bar, sheet.ink("accent", band))]
        if header.title:
            title = sheet.span(header.title, "accent bold" if header.focused else "text bold", band)
            lead += [title, ("  ", sheet.ink("text", band))]
        room = sheet.width - width_of(lead) - 1
        wanted = min(LEAST_LEFT, width_of(spans_of(header.left, sheet)))
        right = spans_of(_readable(header.right, focused=header.focused), sheet, band)
        while right and wanted + BETWEEN + width_of(right) > room:
            right.pop()
        left_room = room - width_of(right) - (BETWEEN if right else 0)
        said = _fitted(header.left, left_room, sheet.glyphs.cut)
        left = spans_of(_readable(said, focused=header.focused), sheet, band)
        left = cut_spans(left, max(0, left_room), sheet.glyphs.cut)
        gap: Span = (" " * max(0, room - width_of(left) - width_of(right)), sheet.ink("text", band))
        end: Span = (" ", sheet.ink("text", band))
        return [*lead, *left, gap, *right, end], ()


def _fitted(said: Sequence[Said], room: int, mark: str) -> Sequence[Said]:
    """Return a path, which comes as folder and name, cut in its middle: the name stays."""
    if len(said) != len(("folder", "name")) or not said[0][0].endswith("/"):
        return said
    (folder, folder_ink), (name, name_ink) = said
    folder, slash, name = cut_middle(folder + name, room, mark).rpartition("/")
    return [(folder + slash, folder_ink), (name, name_ink)]


def _readable(said: Sequence[Said], *, focused: bool) -> list[Said]:
    """Text-3 never stands on `selected`."""
    if not focused:
        return list(said)
    return [(text, ink.replace("text-3", "text-2")) for text, ink in said]
