"""A saved session is seen again: the same panes and words, without model, tools and network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.agent.invariants import records_of
from tests.support.repository import Repository
from tests.ui.stage import TRUE_COLOUR, text_of
from tests.ui.stories import reported
from tests.ui.story import Story
from tests.ui.told_client import ToldClient
from tui_agent.core.state import fold
from tui_agent.core.state.stops import find_stops
from tui_agent.ui.tui.screens.replay import ReplayApp, Start
from tui_agent.ui.tui.shell import Doors, Shell
from tui_agent.ui.tui.theme import choose_theme

ROOT = Path(__file__).parents[2]
SCRIPT = """
[[turn]]
text = "I mend it."
[[turn.call]]
name = "edit"
arguments = { path = "calc.py", edits = [{ old = "a - b", new = "a + b" }] }

[[turn]]
text = "Mended."
"""


def audited(repository: Repository, *arguments: str) -> tuple[dict[str, Any], str]:
    """Run the program under the audit hook; return what was seen, and what it printed."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "stories" / "audited.py"), *arguments],
        cwd=repository.root,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    *printed, last = done.stdout.rstrip().split("\n")
    seen: dict[str, Any] = json.loads(last)
    assert seen["status"] == 0, done.stderr
    return seen, "\n".join(printed)


@pytest.fixture
def recorded(repository: Repository, home: Path, tmp_path: Path) -> Path:
    """Record a session whose script is then thrown away; return its folder."""
    repository.write("calc.py", "def add(a, b):\n    return a - b\n")
    repository.commit()
    script = tmp_path / "script.toml"
    script.write_text(SCRIPT)
    audited(repository, "-p", "mend it", "--model", f"script:{script}", "--mode", "edit")
    script.unlink()
    assert home.exists()
    return next(Path(os.environ["AGENT_HOME"]).glob("sessions/*/*/events.jsonl")).parent


@pytest.mark.timeout(60)
@pytest.mark.parametrize("form", ["--plain", "--json"])
def test_text_and_json_tell_the_live_fold_and_touch_nothing(
    repository: Repository, recorded: Path, form: str
) -> None:
    before = (recorded / "events.jsonl").read_bytes()
    seen, printed = audited(repository, "replay", "last", form)
    events = {one["event"] for one in seen["seen"]}
    assert not [one for one in seen["seen"] if one["kind"] == "spawn"]
    assert not [one for one in seen["seen"] if str(repository.root) in one["what"]], events
    assert (recorded / "events.jsonl").read_bytes() == before
    records = records_of(recorded)
    stops = find_stops(records)
    if form == "--json":
        told = [json.loads(line) for line in printed.split("\n") if line.startswith("{")]
        assert [one["number"] for one in told] == [one.number for one in stops]
        assert [one["kind"] for one in told] == [one.kind for one in stops]
    else:
        state = fold(records)
        turn = state.main.turns[0]
        for text in ("mend it", "I mend it.", "Mended.", "return a + b"):
            assert text in printed
        assert turn.ended is not None
        assert f"{turn.ended.report.steps} steps" in printed


async def shown_live(story: Story) -> list[str]:
    """What the app shows when the session happens."""

    async def connect() -> ToldClient:
        return ToldClient(story)

    app = Shell(Doors(connect=connect), choose_theme("dark", TRUE_COLOUR))
    async with app.run_test(size=(120, 60)) as pilot:
        while not any("Done, verified" in row for row in text_of(app)):
            await pilot.pause(0.05)
        await pilot.pause(0.3)
        return text_of(app)


async def shown_again(story: Story) -> list[str]:
    app = ReplayApp(
        story.records,
        load=ToldClient(story).blob,
        look=choose_theme("dark", TRUE_COLOUR),
        start=Start(),
    )
    async with app.run_test(size=(120, 80)) as pilot:
        await pilot.press("$")
        for _ in range(4):
            await pilot.pause(0.1)
            await app.workers.wait_for_complete()
        return text_of(app)


@pytest.mark.capability("K.3")
@pytest.mark.timeout(60)
async def test_the_app_shows_the_same_conversation_live_and_in_a_replay() -> None:
    live, again = await shown_live(reported()), await shown_again(reported())
    said = [row[:52].rstrip() for row in live[1:56] if row[:52].strip()]
    seen = [row[:52].rstrip() for row in again[1:] if row[:52].strip()]
    assert len(said) > 20
    assert seen[: len(said)] == said
