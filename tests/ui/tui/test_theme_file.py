"""Themes of one's own: a base and a few colours, with faults told by file, line and key."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui_agent.ui.tui.theme import COLOURS_256, choose_theme, theme_names
from tui_agent.ui.tui.theme_file import ThemeError

TRUE = {"COLORTERM": "truecolor", "TERM": "xterm-256color"}
SEA = 'base = "dark"\n\n[colors]\n# The sea.\naccent = "#5fd7ff"\n'


def written(folder: Path, text: str) -> Path:
    file = folder / "sea.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_theme_of_ones_own_names_only_what_it_changes(tmp_path: Path) -> None:
    written(tmp_path, SEA)
    sea, dark = choose_theme("sea", TRUE, tmp_path), choose_theme("dark", TRUE)
    assert sea.name == "sea"
    assert sea.colours["accent"] == "#5fd7ff"
    assert {**sea.colours, "accent": ""} == {**dark.colours, "accent": ""}
    assert theme_names(tmp_path)[-1] == "sea"


def test_a_changed_colour_is_changed_in_256_colours_too(tmp_path: Path) -> None:
    written(tmp_path, SEA.replace("#5fd7ff", "#ff00fe"))
    sea = choose_theme("sea", {"TERM": "screen-256color"}, tmp_path)
    assert sea.depth == COLOURS_256
    assert sea.colours["accent"] == "#ff00fe"
    assert sea.colours["canvas"] == "#121212"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SEA + 'acent = "#123456"\n', r"sea\.toml, line 6: colors\.acent: .*did you mean accent"),
        (SEA + 'text = "grey"\n', r"line 6: colors\.text: 'grey' is no colour of the form #rrggbb"),
        (SEA + "text = #\n", r"sea\.toml, line 6: "),
        (SEA + '[colors-256]\n\nbar = "#12"\n', r"line 8: colors-256\.bar: '#12' is no colour"),
        ('base = "grey"\n', r"line 1: base is one of ansi16, dark"),
        (f"base = '{'a' * 300}'\n", r"line 1: base is one of ansi16, dark"),
        ("base = ['dark']\n", r"line 1: base is one of ansi16, dark"),
        ('base = "dark"\n[colors]\ncanvas = 5\n', r"line 3: colors.canvas: 5 is no colour"),
        ('base = "dark"\nfade = nan\n', r"line 2: fade is nan, and no share from 0 to 1"),
        (f"fade = {'1' * 5000}\n", r"digits"),
        (f"a = {'[' * 5000}\n", r"nested too deeply"),
        ('dark = "yes"\nbase = "dark"\n', r"line 1: dark is 'yes'"),
        ('base = "dark"\ncolours = 1\n', r"line 2: there is no key colours"),
        ("dark = true\ntints = true\n[colors]\n", r"line 3: colors\.canvas is missing"),
        ('base = "ansi16"\n[colors]\ncanvas = "default"\ntext = "#ffffff"\n', r"line 4: .*canvas"),
        ("dark = true\n", r"sea\.toml: tints is missing"),
    ],
)
def test_a_fault_is_told_with_its_line_and_key(tmp_path: Path, text: str, said: str) -> None:
    written(tmp_path, text)
    with pytest.raises(ThemeError, match=said):
        choose_theme("sea", TRUE, tmp_path)


@pytest.mark.timeout(10)
def test_a_pipe_in_the_place_of_a_theme_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "sea.toml")
    with pytest.raises(ThemeError, match=r"sea\.toml: it is no regular file"):
        choose_theme("sea", TRUE, tmp_path)


def test_a_theme_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ThemeError, match=r"lake\.toml: No such file"):
        choose_theme("lake", TRUE, tmp_path)
    with pytest.raises(ThemeError, match=r"lake\.toml: No such file"):
        choose_theme("~nobody here/lake.toml", TRUE, tmp_path)
