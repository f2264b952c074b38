"""How a theme becomes the styles that strips are drawn with, and which theme is drawn with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as Shade
from textual.filter import LineFilter

from tui_agent.ui.tui.theme_file import SIXTEEN, read_table

BUILT_IN = ("dark", "light", "high-contrast", "ansi16", "mono")
Depth = Literal["truecolor", "256"]
TRUE_COLOUR: Final = "truecolor"
COLOURS_256: Final = "256"

_ATTRIBUTES = frozenset({"bold", "italic", "underline", "strike", "reverse", "dim"})
_CUBE = (0, 95, 135, 175, 215, 255)
_FIRST_GREY, _GREYS, _FIRST_CUBE = 232, 24, 16
_LINEAR = 0.04045
_SIXTEEN_COLOURS = frozenset({"linux", "xterm-16color", "xterm-color", "ansi", "cygwin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours of the screen by their role, and how far they may be relied on."""

    name: str
    dark: bool
    tints: bool
    """Whether the planes differ; without, the seam and overlays' frames are drawn."""
    fade: float
    colours: Mapping[str, str]
    depth: Depth = TRUE_COLOUR
    underlines_words: bool = False
    """Whether changed words are underlined besides their tint."""
    _styles: dict[tuple[str, str], Style] = field(default_factory=dict, compare=False, repr=False)

    @property
    def native(self) -> bool:
        """Whether the terminal's own colours are used."""
        return not self.colours["canvas"].startswith("#")

    @property
    def over(self) -> str:
        """The plane of what lies over the screen; on a reversed one no line would stand out."""
        return "surface" if self.colours["raised"] in _ATTRIBUTES else "raised"

    def ink(self, what: str = "text", on: str = "") -> Style:
        """Return the style for `what`, a role with attributes (`accent bold`), on a role's plane.

        Without `on` the background is left as it is. Raises KeyError for an unknown role.
        """
        style = self._styles.get((what, on))
        if style is None:
            style = self._styles[what, on] = self._mixed(what, on)
        return style

    def faded(self, what: str, on: str) -> Style:
        """Return the style for code that did not change: mixed towards its background."""
        role, *rest = what.split()
        front, back = self.colours[role], self.colours[on]
        # A comment is dim already, and must stay readable.
        amount = self.fade if role not in {"comment", "text-3"} else min(self.fade, 0.1)
        if amount == 0 or not (front.startswith("#") and back.startswith("#")):
            return self.ink(what, on)
        colour = _blend(front, back, amount)
        return self.ink(" ".join(("text", *rest)), on) + Style(color=self._colour(colour))

    def _mixed(self, what: str, on: str) -> Style:
        words = what.split()
        marks = {word for word in words if word in _ATTRIBUTES}
        front = ""
        for role in (word for word in words if word not in _ATTRIBUTES):
            front, more = _parted(self.colours[role])
            marks |= more
        back, more = _parted(self.colours[on]) if on else ("", frozenset())
        marks |= more
        return Style(
            color=self._colour(front) if front else None,
            bgcolor=self._colour(back) if back else None,
            bold="bold" in marks or None,
            italic="italic" in marks or None,
            underline="underline" in marks or None,
            strike="strike" in marks or None,
            reverse="reverse" in marks or None,
            dim="dim" in marks or None,
        )

    def _colour(self, value: str) -> Color:
        if value.startswith("#") and self.depth == COLOURS_256:
            return Color.from_ansi(nearest_256(value))
        return Color.parse(value)

    def css(self) -> dict[str, str]:
        """Return the colours as variables for style sheets."""
        return {
            name: value if value.startswith("#") else _CSS_NAMES.get(value, "ansi_default")
            for name, value in self.colours.items()
        }


_CSS_NAMES = {name: f"ansi_{name}" for name in SIXTEEN}
"""What is dim is no colour: the bright black of many terminals is their background."""


def _parted(value: str) -> tuple[str, frozenset[str]]:
    """Split `default`, `#rrggbb`, `blue`, `dim` or `reverse` into a colour and attributes."""
    return ("default", frozenset({value})) if value in _ATTRIBUTES else (value, frozenset())


def _channels(value: str) -> tuple[int, int, int]:
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


def _blend(front: str, back: str, amount: float) -> str:
    pairs = zip(_channels(front), _channels(back), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * amount):02x}" for a, b in pairs)


