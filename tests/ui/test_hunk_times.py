"""Each hunk's verdict says how long it took, live, in the log and in a replay."""

from __future__ import annotations

from dataclasses import replace

from tests.ui.stage import TRUE_COLOUR, text_of
from tests.ui.stories import edit_waiting
from tests.ui.story import Story
from tests.ui.told_client import ToldClient
from tui_agent.core.codec import decode, encode
from tui_agent.core.events import ApprovalDecided, ApprovalRequested
from tui_agent.core.patch import FileView, HunkDecision
from tui_agent.core.proposal import Decision, Proposal
from tui_agent.ui.tui.review_model import Review
from tui_agent.ui.tui.screens.replay import ReplayApp, Start
from tui_agent.ui.tui.theme import choose_theme


def proposed(story: Story) -> tuple[Proposal, str]:
    event = story.records[-1].event
    assert isinstance(event, ApprovalRequested)
    return event.proposal, event.request_id


def views(story: Story, proposal: Proposal) -> list[FileView]:
    assert proposal.patch is not None
    return [
        FileView.of(file, story.blobs[file.before.sha], story.blobs[file.after.sha])
        for file in proposal.patch.files
        if file.before is not None and file.after is not None
    ]


def decided(story: Story) -> Decision:
    """Decide hunk by hunk, four seconds after the other."""
    proposal, _ = proposed(story)
    now = [100.0]
    review = Review(views(story, proposal), clock=lambda: now[0])
    while review.undecided:
        now[0] += 4
        if review.undecided == 2:
            review.reject("a 307 must resend the body")
        else:
            review.accept()
    return review.decision()


def test_a_verdict_says_how_long_after_the_edit_was_shown_it_was_given() -> None:
    story = edit_waiting()
    hunks = decided(story).hunks
    assert [one.after_ms for one in hunks] == [4000, 8000, 12000, 16000]
    assert decode(HunkDecision, encode(hunks[0])).after_ms == 4000
    assert hunks[0] == replace(hunks[0], after_ms=0), "the same decision, whenever it was made"


async def test_a_replay_shows_the_time_of_each_hunk() -> None:
    story = edit_waiting()
    proposal, request = proposed(story)
    decision = decided(story)
    story.emit(
        ApprovalDecided(
            call_id=proposal.call_id, request_id=request, decision=decision, waited_ms=17_000
        ),
        seconds=17,
    )
    app = ReplayApp(
        story.records,
        load=ToldClient(story).blob,
        look=choose_theme("dark", TRUE_COLOUR),
        start=Start(),
    )
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.press("a")
        await app.workers.wait_for_complete()
        await pilot.pause()
        text = "\n".join(text_of(app))
    assert "accepted after 4.0 s" in text
    assert "accepted after 8.0 s" in text
    assert "rejected after 12 s" in text
    assert "after 17 s" in text
