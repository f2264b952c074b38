"""How soon a session of ten thousand records is open, how fast it is gone through and scrubbed, and
how long one of five hundred takes to be executed again in memory.

Opening is from the bytes on disk to the first drawn screen; a step and a scrub are drawn, too.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from bench.figures import Figure
from tests.support.shelved import shelve
from tests.support.worked_session import worked
from tests.ui.story import Story
from tui_agent.adapters.session_log import StoredSession
from tui_agent.agent.rerun.loop import rerun
from tui_agent.core.settings import Settings
from tui_agent.ui.tui.screens.replay import ReplayApp, ReplayScreen, Start
from tui_agent.ui.tui.theme import choose_theme
from tui_agent.wiring.rerun import harness_stage, normaliser

RECORDS = 10_000
STEPS, SCRUBS = 40, 60
SIZE = (120, 40)


def session(folder: Path) -> Path:
    """Write a session of questions, reads, commands, edits and answers; return its folder."""
    story = Story(at="08:00:00").start()
    number = 0
    while len(story.records) < RECORDS:
        number += 1
        story.user(f"question {number}")
        read, shell, edit = story.call("read"), story.call("shell"), story.call("edit")
        story.model("I look, then I run it.", read, shell, edit)
        story.run(read, f"module_{number % 40}.py", "lines 1-40", "a line of code\n" * 20)
        story.run(shell, "make test", "", "passed\n" * 20)
        before = "".join(f"line {at} of {number % 40}\n" for at in range(60))
        after = before.replace("line 30", "line thirty")
        proposal = story.edit(edit, {f"module_{number % 40}.py": (before, after)})
        story.ask(proposal)
        story.applied(proposal, ())
        story.model(f"Answer **{number}**, with `code` in it.").end()
    return shelve(story, folder / "sessions" / "bench-12345678", "20261121T080000-01kbench")


async def _drawn(screen: ReplayScreen) -> None:
    """Wait until what was asked for is on the screen; a pilot's pause would wait 20 ms more."""
    done = asyncio.Event()
    screen.call_after_refresh(done.set)
    await done.wait()


async def _once(place: Path, opening: Figure, step: Figure, scrub: Figure) -> None:
    began = time.monotonic()
    stored = StoredSession(place)
    look = choose_theme("dark", {"COLORTERM": "truecolor"})
    app = ReplayApp(stored.records, load=stored.blob, look=look, start=Start())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        opening.runs.append(time.monotonic() - began)
        screen = app.replay_screen
        count = len(screen.replay.stops)
        screen.replay.go(count // 2)
        screen.draw()
        await pilot.pause()
        began = time.monotonic()
        for number in range(STEPS):
            screen.act("replay.next" if number % 2 else "replay.previous")
            await _drawn(screen)
        step.runs.append(1000 * (time.monotonic() - began) / STEPS)
        began = time.monotonic()
        for number in range(SCRUBS):  # a drag from one end to the other
            screen.replay.go(count * number // SCRUBS)
            screen.draw()
            await _drawn(screen)
        scrub.runs.append(SCRUBS / (time.monotonic() - began))


def measure(folder: Path, runs: int) -> list[Figure]:
    """Open the session, go through it, scrub over it."""
    place = session(folder)
    size = (place / "events.jsonl").stat().st_size
    opening = Figure(name="open a session of 10,000 records", unit="s", goal="≤ 1")
    opening.note = f"{size / 1e6:.1f} MB of log"
    step = Figure(name="one step of its replay", unit="ms", goal="≤ 50")
    scrub = Figure(name="scrub over it", unit="frames/s", goal="≥ 30")
    again = Figure(name="execute a session of 500 records again, in memory", unit="s", goal="≤ 2")
    stored = StoredSession(asyncio.run(worked(folder / "worked")))
    for _ in range(runs):
        asyncio.run(_once(place, opening, step, scrub))
        _again(stored, again)
    return [opening, step, scrub, again]


def _again(stored: StoredSession, again: Figure) -> None:
    began = time.monotonic()
    stage = harness_stage(stored.payload, Settings())
    outcome = asyncio.run(rerun(stored.records, stage, normaliser(stored.records, ())))
    again.runs.append(time.monotonic() - began)
    again.note = f"{outcome.verdict}: {outcome.requests} requests, {outcome.calls} calls"
