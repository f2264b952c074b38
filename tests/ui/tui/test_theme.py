"""Themes are data; what they promise about contrast is computed again from their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui_agent.ui.tui.contrast import PLANES, weak_spots
from tui_agent.ui.tui.glyphs import ASCII, UNICODE, choose_glyphs
from tui_agent.ui.tui.keyed_app import KeyedApp
from tui_agent.ui.tui.theme import (
    BUILT_IN,
    COLOURS_256,
    TRUE_COLOUR,
    Depth,
    Theme,
    choose_theme,
    contrast,
    load_theme,
    nearest_256,
    shown_colours,
    theme_folder,
)
from tui_agent.ui.tui.theme_file import ThemeError, read_table

NAMES = ("dark", "light", "high-contrast")
COLOURED: list[tuple[str, Depth]] = [(name, TRUE_COLOUR) for name in NAMES]
COLOURED += [(name, COLOURS_256) for name in NAMES]


def theme(name: str, depth: Depth = TRUE_COLOUR) -> Theme:
    return load_theme(theme_folder() / f"{name}.toml", depth)


@pytest.mark.parametrize(("name", "depth"), COLOURED)
def test_every_colour_is_readable_on_every_background_it_may_stand_on(
    name: str, depth: Depth
) -> None:
    weak = weak_spots(shown_colours(theme(name, depth)))
    assert {f"{one.role} on {one.place}": round(one.ratio, 2) for one in weak} == {}


@pytest.mark.parametrize("name", ["dark", "light", "high-contrast"])
def test_what_a_theme_says_for_256_colours_is_shown_as_it_stands(name: str) -> None:
    few = read_table(theme_folder() / f"{name}.toml", theme_folder()).colours_256
    shown = shown_colours(theme(name, COLOURS_256))
    assert {role: shown[role] for role in few} == few


def test_a_weak_colour_is_found() -> None:
    colours = {**theme("dark").colours, "text": "#202020"}
    worst = weak_spots(colours)[0]
    assert (worst.role, worst.ratio < 1.5) == ("text", True)


def test_high_contrast_has_more_than_seven_to_one_on_its_planes() -> None:
    colours = theme("high-contrast").colours
    roles = ("text", "text-2", "text-3", "accent", "added", "removed", "pending", "warning")
    assert min(contrast(colours[r], colours[p]) for r in roles for p in PLANES) >= 7


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_theme_names_the_same_roles(name: str) -> None:
    assert theme(name).colours.keys() == theme("dark").colours.keys()


def test_contrast_is_that_of_the_guidelines() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def test_exact_colours_of_the_256_keep_their_number() -> None:
    assert [nearest_256(value) for value in ("#121212", "#b2b2b2", "#e4e4e4", "#87d7ff")] == [
        233,
        249,
        254,
        117,
    ]


def test_a_terminal_that_says_nothing_gets_256_colours() -> None:
    chosen = choose_theme("dark", {"TERM": "screen-256color"})
    assert chosen.depth == COLOURS_256
    assert chosen.ink("accent").color is not None
    assert str(chosen.ink("accent").color.number) == "117"  # type: ignore[union-attr]


def test_no_color_means_no_colour() -> None:
    chosen = choose_theme("light", {"NO_COLOR": "", "COLORTERM": "truecolor"})
    assert {str(v) for v in chosen.colours.values()} <= {"default", "dim", "reverse"}


def test_a_theme_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\n')
    with pytest.raises(ThemeError, match=r"mine\.toml"):
        choose_theme(str(file), {})


def test_signs_are_ascii_where_the_terminal_shows_no_others() -> None:
    assert choose_glyphs("auto", {"LANG": "C", "TERM": "xterm"}) is ASCII
    assert choose_glyphs("auto", {"LANG": "de_DE.UTF-8", "TERM": "linux"}) is ASCII
    assert choose_glyphs("auto", {"LANG": "de_DE.UTF-8", "TERM": "xterm"}) is UNICODE
    assert choose_glyphs("ascii", {"LANG": "de_DE.UTF-8"}) is ASCII


def test_every_ascii_sign_is_ascii() -> None:
    signs = [getattr(ASCII, name) for name in ASCII.__dataclass_fields__]
    assert all(str(sign).isascii() for sign in signs)


@pytest.mark.parametrize("term", ["xterm", "screen", "tmux", "rxvt"])
def test_a_terminal_with_a_plain_name_is_drawn_in_256_colours(term: str) -> None:
    app = KeyedApp(choose_theme("dark", {"TERM": term}))
    assert app.console.color_system == "256"


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"TERM": "vt100"}, "mono"),
        ({"TERM": "linux"}, "ansi16"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "mono"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "dark"),
    ],
)
def test_a_terminal_gets_what_it_can_show(environ: dict[str, str], name: str) -> None:
    assert choose_theme("dark", environ).name == name
