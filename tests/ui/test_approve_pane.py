"""The Approve pane, key by key."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from textual.app import ComposeResult

from tests.ui.gate_story import ask_about_a_command
from tests.ui.stage import Stage, text_of
from tests.ui.stories import approval_waiting, edit_waiting
from tests.ui.story import Story, question_proposal
from tui_agent.core.events import ApprovalRequested
from tui_agent.core.proposal import Choice, Copying, Decision, Proposal, Question
from tui_agent.core.settings import RuleSettings
from tui_agent.core.state import fold
from tui_agent.ui.tui.approve_items import at_operators
from tui_agent.ui.tui.messages import Decided
from tui_agent.ui.tui.widgets.answer_line import AnswerLine
from tui_agent.ui.tui.widgets.approve import ApprovePane


class Desk(Stage):
    """A stage that keeps the answers."""

    def __init__(self, pane: ApprovePane) -> None:
        super().__init__(pane)
        self.pane = pane
        self.decisions: list[Decision] = []
        self.rows: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_decided(self, message: Decided) -> None:
        self.decisions.append(message.decision)


async def run(story: Story, *keys: str, armed: bool = True) -> Desk:
    desk = Desk(ApprovePane())
    async with desk.run_test(size=(68, 32)) as pilot:
        desk.pane.show(fold(story.records))
        desk.pane.arm(armed=armed)
        await pilot.press(*keys)
        await pilot.pause()
        desk.rows = text_of(desk)
    return desk


def asked(question: Question, tool: str = "ask") -> Story:
    story = edit_waiting()
    story.records.pop()
    call = story.call(tool)
    story.model("", call)
    story.ask(question_proposal(story, call, question))
    return story


HOSTS = Question(
    text="Which hosts are one origin?",
    choices=(Choice(key="1", label="same host"), Choice(key="2", label="same domain")),
)
PAUSE = Question(
    text="The next call would pass the cap.",
    kind="budget",
    free_text=False,
    choices=(Choice(key="b", label="raise the cap to $2.00"), Choice(key="stop", label="stop")),
)


@pytest.mark.parametrize(
    ("key", "decision"),
    [
        ("y", Decision(verdict="once")),
        ("s", Decision(verdict="session")),
        ("n", Decision(verdict="reject")),
    ],
)
async def test_one_key_answers_a_command(key: str, decision: Decision) -> None:
    desk = await run(approval_waiting(), key)
    assert desk.decisions == [decision]


async def test_a_reason_goes_with_the_rejection() -> None:
    desk = await run(approval_waiting(), "r", *"later", "enter")
    assert desk.decisions == [Decision(verdict="reject", feedback="later")]


async def test_the_command_is_edited_in_its_place() -> None:
    desk = await run(approval_waiting(), "e", "home", "ctrl+k", *"ls", "enter")
    assert desk.decisions == [Decision(verdict="once", command="ls")]
    desk = await run(approval_waiting(), "e", *"xx", "escape", "y")
    assert desk.decisions == [Decision(verdict="once")]


async def test_nothing_is_approved_before_it_is_armed_nor_by_enter() -> None:
    assert (await run(approval_waiting(), "y", "s", "n", armed=False)).decisions == []
    assert (await run(approval_waiting(), "enter", "space")).decisions == []


async def test_the_command_its_parts_its_rule_and_the_sandbox_are_shown_whole() -> None:
    story = approval_waiting()
    desk = Desk(ApprovePane())
    async with desk.run_test(size=(68, 32)) as pilot:
        state = fold(story.records)
        state.sandbox = "none"
        desk.pane.show(state)
        await pilot.press("x")
        await pilot.pause()
        text = "\n".join(text_of(desk))
    assert 'redirects"' in text
    assert "writes .git, may run hooks" in text
    assert "allowed, your rule" in text
    assert "ask.command" in text
    assert "none: it runs as you" in text
    assert "everything else asks" in text


async def test_a_rule_is_chosen_with_what_it_would_have_matched_its_place_and_its_end() -> None:
    desk = await run(approval_waiting())
    assert "3 of 8 past commands; part" in "\n".join(desk.rows)
    desk = await run(approval_waiting(), "p")
    text = "\n".join(desk.rows)
    assert "matches 3 of 8 past commands: ruff format --diff httpx" in text
    assert "allow it; part 4 still asks" in text
    assert desk.decisions == []
    exact = RuleSettings(action="allow", tool="shell", argv=("ruff", "format", "httpx", "tests"))
    desk = await run(approval_waiting(), "p", "enter")
    assert desk.decisions == [Decision(verdict="rule", rule=exact)]
    wide = RuleSettings(action="allow", tool="shell", prefix=("ruff", "format"), uses=1)
    desk = await run(approval_waiting(), "p", "2", "s", "t", "enter")
    assert desk.decisions == [Decision(verdict="rule", rule=wide, scope="user")]
    desk = await run(approval_waiting(), "p", "j", "escape", "enter")
    assert desk.decisions == []
    assert (await run(approval_waiting(), "p", "enter", armed=False)).decisions == []


@pytest.mark.capability("K.2", part="commands and questions by key")
async def test_a_question_is_answered_by_digit_or_in_own_words_or_not_at_all() -> None:
    assert (await run(asked(HOSTS), "2")).decisions == [Decision(verdict="once", answer="2")]
    desk = await run(asked(HOSTS), "enter", *"both", "enter")
    assert desk.decisions == [Decision(verdict="once", answer="both")]
    assert (await run(asked(HOSTS), "n")).decisions == [Decision(verdict="reject")]
    assert (await run(asked(HOSTS), "7", "enter", "escape")).decisions == []


async def test_the_budget_pause_is_raised_or_stopped() -> None:
    desk = await run(asked(PAUSE, "budget"), "b")
    assert desk.decisions == [Decision(verdict="once", answer="b")]
    assert any("Nothing has been sent" in row for row in desk.rows)
    desk = await run(asked(PAUSE, "budget"), "escape")
    assert desk.decisions == [Decision(verdict="once", answer="stop")]


async def test_an_edit_is_no_affair_of_this_pane() -> None:
    desk = Desk(ApprovePane())
    async with desk.run_test(size=(68, 32)):
        desk.pane.show(fold(edit_waiting().records))
        assert not desk.pane.waits
        assert desk.pane.header(folded=True)[1] == (("none", "text-3"),)


def test_a_long_command_is_broken_where_its_parts_are_joined() -> None:
    assert at_operators("a && b; c 'x && y' || d") == ["a &&", "b;", "c 'x && y' ||", "d"]


@pytest.mark.parametrize(("view", "key", "chosen"), [("tree", "d", "copy"), ("copy", "t", "tree")])
async def test_a_command_can_be_run_in_a_copy_or_in_place_by_a_key(
    view: Literal["tree", "copy"], key: str, chosen: Literal["tree", "copy"]
) -> None:
    story = in_view(view)
    desk = await run(story, key)
    assert desk.decisions == [Decision(verdict="once", view=chosen)]
    assert any("not held back: curl reaches the network" in row for row in desk.rows)
    assert any("Runs in   a copy" in row for row in desk.rows) is (view == "copy")


async def test_where_no_copy_is_offered_its_keys_mean_nothing() -> None:
    desk = await run(approval_waiting(), "d", "t")
    assert desk.decisions == []


def in_view(view: Literal["tree", "copy"]) -> Story:
    """A command that waits, with what a copy would not hold back."""
    story = approval_waiting()
    record = story.records[-1]
    asked = record.event
    assert isinstance(asked, ApprovalRequested)
    assert asked.proposal.command is not None
    copying = Copying(not_held=("curl reaches the network",))
    command = replace(asked.proposal.command, view=view, copying=copying)
    proposal = replace(asked.proposal, command=command)
    story.records[-1] = replace(record, event=replace(asked, proposal=proposal))
    return story


async def test_the_footer_names_the_keys_that_the_card_has_and_no_others() -> None:
    desk = Desk(ApprovePane())
    story = approval_waiting()
    asked = story.records[-1].event
    assert isinstance(asked, ApprovalRequested)
    async with desk.run_test(size=(68, 32)):
        for offers in (asked.offers, ()):
            story.records[-1] = replace(story.records[-1], event=replace(asked, offers=offers))
            desk.pane.show(fold(story.records))
            hints = desk.pane.hints()
            assert hints is not None
            named = [action.partition(".")[2] for action, _ in hints]
            assert ("prefix" in named) == bool(offers)
            assert {"once", "session", "reject", "explain"} <= {*named}


async def test_a_command_of_several_lines_is_edited_in_its_place_too() -> None:
    long = "cat > a <<'E'\none\nE"
    desk = await run(in_lines(long), "e", "down", "end", *"!")
    assert desk.decisions == []
    assert any("one!" in row for row in desk.rows)
    desk = await run(in_lines(long), "e", "down", "end", *"!", "ctrl+s")
    assert desk.decisions == [Decision(verdict="once", command="cat > a <<'E'\none!\nE")]
    desk = await run(in_lines(long), "e", *"xx", "escape", "y")
    assert desk.decisions == [Decision(verdict="once")]


def in_lines(text: str) -> Story:
    story = edit_waiting()
    story.records.pop()
    call = story.call("shell")
    story.model("", call)
    ask_about_a_command(story, call, text)
    return story


SMALL = (38, 10)


async def rows_after(*keys: str) -> str:
    desk = Desk(ApprovePane())
    async with desk.run_test(size=SMALL) as pilot:
        desk.pane.show(fold(in_lines("python -m pytest -q && touch a && rm -r build").records))
        desk.pane.arm(armed=True)
        await pilot.press(*keys)
        await pilot.pause()
        return "\n".join(text_of(desk))


async def test_what_a_key_opens_is_brought_into_view_where_there_is_little_room() -> None:
    assert "from now on" not in await rows_after()
    assert "from now on" in await rows_after("p")
    below = await rows_after("p", "j", "j")
    assert "▌3" in below.replace(" ", "")
    assert "stands in" in await rows_after("x")
    assert "sure" in await rows_after("r", *"sure")
    assert "sure" in await rows_after("end", "e", *"sure")


async def test_what_was_typed_for_a_request_that_has_gone_answers_no_other() -> None:
    story = approval_waiting()
    desk = Desk(ApprovePane())
    async with desk.run_test(size=(68, 32)) as pilot:
        desk.pane.show(fold(story.records))
        await pilot.press("e")
        line = desk.query_one(AnswerLine)
        line.post_message(AnswerLine.Given(line, "rm -rf build"))
        story.decide(_proposal(story), "ask-10", Decision(verdict="reject"))
        call = story.call("shell")
        story.model("", call)
        ask_about_a_command(story, call, "touch other")
        desk.pane.show(fold(story.records))
        await pilot.pause()
        assert desk.decisions == []


def _proposal(story: Story) -> Proposal:
    asked = [one.event for one in story.records if isinstance(one.event, ApprovalRequested)]
    return asked[-1].proposal
