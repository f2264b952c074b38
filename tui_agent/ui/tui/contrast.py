"""Which colours must be told apart, and by how much: the WCAG ratios that a theme owes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tui_agent.ui.tui.theme import contrast

PLANES = ("canvas", "surface", "raised")
TINTS = ("added-line", "added-word", "removed-line", "removed-word")
SYNTAX = ("keyword", "string", "function", "type", "number")
BADGES = ("added", "removed", "pending", "warning", "danger", "replay", "accent")
STANDS_ON: Mapping[str, tuple[str, ...]] = {
    "text": (*PLANES, "selected", *TINTS, "absent"),
    "text-2": (*PLANES, "selected"),
    "text-3": PLANES,
    "accent": (*PLANES, "selected"),
    "added": (*PLANES, "added-line"),
    "removed": (*PLANES, "removed-line"),
    "comment": ("canvas", "surface", "added-line", "removed-line"),
    **dict.fromkeys(("pending", "warning", "danger", "replay"), PLANES),
    **dict.fromkeys(SYNTAX, (*PLANES, *TINTS)),
    "on-badge": BADGES,
    "bar": ("canvas",),
}
"""Each role with the backgrounds that it may stand on."""
READABLE, SECONDARY = 4.5, 3.0
LEAST = {"text-3": SECONDARY, "bar": SECONDARY}
"""The ratio of what is not text, or says it a second time; all else is `READABLE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakSpot:
    """A role that is hard to read on one of its backgrounds."""

    role: str
    place: str
    ratio: float


def weak_spots(colours: Mapping[str, str]) -> list[WeakSpot]:
    """Return what is below its least ratio, the worst first; the colours are all `#rrggbb`."""
    return sorted(_below(colours), key=lambda one: one.ratio)


def _below(colours: Mapping[str, str]) -> Iterator[WeakSpot]:
    for role, places in STANDS_ON.items():
        for place in places:
            ratio = contrast(colours[role], colours[place])
            if ratio < LEAST.get(role, READABLE):
                yield WeakSpot(role=role, place=place, ratio=ratio)
