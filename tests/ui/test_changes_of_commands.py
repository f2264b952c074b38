"""The Changes pane beside commands: checks on what is accepted, and what a command would change."""

from __future__ import annotations

from dataclasses import replace

from tests.ui.stories import edit_waiting
from tests.ui.test_changes_pane import run
from tui_agent.core.commands import TryHunks
from tui_agent.core.events import ApprovalRequested
from tui_agent.core.proposal import Command as ShellCommand
from tui_agent.core.proposal import Ran, ToolOutput
from tui_agent.core.state import fold


async def test_the_checks_run_on_what_is_accepted_by_a_key() -> None:
    desk = await run("y", "n", "c")
    (sent,) = desk.sent
    assert isinstance(sent, TryHunks)
    assert [one.verdict for one in sent.hunks] == ["accept"]
    assert sent.request_id


async def test_where_nothing_is_accepted_there_is_nothing_to_check() -> None:
    desk = await run("n", "c")
    assert desk.sent == []
    assert desk.said == ["Accept a hunk first: the checks run on what is accepted."]


async def test_what_the_checks_say_stands_above_the_hunks_and_not_as_a_check_of_the_tree() -> None:
    story = edit_waiting()
    story.try_hunks(exit_code=1, output="E   1 == 2\n", summary="1 failed, 23 passed")
    desk = await run(story=story)
    rows = "\n".join(desk.rows)
    assert "✗ pytest -q: 1 failed, 23 passed, on the accepted hunks," in rows
    assert fold(story.records).checks == {}


async def test_a_commands_changes_say_which_command_made_them() -> None:
    story = edit_waiting()
    asked = story.records[-1].event
    assert isinstance(asked, ApprovalRequested)
    ran = Ran(command=ShellCommand(text="make format"), output=ToolOutput(ok=True, exit_code=0))
    proposal = replace(asked.proposal, ran=ran, notes=("left in the copy: x: a pipe",))
    story.records[-1] = replace(story.records[-1], event=replace(asked, proposal=proposal))
    desk = await run(story=story)
    rows = "\n".join(desk.rows)
    assert "made in a copy by make format, exit 0" in rows
    assert "left in the copy: x: a pipe" in rows
