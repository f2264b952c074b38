"""A theme is tried on by looking at it, taken with Enter, and follows its file."""

from __future__ import annotations

from pathlib import Path

from tests.ui.desk import Desk, at_desk
from tests.ui.stories import reported, streaming
from tui_agent.adapters.file_watch import watch_file
from tui_agent.ui.tui.choices import SessionLine
from tui_agent.ui.tui.dressing import ThemeDoors
from tui_agent.ui.tui.shell import Doors

SEA = 'base = "dark"\n[colors]\naccent = "#5fd7ff"\n'


async def choose(desk: Desk, *keys: str) -> None:
    for key in keys:
        await desk.pilot.press(key)
        await desk.pilot.pause()


def worn(desk: Desk) -> str:
    return desk.shell.look.name


async def test_arrows_show_a_theme_and_escape_gives_the_old_one_back() -> None:
    async with at_desk(reported(), doors=Doors(connect=_never)) as desk:
        await choose(desk, *"/theme", "enter", "down")
        await desk.until(lambda: worn(desk) == "light")
        assert desk.shell.get_css_variables()["canvas"] == "#fbfcfd"
        await choose(desk, "escape")
        await desk.until(lambda: worn(desk) == "dark")


async def test_a_theme_that_is_taken_is_kept_and_one_that_is_passed_over_is_not() -> None:
    kept: list[str] = []

    def keep(name: str) -> str:
        kept.append(name)
        return "/home/me/config.toml:3"

    doors = Doors(connect=_never, themes=lambda: ThemeDoors(keep=keep))
    async with at_desk(reported(), doors=doors) as desk:
        await choose(desk, "ctrl+p", *"theme li", "enter")
        await desk.until(lambda: "Theme light, kept in config.toml" in desk.text())
        assert worn(desk) == "light"
        assert kept == ["light"]


async def test_a_theme_follows_its_file_and_survives_a_fault_in_it(tmp_path: Path) -> None:
    file = tmp_path / "sea.toml"
    file.write_text(SEA)
    doors = Doors(
        connect=_never,
        themes=lambda: ThemeDoors(setting="sea", own=tmp_path, watch=watch_file),
    )
    async with at_desk(streaming(), doors=doors) as desk:
        file.write_text(SEA.replace("#5fd7ff", "#00ff00"))
        await desk.until(lambda: desk.shell.look.colours["accent"] == "#00ff00")
        file.write_text(SEA + 'acent = "#00ff00"\n')
        await desk.until(lambda: "sea.toml, line 4: colors.acent" in desk.text())
        assert desk.shell.look.colours["accent"] == "#00ff00"
        better = tmp_path / "sea.toml.new"
        better.write_text(SEA)
        better.rename(file)
        await desk.until(lambda: desk.shell.look.colours["accent"] == "#5fd7ff")
        await desk.until(lambda: "line 4" not in desk.text())


async def test_a_theme_with_a_fault_is_not_worn_whichever_way_it_is_chosen(tmp_path: Path) -> None:
    (tmp_path / "sea.toml").write_text('accent = "no colour"\n')
    doors = Doors(connect=_never, themes=lambda: ThemeDoors(own=tmp_path))
    async with at_desk(reported(), doors=doors) as desk:
        for keys in (("ctrl+p", *"theme sea", "enter"), (*"/theme sea", "enter")):
            await choose(desk, *keys)
            await desk.until(lambda: len(desk.shell.screen_stack) == 1 and desk.shows("sea.toml"))
            assert worn(desk) == "dark"
            await choose(desk, *"/theme none", "enter")
            await desk.until(lambda: "Themes are dark" in desk.text())


async def test_the_palette_finds_actions_themes_and_sessions_and_says_their_keys() -> None:
    line = SessionLine(
        id="01J", day="yesterday", time="18:22", title="themes at dusk", turns=1, outcome="answered"
    )

    async def sessions(query: str) -> list[SessionLine]:
        return [line] if query in line.title else []

    async with at_desk(reported(), doors=Doors(connect=_never, sessions=sessions)) as desk:
        await choose(desk, "ctrl+p", *"theme")
        text = desk.text()
        for words in ("Choose a theme", "Theme high-contrast", "themes at dusk", "yesterday"):
            assert words in text
        await choose(desk, "escape", "ctrl+p", *"unfold every")
        assert "Unfold or fold every call" in desk.text()
        await choose(desk, "enter")
        await desk.until(lambda: desk.frame.focus == "conversation")


async def _never() -> None:
    """Stand for a connection: the desk gives its own."""
