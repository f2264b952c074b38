"""The first paint loads what it draws with and nothing of the agent."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from tui_agent.ui.tui.shell import Doors, Shell
from tui_agent.ui.tui.theme import choose_theme

class Seen(Shell):
    def _begin(self):
        self.loaded = set(sys.modules)
        self.exit(0)

async def connect():
    raise AssertionError

app = Seen(Doors(connect=connect), choose_theme("dark", {}))
app.run(headless=True, size=(80, 24))
print("\\n".join(sorted(app.loaded)))
"""
ALLOWED = {
    "chips",
    "chrome",
    "glyphs",
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


def test_only_the_shell_its_theme_and_its_keys_are_loaded_for_the_first_paint() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=10
    )
    loaded = set(done.stdout.split())
    ours = {name for name in loaded if name.startswith("tui_agent.")}
    ours -= {"tui_agent.ui", "tui_agent.ui.tui", "tui_agent.ui.clean"}
    assert ours == {f"tui_agent.ui.tui.{name}" for name in ALLOWED}
    assert not HEAVY & loaded
