"""A session of five hundred records that an agent has really worked: reads, edits, searches."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.agent_at_work import Setting
from tests.support.repository import make_repository

RECORDS = 500
EDITS = 56


async def worked(folder: Path) -> Path:
    """Let an agent work it in this folder; return the session's own."""
    folder.mkdir(parents=True, exist_ok=True)
    repository = make_repository(folder / "repository")
    repository.write("a.txt", "".join(f"line {number}\n" for number in range(400)))
    repository.commit()
    turns = []
    for number in range(EDITS):
        edits = [{"old": f"line {number * 7}\n", "new": f"line {number * 7} again\n"}]
        calls = [{"name": "edit", "arguments": {"path": "a.txt", "edits": edits}}]
        if number % 4 == 0:
            calls.append({"name": "read", "arguments": {"path": "a.txt"}})
        turns.append({"text": f"Change {number}.", "call": calls})
    script = folder / "script.json"
    script.write_text(json.dumps({"turn": [*turns, {"text": "Done."}]}))
    setting = Setting(repository=repository, state=folder / "state", script=script)
    async with setting.with_mode(mode="edit").opened() as work:
        work.send_text("change them all")
        await work.agent.wait_idle()
    return setting.folder
