"""A choice made in the app is written into the user's settings, and the rest stays as it was."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tui_agent.adapters.settings.keep_choice import keep_choice


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("", '[interface]\ntheme = "light"\n', 2),
        ("# mine\n[budget]\nsession = 1.0", "# mine\n[budget]\nsession = 1.0\n\n[interface]\n", 6),
        (
            '[interface]  # the screen\nglyphs = "ascii"\n',
            '[interface]  # the screen\ntheme = "',
            2,
        ),
        (
            '[interface]\nglyphs = "ascii"\ntheme = "dark" # old\n',
            'glyphs = "ascii"\ntheme = "l',
            3,
        ),
        ('interface.theme = "dark"\n', 'interface.theme = "light"\n', 1),
    ],
)
def test_only_the_choice_is_changed(tmp_path: Path, before: str, after: str, line: int) -> None:
    path = tmp_path / "config.toml"
    path.write_text(before)
    assert keep_choice(path, "interface", "theme", "light") == f"{path}:{line}"
    text = path.read_text()
    assert after in text
    wanted = tomllib.loads(before)
    wanted.setdefault("interface", {})["theme"] = "light"
    assert tomllib.loads(text) == wanted


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'model = "o/q"\n'),
        ('[agents]\nmodel = "x"\n', 'model = "o/q"\n[agents]\nmodel = "x"\n'),
        ('mode = "plan"\nmodel = "x"  # old\n', 'mode = "plan"\nmodel = "o/q"\n'),
    ],
)
def test_a_key_of_no_table_stands_before_all_of_them(
    tmp_path: Path, before: str, after: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(before)
    line = after.split("\n").index('model = "o/q"') + 1
    assert keep_choice(path, "", "model", "o/q") == f"{path}:{line}"
    assert path.read_text() == after


@pytest.mark.parametrize(
    "text", ['interface = { theme = "dark" }\n', "interface = 3\n", "[interface\n"]
)
def test_a_file_in_another_form_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"config\.toml"):
        keep_choice(path, "interface", "theme", "light")
    assert path.read_text() == text
