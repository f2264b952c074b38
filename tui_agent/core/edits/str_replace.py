"""An edit by quoting: old text that stands in one place, and the new text for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_agent.core.edits import hints
from tui_agent.core.edits.block import CannotShiftError, built
from tui_agent.core.edits.chunks import cannot_shift
from tui_agent.core.edits.contract import EditError, Files, OnStale
from tui_agent.core.edits.guards import check_new_text, encoded, readable
from tui_agent.core.edits.overlay import Overlay
from tui_agent.core.edits.rungs import EDGE_NOTE, NOTES, candidates, is_blank
from tui_agent.core.patch.resolve import Piece
from tui_agent.core.patch.values import FileChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One old text and what comes in its place."""

    old: str
    """Must stand in one place of the file; empty creates or fills an empty file."""
    new: str
    all: bool = False
    """Whether every exact occurrence is meant."""


def str_replace(
    path: str, edits: Sequence[Replacement], files: Files, on_stale: OnStale = "merge"
) -> tuple[FileChange, ...]:
    """Make the replacements one after the other, each in the text that the last one left.

    Raises EditError if any of them is refused; then none is made.
    """
    if not edits:
        raise EditError("malformed", "There is no edit: give at least one old and new text.")
    overlay = Overlay(files, on_stale)
    name = overlay.locate(path)
    for number, edit in enumerate(edits, 1):
        try:
            _make(overlay, name, edit)
        except EditError as error:
            if len(edits) == 1:
                raise
            which = f"Edit {number} of {len(edits)}: "
            raise EditError(error.kind, which + error.message) from None
    return overlay.changes()


def _make(overlay: Overlay, name: str, edit: Replacement) -> None:
    old, new = edit.old.replace("\r\n", "\n"), edit.new.replace("\r\n", "\n")
    if old == new:
        raise EditError("malformed", "Old and new text are the same.")
    check_new_text(name, old.split("\n"), new.split("\n"))
    if old:
        _replace(overlay, name, Replacement(old=old, new=new, all=edit.all))
    else:
        _fill(overlay, name, new)


def _fill(overlay: Overlay, path: str, new: str) -> None:
    if overlay.exists(path) and overlay.text(path).lines:
        raise EditError(
            "malformed", f"The old text is empty, but {path} is not. Quote the text to be replaced."
        )
    text = overlay.text(path) if overlay.exists(path) else readable(path, b"")
    overlay.put(path, encoded(path, text, (new,)))


def _replace(overlay: Overlay, path: str, edit: Replacement) -> None:
    text = overlay.text(path).lf
    if not _replace_exact(overlay, path, text, edit):
        _replace_lines(overlay, path, text, edit)


def _replace_exact(overlay: Overlay, path: str, text: str, edit: Replacement) -> bool:
    """Replace the old text where it stands letter for letter; False where it does not."""
    places = _overlapping(text, edit.old)
    if len(places) > 1 and not edit.all:
        lines = [text.count("\n", 0, at) for at in places]
        raise hints.ambiguous(path, text.split("\n"), lines, "The old text is")
    if places:
        _replace_text(overlay, path, text, edit, places[-1] + len(edit.old))
    return bool(places)


def _replace_text(overlay: Overlay, path: str, text: str, edit: Replacement, end: int) -> None:
    """Replace every occurrence up to ``end``, within the lines that hold them."""
    start = text.find(edit.old)
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    new = text[first:last].replace(edit.old, edit.new)
    lines = new.split("\n")
    at, to = text.count("\n", 0, first), text.count("\n", 0, last) + 1
    result_open = _is_open(text[:first] + new + text[last:])
    if last == len(text) and not result_open:
        lines.pop()
    piece = Piece(start=at, end=min(to, len(overlay.text(path).lines)), lines=tuple(lines))
    overlay.splice(path, (piece,), open_end=result_open)


def _is_open(text: str) -> bool:
    return bool(text) and not text.endswith("\n")


def _overlapping(text: str, old: str) -> list[int]:
    places: list[int] = []
    at = text.find(old)
    while at >= 0:
        places.append(at)
        at = text.find(old, at + 1)
    return places


def _replace_lines(overlay: Overlay, path: str, text: str, edit: Replacement) -> None:
    """Replace whole lines, found on one of the more lenient rungs."""
    file = text.split("\n")
    if not file[-1]:
        file.pop()
    old, new = _as_lines(edit)
    edge = False
    found = candidates(file, old) if old and not edit.all else ()
    if not found and not edit.all:
        shorter_old, shorter_new = _without_edges(old, new)
        if shorter_old and shorter_old != old:
            edge, found = True, candidates(file, shorter_old)
            bare = Replacement(old="\n".join(shorter_old), new="\n".join(shorter_new))
            if not found and _replace_exact(overlay, path, text, bare):
                overlay.note(path, EDGE_NOTE)
                return
            old, new = (shorter_old, shorter_new) if found else (old, new)
    if not found:
        raise hints.no_match(path, file, old, new)
    if len(found) > 1:
        raise hints.ambiguous(path, file, [place.start for place in found])
    place = found[0]
    try:
        block = built(file[place.start : place.end], old, new, place)
    except CannotShiftError as error:
        raise cannot_shift(path, place, str(error)) from None
    notes = [NOTES[place.rung]] * (place.rung != "exact") + [EDGE_NOTE] * edge
    overlay.note(path, *notes)
    piece = Piece(start=place.start, end=place.end, lines=block)
    overlay.splice(path, (piece,), open_end=None)


def _as_lines(edit: Replacement) -> tuple[list[str], list[str]]:
    """Lines of both texts; a newline at the end of the old text is its last line's terminator."""
    old, new = edit.old.split("\n"), edit.new.split("\n")
    if old[-1] == "" and len(old) > 1:
        old.pop()
        if new[-1] == "":
            new.pop()
    return old, new


def _without_edges(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    old, new = list(old), list(new)
    for edge in (0, -1):
        while old and new and is_blank(old[edge]) and is_blank(new[edge]):
            old.pop(edge)
            new.pop(edge)
    return old, new
