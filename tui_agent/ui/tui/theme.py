"""How a theme file becomes the styles that strips are drawn with."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from rich.color import Color
from rich.style import Style

BUILT_IN = ("dark", "light", "high-contrast", "ansi16", "mono")
TRUE_COLOUR, COLOURS_256 = "truecolor", "256"

_ATTRIBUTES = frozenset({"bold", "italic", "underline", "strike", "reverse", "dim"})
_CUBE = (0, 95, 135, 175, 215, 255)
_FIRST_GREY, _GREYS, _FIRST_CUBE = 232, 24, 16
_LINEAR = 0.04045
_HIGH_CONTRAST_UNDERLINE = "high-contrast"


class ThemeError(ValueError):
    """A theme file cannot be used; the message names it and what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours of the screen by their role, and how far they may be relied on."""

    name: str
    dark: bool
    tints: bool
    """Whether the planes differ; without, the seam and overlays' frames are drawn."""
    fade: float
    colours: Mapping[str, str]
    depth: str = TRUE_COLOUR
    _styles: dict[tuple[str, str], Style] = field(default_factory=dict, compare=False, repr=False)

    @property
    def native(self) -> bool:
        """Whether the terminal's own colours are used."""
        return not self.colours["canvas"].startswith("#")

    @property
    def underlines_words(self) -> bool:
        """Whether changed words are underlined besides their tint."""
        return self.name == _HIGH_CONTRAST_UNDERLINE

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


_CSS_NAMES = {
    "blue": "ansi_blue",
    "green": "ansi_green",
    "red": "ansi_red",
    "yellow": "ansi_yellow",
    "magenta": "ansi_magenta",
    "dim": "ansi_bright_black",
}


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


def load_theme(path: Path, depth: str = TRUE_COLOUR) -> Theme:
    """Read a theme file. Raises ThemeError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return _theme(data, depth)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ThemeError(f"{path.name}: {error}") from error


def _theme(data: dict[str, Any], depth: str) -> Theme:
    colours: dict[str, str] = dict(data["colors"])
    if depth == COLOURS_256:
        colours |= data.get("colors-256", {})
    return Theme(
        name=data["name"],
        dark=bool(data["dark"]),
        tints=bool(data["tints"]),
        fade=float(data.get("fade", 0.28)),
        colours=colours,
        depth=depth,
    )


def colour_depth(environ: Mapping[str, str]) -> str:
    """Return how many colours the terminal says it has."""
    if environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return TRUE_COLOUR
    return COLOURS_256


def choose_theme(setting: str = "dark", environ: Mapping[str, str] = os.environ) -> Theme:
    """Load the theme that a setting names, a built-in one or a path, as the terminal can show it.

    Raises ThemeError.
    """
    if setting == "ansi":
        setting = "ansi16"
    if "NO_COLOR" in environ:
        setting = "mono"
    elif setting == "dark" and environ.get("TERM", "") in {"linux", "xterm-16color", "ansi"}:
        setting = "ansi16"
    path = theme_folder() / f"{setting}.toml" if setting in BUILT_IN else Path(setting)
    return load_theme(path.expanduser(), colour_depth(environ))
