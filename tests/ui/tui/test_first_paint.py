"""The first paint loads what it draws with and nothing of the agent."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from tui_agent.ui.tui.shell import Doors, Shell
from tui_agent.ui.tui.theme import choose_theme

class Seen(Shell):
    read_again = 0

    def refresh_css(self, animate=True):
        self.read_again += 1
        super().refresh_css(animate)

    def _begin(self):
        self.loaded = set(sys.modules)
        self.exit(0)

async def connect():
    raise AssertionError

app = Seen(Doors(connect=connect), choose_theme("dark", {}))
app.run(headless=True, size=(80, 24))
print(app.read_again)
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


def test_the_first_paint_loads_the_shell_alone_and_reads_no_style_sheet_twice() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=10
    )
    read_again, *names = done.stdout.split()
    assert read_again == "0"
    loaded = set(names)
    ours = {name for name in loaded if name.startswith("tui_agent.")}
    ours -= {"tui_agent.ui", "tui_agent.ui.tui", "tui_agent.ui.clean"}
    assert ours == {f"tui_agent.ui.tui.{name}" for name in ALLOWED}
    assert not HEAVY & loaded
