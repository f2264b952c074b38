"""The first paint loads what it draws with and nothing of the agent."""

from __future__ import annotations

import subprocess
import sys

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from tests.ui.stage import Stage, text_of
from tui_agent.ui.tui.keyed_app import Plane

PROGRAM = """
import sys
from tui_agent.ui.tui.shell import Doors, Shell
from tui_agent.ui.tui.theme import choose_theme

class Seen(Shell):
    read_again = laid_out_again = 0

    def on_mount(self):
        def count(_):
            self.laid_out_again += 1

        self.screen.screen_layout_refresh_signal.subscribe(self.screen, count, immediate=True)

    def refresh_css(self, animate=True):
        self.read_again += 1
        super().refresh_css(animate)

    def _begin(self):
        self.loaded = set(sys.modules)
        self.widgets = {type(widget).__name__ for widget in self.screen.walk_children()}
        self.set_timer(0.1, lambda: self.exit(0))

async def connect():
    raise AssertionError

app = Seen(Doors(connect=connect), choose_theme("dark", {}))
app.run(headless=True, size=(80, 24))
print(app.read_again, app.laid_out_again, *app.widgets - {"ScrollBar"}, "modules:")
print("\\n".join(sorted(app.loaded)))
"""
ALLOWED = {
    "chips",
    "chrome",
    "glyphs",
    "keyboard",
    "keyed_app",
    "keymap",
    "keys_table",
    "messages",
    "notice_rows",
    "paper",
    "prompt",
    "shell",
    "theme",
    "theme_file",
}
HEAVY = {"pydantic", "litellm", "git", "httpx", "pygments", "markdown_it", "rapidfuzz", "openai"}


WIDGETS = {
    "ActivityRow",
    "BannerRow",
    "Body",
    "FooterRow",
    "Half",
    "Prompt",
    "PromptMark",
    "PromptRow",
    "StatusRow",
    "TabsRow",
}


def test_the_first_paint_loads_and_mounts_the_shell_alone_and_does_nothing_twice() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=10
    )
    head, _, names = done.stdout.partition("modules:")
    read_again, laid_out_again, *widgets = head.split()
    assert read_again == "0"
    assert laid_out_again == "1"  # the library's, for what composing said of itself too late
    assert set(widgets) == WIDGETS
    loaded = set(names.split())
    ours = {name for name in loaded if name.startswith("tui_agent.")}
    ours -= {"tui_agent.ui", "tui_agent.ui.tui", "tui_agent.ui.clean"}
    assert ours == {f"tui_agent.ui.tui.{name}" for name in ALLOWED}
    assert not HEAVY & loaded


class Lines(Plane, Widget):
    """A plane that knows which of its rows were drawn."""

    DEFAULT_CSS = "Lines { height: 1fr; border-left: solid red; }"

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y)
        return Strip.blank(self.size.width)


async def test_of_a_plane_one_row_is_drawn_and_stands_for_the_others() -> None:
    plane = Lines()
    app = Stage(plane)
    async with app.run_test(size=Size(20, 9)):
        assert set(plane.drawn) == {0}
        assert text_of(app) == ["│"] * 9
