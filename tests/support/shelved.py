"""Stories put on disk as sessions, with their payloads, as the program leaves them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.ui.story import Story
from tui_agent.adapters.session_log import FileLog
from tui_agent.core.events import SessionEnded, SessionStarted


def shelve(story: Story, shelf: Path, name: str, *, ended: bool = True) -> Path:
    """Write a story as the session `name` (`20261121T140200-01kabc`) and return its folder."""
    session_id = name.rpartition("-")[2]
    if ended:
        story.emit(SessionEnded())
    folder = shelf / name
    log = FileLog.create(folder)
    for data in story.blobs.values():
        log.put(data)
    for record in story.records:
        if record.seq == 0 or not record.h:
            continue
        event = record.event
        if isinstance(event, SessionStarted):
            event = replace(event, session_id=session_id)
        log.append(replace(record, event=event, h=""), sync=False)
    log.close()
    return folder


def talk(text: str, answer: str = "Done.", *, output: str = "", at: str = "14:02:00") -> Story:
    """Return a session of one question, perhaps with a command's output, and an answer."""
    story = Story(at=at).start().user(text)
    if output:
        shell = story.call("shell")
        story.model("I look.", shell).run(shell, "make test", "", output)
    return story.model(answer).end()
