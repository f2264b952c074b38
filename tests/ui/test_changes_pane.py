"""The Changes pane, key by key."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from textual.app import ComposeResult

from tests.support.patches import Payloads
from tests.ui.desk import at_desk
from tests.ui.stage import Stage, text_of
from tests.ui.stories import edit_waiting, reported
from tests.ui.story import ASK_WRITE, Story
from tests.ui.told_client import ToldClient
from tui_agent.core.commands import Command, Undo
from tui_agent.core.events import ApprovalRequested
from tui_agent.core.patch import FileChange, HunkDecision, Patch, describe
from tui_agent.core.proposal import Decision
from tui_agent.core.state import Session, fold
from tui_agent.ui.tui.messages import Decided, Drafted, Sent, Toasted
from tui_agent.ui.tui.review_spots import runs_of
from tui_agent.ui.tui.widgets.changes import ChangesPane


class Desk(Stage):
    """A stage that keeps what the pane tells the frame."""

    def __init__(self, pane: ChangesPane, answers: tuple[str | None, ...] = ()) -> None:
        super().__init__(pane)
        self.pane = pane
        self.decided: list[tuple[str, Decision]] = []
        self.drafts: list[Drafted] = []
        self.said: list[str] = []
        self.sent: list[Command] = []
        self.left = 0
        self.outside: list[str] = []
        self.rows: list[str] = []
        self.focus_at_last: object = None
        self.answers = list(answers)

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_decided(self, message: Decided) -> None:
        self.decided.append((message.request_id, message.decision))

    def on_drafted(self, message: Drafted) -> None:
        self.drafts.append(message)

    def on_toasted(self, message: Toasted) -> None:
        self.said.append(message.text)

    def on_sent(self, message: Sent) -> None:
        self.sent.append(message.command)

    def on_left(self) -> None:
        self.left += 1

    async def edit_outside(self, text: str) -> str | None:
        self.outside.append(text)
        answer = self.answers.pop(0)
        if answer is None:
            return None
        old, new = answer.split(" => ")
        return text.replace(old, new)


async def run(*keys: str, story: Story | None = None, answers: tuple[str | None, ...] = ()) -> Desk:
    """Press keys on the story of the pictures; return the stage as it then stands."""
    story = story or edit_waiting()
    desk = Desk(ChangesPane(load=ToldClient(story).blob), answers)
    async with desk.run_test(size=(68, 32)) as pilot:
        desk.pane.show(fold(story.records))
        await desk.workers.wait_for_complete()
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await desk.workers.wait_for_complete()
        await pilot.pause()
        desk.rows, desk.focus_at_last = text_of(desk), desk.focused
    return desk


def verdicts(decision: Decision) -> list[str]:
    return [one.verdict for one in decision.hunks]


@pytest.mark.capability("K.2", part="hunk by hunk")
async def test_each_hunk_gets_its_verdict_and_enter_sends_them_together() -> None:
    desk = await run("y", "n", "y", "y", "enter")
    ((request, decision),) = desk.decided
    assert request == desk.drafts[-1].request_id
    assert verdicts(decision) == ["accept", "reject", "accept", "accept"]
    assert decision.verdict == "once"


async def test_u_takes_a_verdict_back_and_once_applied_the_hunk_and_shift_u_the_edit() -> None:
    waiting = await run("u")
    assert waiting.sent == []
    applied = await run("u", "U", story=reported())
    subject, review = applied.pane.subject, applied.pane.review
    assert subject is not None
    assert review is not None
    assert review.spot is not None
    one, whole = applied.sent
    assert one == Undo(call_id=subject.call_id, hunks=runs_of(review.spot))
    assert whole == Undo(call_id=subject.call_id)


async def test_enter_with_hunks_left_goes_to_the_next_and_says_how_many() -> None:
    desk = await run("y", "enter")
    assert desk.decided == []
    assert desk.said[0] == "3 hunks are undecided. Nothing is written yet."
    assert desk.pane.review is not None
    assert desk.pane.review.cursor == 2


async def test_a_reason_is_typed_in_place_and_goes_with_the_rejection() -> None:
    desk = await run("r", *"no", "space", *"y", "enter", "A", "enter")
    decision = desk.decided[0][1]
    assert [one.reason for one in decision.hunks if one.verdict == "reject"] == ["no y"]


async def test_leaving_the_reason_changes_nothing() -> None:
    desk = await run("r", *"no", "escape")
    assert desk.pane.review is not None
    assert not desk.pane.review.touched
    assert desk.focus_at_last is desk.pane


async def test_a_hunk_is_edited_in_place_and_kept() -> None:
    desk = await run("]", "e", *["down"] * 3, "end", "enter", *"more()", "ctrl+s", "A", "enter")
    edited = [one for one in desk.decided[0][1].hunks if one.verdict == "edit"]
    assert len(edited) == 1
    assert edited[0].text is not None
    assert "headers.pop(name, None)\n" in edited[0].text
    assert "more()\n" in edited[0].text


async def test_discarding_an_edit_and_restoring_the_proposal_leave_the_hunk_as_it_was() -> None:
    desk = await run("]", "e", *"xyz", "escape")
    assert desk.pane.review is not None
    assert not desk.pane.review.touched
    desk = await run("]", "e", *"xyz", "ctrl+r", "ctrl+s")
    assert desk.pane.review is not None
    assert desk.pane.review.spots[1].verdict == "accepted"


async def test_an_emptied_hunk_is_a_rejection() -> None:
    desk = await run("]", "e", "f7", "delete", "ctrl+s")
    assert desk.pane.review is not None
    assert desk.pane.review.spots[1].verdict == "rejected"


async def test_what_does_not_fit_from_the_editor_is_said_and_taken_up_again() -> None:
    answers = ('headers.pop(" => headers.nop("', 'headers.nop(" => headers.pop("')
    desk = await run("]", "e", "ctrl+g", "ctrl+g", answers=answers)
    assert any("must stay" in text for text in desk.said)
    assert "headers.nop" in desk.outside[1]
    assert desk.pane.review is not None
    assert desk.pane.review.spots[1].verdict == "accepted"


async def test_lines_are_chosen_one_by_one_and_a_hunk_is_split() -> None:
    desk = await run("j", "space", "y", "s", "n", "A", "enter")
    decision = desk.decided[0][1]
    assert verdicts(decision) == ["edit", "reject", "accept", "accept", "accept"]


async def test_words_are_found_from_line_to_line_and_round_the_end() -> None:
    desk = await run("/", *"credentials", "enter")
    review = desk.pane.review
    assert review is not None
    assert (review.cursor, review.line) == (0, 4)
    desk = await run("/", *"credentials", "enter", "/", "enter")
    assert desk.pane.review is not None
    assert desk.pane.review.cursor == 1
    desk = await run("/", *"zzz", "enter")
    assert desk.said == ["No line has 'zzz'."]


async def test_pages_of_a_long_edit_are_scrolled() -> None:
    desk = await run("pagedown")
    assert desk.pane.top > 0
    desk = await run("pagedown", "home")
    assert desk.pane.top == 0


async def test_verdicts_of_a_file_of_everything_and_their_undoing() -> None:
    desk = await run("n", "a", "u", "u", "d", "A", "enter")
    assert verdicts(desk.decided[0][1]) == ["reject", "reject", "reject", "accept"]


async def test_keys_before_the_request_is_armed_mean_nothing() -> None:
    story = edit_waiting()
    desk = Desk(ChangesPane(load=ToldClient(story).blob))
    async with desk.run_test(size=(68, 32)) as pilot:
        desk.pane.show(fold(story.records))
        desk.pane.arm(armed=False)
        await desk.workers.wait_for_complete()
        await pilot.press("y", "A", "enter", "]")
        assert desk.pane.review is not None
        assert (desk.pane.review.touched, desk.pane.review.cursor) == (False, 1)
        desk.pane.arm(armed=True)
        await pilot.press("y")
        assert desk.pane.review.touched


async def test_escape_writes_nothing_and_going_away_keeps_the_verdicts() -> None:
    story = edit_waiting()
    desk = Desk(ChangesPane(load=ToldClient(story).blob))
    async with desk.run_test(size=(68, 32)) as pilot:
        state = fold(story.records)
        desk.pane.show(state)
        await desk.workers.wait_for_complete()
        await pilot.press("y", "escape")
        desk.pane.show(state)
        await pilot.pause()
        assert (desk.left, desk.decided) == (1, [])
        assert desk.pane.review is not None
        assert desk.pane.review.touched


async def test_a_verdict_moves_no_line() -> None:
    before = await run()
    after = await run("y", "n", "y", "y", "[", "[", "[", "[")
    assert before.pane.total == after.pane.total
    assert [row[8:40] for row in before.rows] == [row[8:40] for row in after.rows]


async def test_a_decided_edit_is_shown_as_it_was_decided_and_takes_no_verdicts() -> None:
    story = edit_waiting()
    state = fold(story.records)
    (waiting,) = state.waiting.values()
    proposal = state.call(waiting).proposal
    assert proposal is not None
    assert proposal.patch is not None
    hunks = tuple(
        HunkDecision(path=file.path, runs=(run,), verdict="reject", reason="no")
        for file in proposal.patch.files
        for run in file.run_ids
    )
    story.decide(proposal, waiting.request_id, Decision(verdict="once", hunks=hunks))
    desk = await run("y", "enter", story=story)
    assert desk.decided == []
    assert sum("rejected “no”" in row for row in desk.rows) >= 2


async def test_what_happens_to_files_as_such_is_said_in_words() -> None:
    story = Story(at="13:58:00").start()
    story.user("change everything")
    call = story.call("edit")
    story.model("", call)
    changes = (
        FileChange(path="new.py", before=None, after=b"x = 1\n"),
        FileChange(path="old.txt", before=b"one\n", after=None),
        FileChange(path="a.py", new_path="b.py", before=b"x = 1\ny = 2\n", after=b"x = 1\ny = 3"),
        FileChange(path="run.sh", before=b"ls\n", after=b"ls\n", old_mode=0o644, new_mode=0o755),
        FileChange(path="img.png", before=b"\0\1", after=b"\0\2"),
        FileChange(path="dos.txt", before=b"a\r\n", after=b"a\n"),
        FileChange(path="ctl.txt", before=b"a\n", after=b"a\x1b[31mb\n"),
    )
    patch = Patch(files=tuple(describe(change, story.put) for change in changes))
    story.ask(story.propose(call, "7 files", "edit", patch=patch))
    desk = Desk(ChangesPane(load=ToldClient(story).blob))
    async with desk.run_test(size=(68, 50)) as pilot:
        desk.pane.show(fold(story.records))
        await desk.workers.wait_for_complete()
        await pilot.pause()
        text = "\n".join(text_of(desk))
    for words in (
        "new file",
        "deleted file",
        "rename to b.py",
        "no line feed at the end",
        "change mode 644 to 755",
        "replace the whole binary file",
        "a  CRLF",
        "a␛[31mb",
    ):
        assert words in text


async def test_nothing_to_show_is_said_in_one_sentence() -> None:
    desk = Desk(ChangesPane(load=Payloads().load))
    async with desk.run_test(size=(60, 10)) as pilot:
        desk.pane.show(Session())
        await pilot.pause()
        assert text_of(desk)[0].strip() == "Edits are shown here before they are written."
        assert desk.pane.header(folded=False)[1] == (("none", "text-3"),)


async def test_missing_bytes_are_told_instead_of_a_diff() -> None:
    story = edit_waiting()
    desk = Desk(ChangesPane(load=Payloads().load))
    async with desk.run_test(size=(60, 10)) as pilot:
        desk.pane.show(fold(story.records))
        await desk.workers.wait_for_complete()
        await pilot.pause()
        assert "cannot be read" in text_of(desk)[0]


def asked_again() -> tuple[Story, str]:
    """Ask about two hunks, and again after the file changed: the first verdict still holds."""
    story = Story(at="13:58:00").start()
    story.user("change it", at="13:58")
    call = story.call("edit")
    story.model("", call)
    lines = [f"line {number}\n" for number in range(40)]
    changed = [line.upper() if line in {lines[3], lines[30]} else line for line in lines]
    proposal = story.edit(call, {"a.txt": ("".join(lines), "".join(changed))})
    notes = tuple(f"left out: file {number}" for number in range(7))
    proposal = replace(proposal, notes=notes)
    assert proposal.patch is not None
    kept = HunkDecision(path="a.txt", runs=proposal.patch.files[0].run_ids[:1], verdict="accept")
    story.emit(
        ApprovalRequested(
            request_id="again",
            call_id=call.id,
            proposal=proposal,
            reason=ASK_WRITE,
            asked_before=True,
            kept=(kept,),
        )
    )
    return story, "A file changed under the review. Nothing was written"


async def test_notes_stand_above_the_first_hunk_and_verdicts_that_hold_are_kept() -> None:
    desk = await run(story=asked_again()[0])
    assert [row.strip() for row in desk.rows[:8]] == [
        "✓ 1 verdict from before is set again",
        "",
        *(f"! left out: file {number}" for number in range(5)),
        "! and 2 more notes",
    ]
    assert desk.pane.review is not None
    assert [spot.decided for spot in desk.pane.review.spots] == [True, False]


async def test_a_file_that_changed_is_said_under_the_status_until_all_is_decided() -> None:
    story, words = asked_again()
    async with at_desk(story) as desk:
        assert words in desk.rows()[1]
        proposal = fold(story.records).call(next(iter(fold(story.records).waiting.values())))
        assert proposal.proposal is not None
        story.decide(proposal.proposal, "again", Decision(verdict="reject"))
        await desk.drawn()
        assert words not in "".join(desk.rows())


def a_thousand_hunks() -> Story:
    story = Story(at="13:58:00").start()
    story.user("change everything", at="13:58")
    call = story.call("edit")
    story.model("", call)
    before = "".join(f"value_{number} = {number}  # a line of code\n" for number in range(10_000))
    lines = before.split("\n")
    lines[::10] = [line.replace("value", "other") for line in lines[::10]]
    story.ask(story.edit(call, {"many.py": (before, "\n".join(lines))}))
    return story


async def opened_and_decided() -> tuple[float, float]:
    """Open a thousand hunks and decide sixty; return the processor seconds of both."""
    story = a_thousand_hunks()
    desk = Desk(ChangesPane(load=ToldClient(story).blob))
    async with desk.run_test(size=(120, 40)) as pilot:
        state = fold(story.records)
        began = time.process_time()
        desk.pane.show(state)
        await desk.workers.wait_for_complete()
        await pilot.pause()
        opened = time.process_time() - began
        began = time.process_time()
        for _ in range(60):
            desk.pane.act("review.accept")
            desk.pane.render_lines(desk.pane.region.reset_offset)
        decided = time.process_time() - began
        assert desk.pane.review is not None
        assert len(desk.pane.review.spots) == 1000
        assert desk.pane.review.undecided == 940
    return opened, decided


async def test_a_thousand_hunks_open_at_once_and_keep_up_with_sixty_verdicts_a_second() -> None:
    measured = [await opened_and_decided() for _ in range(3)]
    assert min(opened for opened, _ in measured) < 0.5
    assert min(decided for _, decided in measured) < 1.0
