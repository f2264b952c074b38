"""The Plan pane and the Output pane."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NoReturn

import pytest
from textual.app import ComposeResult
from textual.geometry import Region
from textual.widget import Widget

from tests.support.patches import Payloads
from tests.ui.stage import Stage, text_of
from tests.ui.stories import MATCHES, edit_waiting, streaming
from tests.ui.story import Story, question_proposal
from tests.ui.told_client import ToldClient
from tui_agent.core.blob import Blob
from tui_agent.core.commands import EditPlan
from tui_agent.core.events import ToolFinished, ToolOutputDelta
from tui_agent.core.plan import Plan, PlannedCall, PlanStep
from tui_agent.core.proposal import Decision, Question, ToolOutput
from tui_agent.core.state import Call, Session, apply, fold
from tui_agent.ui.tui.messages import Decided, Sent
from tui_agent.ui.tui.output_items import found_items
from tui_agent.ui.tui.plan_items import as_text, from_text
from tui_agent.ui.tui.widgets.answer_line import AnswerLine
from tui_agent.ui.tui.widgets.hunk_editor import HunkEditor
from tui_agent.ui.tui.widgets.output import OutputPane
from tui_agent.ui.tui.widgets.plan import PlanPane


class Desk(Stage):
    """A stage that keeps what a pane asks for."""

    def __init__(self, pane: Widget) -> None:
        super().__init__(pane)
        self.sent: list[object] = []

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_decided(self, message: Decided) -> None:
        self.sent.append(message.decision)

    def on_sent(self, message: Sent) -> None:
        self.sent.append(message.command)


async def plan_desk(state: Session, *keys: str) -> tuple[Desk, list[str]]:
    pane = PlanPane()
    desk = Desk(pane)
    async with desk.run_test(size=(60, 20)) as pilot:
        pane.show(state)
        await pilot.press(*keys)
        await pilot.pause()
        return desk, [row for row in text_of(desk) if row]


def texts(said: Sequence[tuple[str, str]]) -> str:
    return "".join(text for text, _ in said)


async def test_steps_have_a_sign_for_their_state_and_the_header_counts() -> None:
    pane = PlanPane()
    async with Desk(pane).run_test(size=(60, 20)) as pilot:
        pane.show(fold(streaming().records))
        await pilot.pause()
        rows = text_of(pilot.app)  # type: ignore[arg-type]
        assert rows[0] == "  ✓ 1 read the redirect code"
        assert rows[1] == "  ● 2 drop credentials when the host changes"
        assert rows[2].startswith("  · 3 add a test")
        assert texts(pane.header(folded=False)[1]) == "1 of 4 done"
        left, right = pane.header(folded=True)
        assert texts(left) == "● drop credentials when the host changes"
        assert texts(right) == "2 of 4"
        assert texts(pane.tab()) == "2/4"


async def test_without_a_plan_one_sentence_says_what_will_be_here() -> None:
    _, rows = await plan_desk(Session())
    assert rows == ["  A plan is shown here once the model makes one."]


@pytest.mark.parametrize("key", ["z", "f9", "ctrl+b"])
async def test_a_key_that_means_nothing_here_changes_nothing(key: str) -> None:
    state = fold(streaming().records)
    desk, rows = await plan_desk(state, key)
    assert (desk.sent, rows) == ([], (await plan_desk(state))[1])


async def test_the_persons_own_plan_is_sent_as_a_command() -> None:
    desk, _ = await plan_desk(fold(streaming().records), "e", "end", *" again", "ctrl+s")
    (command,) = desk.sent
    assert isinstance(command, EditPlan)
    assert command.plan.steps[0].text == "read the redirect code again"
    assert command.plan.steps[1].state == "current"
    assert command.plan.by == "user"


async def test_leaving_the_editor_or_changing_nothing_sends_nothing() -> None:
    state = fold(streaming().records)
    assert (await plan_desk(state, "e", *"xx", "escape"))[0].sent == []
    assert (await plan_desk(state, "e", "ctrl+s"))[0].sent == []


def a_plan_that_waits() -> Session:
    story = edit_waiting()
    story.records.pop()
    call = story.call("plan")
    story.model("", call)
    run = PlannedCall(tool="shell", arguments={"command": "pytest -q"})
    plan = Plan(steps=(PlanStep(id="1", text="look"), PlanStep(id="2", text="test", calls=(run,))))
    question = Question(text="Approve this plan?", kind="plan", plan=plan, free_text=False)
    story.ask(question_proposal(story, call, question))
    return fold(story.records)


async def test_a_plan_that_waits_is_shown_with_its_calls_and_approved_or_rejected() -> None:
    desk, rows = await plan_desk(a_plan_that_waits(), "y")
    assert desk.sent == [Decision(verdict="once")]
    assert any("shell  pytest -q" in row for row in rows)
    assert (await plan_desk(a_plan_that_waits(), "n"))[0].sent == [Decision(verdict="reject")]
    desk, _ = await plan_desk(a_plan_that_waits(), "r", *"small", "enter")
    assert desk.sent == [Decision(verdict="reject", feedback="small")]


@pytest.mark.capability("S0.6", part="edited by the person")
async def test_an_edited_plan_is_approved_as_edited() -> None:
    desk, _ = await plan_desk(a_plan_that_waits(), "e", "end", *" well", "ctrl+s", "y")
    (decision,) = desk.sent
    assert isinstance(decision, Decision)
    assert decision.plan is not None
    assert [step.text for step in decision.plan.steps] == ["look well", "test"]
    assert decision.plan.steps[1].calls


def test_an_edited_plan_keeps_what_was_not_touched() -> None:
    plan = Plan(
        steps=(PlanStep(id="1", text="one", state="done"), PlanStep(id="2", text="two")),
        rollback="git",
    )
    assert from_text(as_text(plan), plan).steps == plan.steps
    made = from_text("two\n\nthree\none", plan)
    assert [(step.id, step.text, step.state) for step in made.steps] == [
        ("2", "two", "to_do"),
        ("3", "three", "to_do"),
        ("1", "one", "done"),
    ]
    assert made.rollback == "git"


def running() -> tuple[Story, str]:
    story = Story(at="14:02:00").start()
    story.user("run it", at="14:02")
    call = story.call("shell")
    story.model("", call)
    story.run(call, "make", "", "")
    finished = story.records.pop()
    assert isinstance(finished.event, ToolFinished)
    return story, call.id


async def test_output_streams_in_and_then_shows_exit_and_time() -> None:
    story, call_id = running()
    pane = OutputPane(load=Payloads().load)
    async with Desk(pane).run_test(size=(60, 6)) as pilot:
        said = 0
        for number in range(30):
            text = f"line {number}\n"
            story.emit(ToolOutputDelta(call_id=call_id, offset=said, text=text))
            said += len(text)
            pane.show(fold(story.records))
        await pilot.pause()
        assert text_of(pilot.app)[-1].strip() == "line 29"  # type: ignore[arg-type]
        assert texts(pane.header(folded=False)[0]) == "● make"
        output = ToolOutput(ok=False, text="boom\n", exit_code=2)
        story.emit(ToolFinished(call_id=call_id, output=output, ms=1900))
        pane.show(fold(story.records))
        await pilot.pause()
        assert texts(pane.header(folded=True)[0]) == "✗ make"
        assert texts(pane.header(folded=True)[1]) == "exit 2  1.9 s"
        assert text_of(pilot.app)[0].strip() == "boom"  # type: ignore[arg-type]


async def test_who_scrolls_up_is_not_pulled_down() -> None:
    story, call_id = running()
    pane = OutputPane(load=Payloads().load)
    async with Desk(pane).run_test(size=(60, 6)) as pilot:
        story.emit(ToolOutputDelta(call_id=call_id, offset=0, text="a\n" * 40))
        pane.show(fold(story.records))
        await pilot.press("home")
        story.emit(ToolOutputDelta(call_id=call_id, offset=80, text="b\n" * 40))
        pane.show(fold(story.records))
        await pilot.pause()
        assert pane.top == 0
        await pilot.press("end")
        assert pane.at_end


async def test_colours_are_kept_and_nothing_else_that_a_terminal_obeys() -> None:
    story, call_id = running()
    text = "\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b[2Jend\rover\n"
    story.emit(ToolOutputDelta(call_id=call_id, offset=0, text=text))
    pane = OutputPane(load=Payloads().load)
    async with Desk(pane).run_test(size=(60, 6)) as pilot:
        pane.show(fold(story.records))
        await pilot.pause()
        row = text_of(pilot.app)[0]  # type: ignore[arg-type]
        assert "\x1b" not in row
        assert "over" in row


async def test_a_long_output_is_loaded_and_meanwhile_its_beginning_is_shown() -> None:
    story, call_id = running()
    data = b"".join(b"row %d\n" % number for number in range(3000))
    sha = hashlib.sha256(data).hexdigest()
    story.blobs[sha] = data
    blob = Blob(sha=sha, size=len(data), preview="row 0\nrow 1\n")
    story.emit(ToolFinished(call_id=call_id, output=ToolOutput(ok=True, text=blob, exit_code=0)))
    pane = OutputPane(load=ToldClient(story).blob)
    desk = Desk(pane)
    async with desk.run_test(size=(60, 6)) as pilot:
        pane.show(fold(story.records))
        await desk.workers.wait_for_complete()
        await pilot.pause()
        assert text_of(desk)[-1].strip() == "row 2999"


def test_matches_stand_below_their_file() -> None:
    items = list(found_items(MATCHES, "Cookie"))
    assert [type(item).__name__ for item in items[:4]] == [
        "FoundFile", "FoundLine", "FoundLine", "FoundFile",
    ]  # fmt: skip
    told = list(found_items("a.py\n12:\tx = 1\n13-\ty\n\n(2 matches in secret files)", "x"))
    assert [type(item).__name__ for item in told] == [
        "FoundFile", "FoundLine", "FoundLine", "OutputLine",
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["e", "r"])
async def test_what_was_typed_in_is_drawn_as_nothing_once_it_has_gone(key: str) -> None:
    pane = PlanPane()
    async with Desk(pane).run_test(size=(60, 20)) as pilot:
        pane.show(a_plan_that_waits())
        pane.arm(armed=True)
        await pilot.press(key)
        typed = pilot.app.focused
        assert isinstance(typed, HunkEditor | AnswerLine)
        await typed.remove()
        assert [row.text for row in typed.render_lines(Region(0, 0, 3, 2))] == ["   ", "   "]


async def test_a_plan_is_edited_in_ones_own_editor_and_stays_in_the_pane() -> None:
    class Away(Desk):
        async def edit_outside(self, text: str, *, suffix: str = ".md") -> str | None:
            assert suffix == ".md"
            return text.replace("look", "look twice")

    pane = PlanPane()
    desk = Away(pane)
    async with desk.run_test(size=(60, 20)) as pilot:
        pane.show(a_plan_that_waits())
        pane.arm(armed=True)
        await pilot.press("e", "ctrl+g")
        await desk.workers.wait_for_complete()
        await pilot.press("ctrl+s", "y")
        await pilot.pause()
    (decision,) = desk.sent
    assert isinstance(decision, Decision)
    assert decision.plan is not None
    assert decision.plan.steps[0].text == "look twice"


async def test_why_a_plan_is_rejected_is_typed_where_one_sees_it() -> None:
    pane = PlanPane()
    desk = Desk(pane)
    async with desk.run_test(size=(36, 6)) as pilot:
        pane.show(a_plan_that_waits())
        pane.arm(armed=True)
        await pilot.press("r", *"too much at once")
        await pilot.pause()
        assert any("too much at once" in row for row in text_of(desk))


class Untouched(dict[str, Call]):
    """Calls that nobody may look at any more."""

    def values(self) -> NoReturn:
        pytest.fail("an ended turn without a command was gone through again")


async def test_turns_that_ended_without_a_command_are_looked_at_once() -> None:
    story = Story().start()
    for number in range(20):
        story.user(f"question {number}").model(f"Answer {number}.").end()
    pane = OutputPane(load=Payloads().load)
    app = Stage(pane)
    async with app.run_test(size=(60, 8)) as pilot:
        state = fold(story.records)
        pane.show(state)
        for turn in state.main.turns:
            turn.calls = Untouched(turn.calls)
        story.user("run it")
        call = story.call("shell")
        story.model("I run it.", call)
        story.run(call, "make", "", "all is made\n")
        for record in story.records[state.seq :]:
            apply(state, record)
        pane.show(state)
        await pilot.pause()
        assert "all is made" in "\n".join(text_of(app))
