"""Line mode's commands: all that the app has, under the same names."""

from __future__ import annotations

from io import StringIO

import pytest

from tests.ui.story import Story
from tests.ui.told_client import ToldClient
from tui_agent.core.commands import EditPlan, SetModel, Steer
from tui_agent.ui.line_commands import ALIASES, SlashCommands
from tui_agent.ui.line_doors import Others
from tui_agent.ui.text import Paper
from tui_agent.ui.transcript import Detail, Transcript
from tui_agent.ui.tui import slash

NOTHING = Others()


class Typed:
    """Somebody at the prompt of a session that is as the story tells it."""

    def __init__(self, story: Story, others: Others = NOTHING, edited: str | None = None) -> None:
        self.out, self.client = StringIO(), ToldClient(story)
        self.told = Transcript(self.client.blob, Detail())
        for record in story.records:
            self.told.fold(record)

        async def edit(_text: str) -> str | None:
            return edited

        paper = Paper({"TERM": "xterm", "NO_COLOR": "1"}, self.out)
        self.commands = SlashCommands(self.client, paper, self.told, edit, others)

    async def says(self, text: str) -> str:
        before = len(self.out.getvalue())
        assert self.commands.means(text)
        await self.commands.run(text)
        return self.out.getvalue()[before:]


def a_turn() -> Story:
    """One that runs, with a plan and two calls."""
    story = Story().start().user("Fix it.")
    read = story.call("read", '{"path": "a.py"}')
    shell = story.call("shell", '{"command": "cat <<E\\nx\\nE"}')
    story.model("I look.", read, shell).run(read, "a.py", "2 lines", "line 1\nline 2\n")
    return story.plan(("look", "done"), ("rewrite it all", "to_do"))


def test_every_command_of_the_app_is_one_in_lines_too() -> None:
    known = {*Typed(Story().start()).commands.names, *ALIASES}
    assert {one.name for one in slash.SLASH_COMMANDS} | set(slash.ALIASES) <= known


@pytest.mark.parametrize("text", ["/etc/hosts is empty", "//", "/usr/bin"])
def test_a_path_is_a_message_and_no_command(text: str) -> None:
    assert not Typed(Story().start()).commands.means(text)


async def test_a_calls_whole_input_and_output_are_told() -> None:
    typed = Typed(a_turn())
    listed = await typed.says("/output list")
    assert "a.py" in listed
    assert "/output 2" in listed
    assert "path = a.py\n  it gave:\n    line 1\n    line 2\n" in await typed.says("/output 1")
    last = await typed.says("/output")
    assert "  command:\n    cat <<E\n    x\n    E\n  it has given nothing yet" in last
    assert "/output 1 to 2" in await typed.says("/output 3")
    assert "No tool was called yet." in await Typed(Story().start()).says("/output")


async def test_a_plan_is_changed_without_an_editor_and_stays_where_that_is_given_up() -> None:
    typed = Typed(a_turn(), edited="look\nhave a break\n")
    await typed.says("/plan edit")
    (wish,) = typed.client.commands
    assert isinstance(wish, EditPlan)
    assert [(one.text, one.state) for one in wish.plan.steps] == [
        ("look", "done"),
        ("have a break", "to_do"),
    ]
    given_up = Typed(a_turn(), edited=None)
    await given_up.says("/plan edit")
    assert given_up.client.commands == []
    assert "There is no plan." in await Typed(Story().start()).says("/plan edit")


async def test_what_was_said_is_found_and_said_again() -> None:
    typed = Typed(a_turn(), Others(history=lambda: ["Add a test", "Fix it."]))
    assert "    1  Add a test\n    2  Fix it." in await typed.says("/history")
    assert "Add" not in await typed.says("/history fix")
    await typed.says("/history 1")
    assert typed.commands.message.said == "Add a test"
    written = Typed(a_turn(), edited="A long\nmessage\n")
    await written.says("/editor")
    assert written.commands.message.said == "A long\nmessage"


async def test_the_last_answer_is_copied_by_the_terminal_as_it_was_written() -> None:
    doubt = ""

    async def copied(text: str) -> tuple[str, str]:
        return f"<copy {text}>", doubt

    typed = Typed(a_turn(), Others(copy=copied))
    assert await typed.says("/copy") == "<copy I look.>Copied the last answer.\n"
    doubt = "If nothing was copied"
    assert await typed.says("/copy") == "<copy I look.>If nothing was copied.\n"
    assert "cannot be asked" in await Typed(a_turn()).says("/copy")
    assert "no answer yet" in await Typed(Story().start()).says("/copy")


async def test_what_is_said_of_the_state_is_true_before_and_during_a_turn() -> None:
    idle, running = Typed(Story().start()), Typed(a_turn())
    assert "Nothing was asked yet." in await idle.says("/status")
    assert "Nothing was asked yet." not in await running.says("/status")
    await idle.says("/steer be quick")
    assert idle.commands.message.said == "be quick"
    assert "hears it" in await running.says("/steer be quick")
    assert running.client.commands == [Steer(text="be quick")]
    assert "The model is" in await idle.says("/model")
    await idle.says("/model other/one")
    assert idle.client.commands == [SetModel(model="other/one")]
