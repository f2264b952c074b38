"""The commands of earlier sessions are found in their logs, the oldest first."""

from __future__ import annotations

from pathlib import Path

from tui_agent.adapters.session_log import FileLog
from tui_agent.adapters.session_log.commands_before import COMMANDS, commands_before
from tui_agent.core.codec import dumps
from tui_agent.core.events import Record, ToolCalled


def session(folder: Path, *commands: str, tool: str = "shell") -> Path:
    log = FileLog.create(folder)
    for number, command in enumerate(commands, 1):
        event = ToolCalled(
            call_id=f"{number}", tool=tool, arguments=dumps({"command": command, "path": "a"})
        )
        log.append(Record(seq=number, ts="", mono_ms=0, event=event), sync=False)
    log.close()
    return folder


def test_the_latest_commands_come_last_and_other_tools_are_left_out(tmp_path: Path) -> None:
    folders = [
        session(tmp_path / "b", "make 3", "make 4"),
        session(tmp_path / "a", "make 1", "make 2"),
        session(tmp_path / "c", "no", tool="read"),
        tmp_path / "gone",
    ]
    assert commands_before(folders) == ("make 1", "make 2", "make 3", "make 4")
    with (tmp_path / "b" / "events.jsonl").open("ab") as file:
        file.write(b'{"type":"ToolCalled","data":{"tool":"shell"\n\xff"ToolCalled"\n')
    assert commands_before(folders)[-1] == "make 4"


def test_there_is_a_limit(tmp_path: Path) -> None:
    many = session(tmp_path / "a", *(f"make {number}" for number in range(COMMANDS + 20)))
    assert len(commands_before([many])) == COMMANDS
