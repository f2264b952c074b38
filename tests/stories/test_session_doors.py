"""What the screen's list of sessions gets from the disk."""

from __future__ import annotations

import os

import pytest

from tests.support.repository import Repository
from tests.support.shelved import shelve, talk
from tests.ui.story import Story
from tui_agent.adapters.session_log import StoredSession
from tui_agent.core.events import Labelled
from tui_agent.ui.commands.typed import Options
from tui_agent.ui.text import Paper
from tui_agent.wiring.around import Around
from tui_agent.wiring.session_doors import SessionDoors


@pytest.mark.timeout(30)
async def test_sessions_are_listed_found_looked_into_and_labelled(repository: Repository) -> None:
    around = Around(Options(), os.environ, Paper(os.environ), cwd=repository.root)
    shelf = around.shelf.make()
    texts = {"01kaaa": "why does the redirect loop?", "01kbbb": "update the docs"}
    for number, (name, text) in enumerate(texts.items()):
        story = talk(text, output=f"{name}: address in use")
        shelve(story, shelf, f"20261121T14020{number}-{name}")
    # One that was left before anything was said is not offered.
    shelve(Story().start(), shelf, "20261121T140209-01kccc")
    doors = SessionDoors(around)
    assert [one.id for one in await doors.sessions("")] == ["01kbbb", "01kaaa"]
    assert [one.id for one in await doors.sessions("redirect why")] == ["01kaaa"]
    assert [one.id for one in await doors.sessions("redirct loop")] == ["01kaaa"]
    found = await doors.search("address in")
    assert {one.id: (one.kind, one.step) for one in found} == {
        "01kbbb": ("output", 3),
        "01kaaa": ("output", 3),
    }
    overview = await doors.preview("01kaaa")
    assert overview is not None
    assert overview.last_turns[0].said == "why does the redirect loop?"
    assert doors.label("01kaaa", "ci green") == ""
    [folder] = [one for one in around.shelf.here() if one.name.endswith("01kaaa")]
    stored = StoredSession(folder)
    assert stored.records[-1].event == Labelled(text="ci green")
    assert stored.verify() == ()
    await doors.sessions("")
    assert [one.id for one in await doors.sessions("green")] == ["01kaaa"]
    assert "gone" in doors.label("01kzzz", "x")