def _cube() -> list[tuple[int, tuple[int, int, int]]]:
    steps = range(len(_CUBE))
    colours = [(_CUBE[r], _CUBE[g], _CUBE[b]) for r in steps for g in steps for b in steps]
    greys = [(8 + 10 * index,) * 3 for index in range(_GREYS)]
    found: list[tuple[int, tuple[int, int, int]]] = list(enumerate(colours, _FIRST_CUBE))
    return found + [(_FIRST_GREY + n, (g[0], g[1], g[2])) for n, g in enumerate(greys)]


@cache
def nearest_256(value: str) -> int:
    """Return the number of the fixed one of the 256 colours that is nearest to `#rrggbb`."""
    wanted = _channels(value)

    def distance(entry: tuple[int, tuple[int, int, int]]) -> int:
        return sum((a - b) ** 2 for a, b in zip(wanted, entry[1], strict=True))

    return min(_cube(), key=distance)[0]


@lru_cache(4096)
def in_256(style: Style) -> Style:
    """Return a style whose colours are numbers of the 256.

    A terminal of so many gets them from us: what rounds them elsewhere, rounds light greys wrong.
    """
    front, back = (
        Color.from_ansi(nearest_256(colour.triplet.hex)) if colour and colour.triplet else None
        for colour in (style.color, style.bgcolor)
    )
    return style + Style(color=front, bgcolor=back) if front or back else style


class Exact256(LineFilter):
    """Stands behind every widget where there are 256 colours: what style sheets draw, too."""

    def apply(self, segments: list[Segment], background: Shade) -> list[Segment]:
        """Replace each colour by its number."""
        del background
        return [
            Segment(text, in_256(style) if style is not None else None, control)
            for text, style, control in segments
        ]


def shown_colours(look: Theme) -> dict[str, str]:
    """Return the colours, all `#rrggbb`, as a terminal of this depth shows them."""
    if look.depth != COLOURS_256:
        return dict(look.colours)
    of_number = dict(_cube())
    numbers = {role: of_number[nearest_256(value)] for role, value in look.colours.items()}
    return {
        role: f"#{red:02x}{green:02x}{blue:02x}" for role, (red, green, blue) in numbers.items()
    }


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2 contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(value: str) -> float:
    parts = [channel / 255 for channel in _channels(value)]
    red, green, blue = (c / 12.92 if c <= _LINEAR else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def theme_folder() -> Path:
    """Return where the built-in themes are: in the package, or beside it in a checkout."""
    package = Path(__file__).parents[2]
    inside = package / "themes"
    return inside if inside.is_dir() else package.parent / "themes"


def load_theme(path: Path, depth: Depth = TRUE_COLOUR) -> Theme:
    """Read a theme file. Raises ThemeError."""
    table = read_table(path, theme_folder())
    few = table.colours_256 if depth == COLOURS_256 else {}
    return Theme(
        name=table.name,
        dark=table.dark,
        tints=table.tints,
        fade=table.fade,
        colours={**table.colours, **few},
        depth=depth,
        underlines_words=table.underline,
    )


def colour_depth(environ: Mapping[str, str]) -> Depth:
    """Return how many colours the terminal says it has."""
    if environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return TRUE_COLOUR
    return COLOURS_256


def choose_theme(
    setting: str = "dark",
    environ: Mapping[str, str] = os.environ,
    own: Path | None = None,
) -> Theme:
    """Load the theme that a setting names, as the terminal can show it.

    Raises ThemeError.
    """
    terminal = environ.get("TERM", "")
    if "NO_COLOR" in environ or terminal.startswith("vt"):
        setting = "mono"
    elif setting == "dark" and terminal in _SIXTEEN_COLOURS:
        setting = "ansi16"
    return load_theme(theme_path(setting, own), colour_depth(environ))


def theme_path(setting: str, own: Path | None = None) -> Path:
    """Return the file of a theme: a built-in one, one of the folder `own`, or a path."""
    name = "ansi16" if setting == "ansi" else setting
    if name in BUILT_IN:
        return theme_folder() / f"{name}.toml"
    if own is not None and "/" not in name and not name.endswith(".toml"):
        return own / f"{name}.toml"
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)  # The home of somebody who is not known: there is no such file.


def theme_names(own: Path | None = None) -> list[str]:
    """Return the themes by name: the built-in ones, then those in the folder `own`."""
    found = sorted(one.stem for one in own.glob("*.toml")) if own is not None else []
    return [*BUILT_IN, *(name for name in found if name not in BUILT_IN)]
