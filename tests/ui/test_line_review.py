"""Line mode's review: every change by a key, in any order, and what is said of it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Collection

import pytest

from tests.support.patches import views_of
from tui_agent.core.patch import HunkDecision, resolve
from tui_agent.core.patch.view import FileView
from tui_agent.core.proposal import Decision
from tui_agent.ui.line_offers import Offering
from tui_agent.ui.line_reading import Left, Stops
from tui_agent.ui.line_review import Draft, Review
from tui_agent.ui.text import Paper

LINES = [f"line {number}" for number in range(1, 61)]


class Typed:
    """A person who answers one question after the other, and then leaves."""

    strict = True

    def __init__(self, *answers: str) -> None:
        self.stops = Stops(lambda: None)
        self.answers = list(answers)
        self.asked: list[str] = []

    def session(self, offering: Offering, queued: Callable[[], bool]) -> None:
        """Nothing is completed."""

    async def line(self, prompt: str, *, hold: bool = True, start: str = "") -> str | None:
        del hold, start
        self.asked.append(prompt)
        if not self.answers:
            raise Left
        return self.answers.pop(0)

    async def key(self, prompt: str, keys: Collection[str]) -> str:
        said = await self.line(prompt)
        assert said in keys, f"{said!r} is not asked for: {prompt}"
        return said or ""

    async def text(self, start: str) -> str:
        return (await self.line(start)) or ""

    async def meanwhile(self, changed: asyncio.Event) -> str | None:
        await changed.wait()
        return None

    def early(self) -> list[str]:
        return []

    def arm(self) -> None:
        """Nothing is typed too early."""

    def release(self) -> None:
        """Nothing comes between."""


def changed(*numbers: int) -> str:
    return "".join(
        f"{line.upper() if n in numbers else line}\n" for n, line in enumerate(LINES, start=1)
    )


def three_hunks_in_two_files() -> tuple[FileView, ...]:
    """The second hunk has two runs."""
    return views_of(("a.txt", changed(), changed(5, 30, 34)), ("b.txt", changed(), changed(50)))


async def reviewed(*answers: str, draft: Draft | None = None) -> tuple[Decision | None, str, Typed]:
    person, out = Typed(*answers), io.StringIO()
    review = Review(person, Paper({"NO_COLOR": "1"}, out), person.text)
    decision = await review.decide(three_hunks_in_two_files(), draft or Draft())
    return decision, out.getvalue(), person


def outcome(decision: Decision | None, file: int = 0) -> bytes | None:
    assert decision is not None
    view = three_hunks_in_two_files()[file]
    return resolve(view, [one for one in decision.hunks if one.path == view.path]).content


async def test_verdicts_are_counted_by_change_as_they_were_asked_for() -> None:
    _, said, _ = await reviewed("y", "y", "n", "\r")
    assert "3 changes in 2 files to decide" in said
    assert "\n2 accepted, 1 rejected\n" in said


async def test_a_change_can_be_left_for_later_and_is_asked_about_before_anything_is_applied() -> (
    None
):
    decision, said, person = await reviewed("]", "n", "y", "y", "\r")
    assert [one[:3] for one in person.asked[:-1]] == ["1/3", "2/3", "3/3", "1/3"]
    assert "2 accepted, 1 rejected" in said
    assert outcome(decision) == changed(5).encode()


async def test_going_back_changes_a_verdict_and_says_what_it_was() -> None:
    decision, said, _ = await reviewed("y", "[", "n", "}", "y", "y", "\r")
    assert "It is accepted so far." in said
    assert outcome(decision) == changed(30, 34).encode()


async def test_files_and_words_lead_to_a_change_and_the_ends_are_said() -> None:
    _, said, person = await reviewed("[", "{", "}", "}", "/", "LINE 34", "/", "nowhere", "A", "\r")
    asked = [one.partition(" [")[0] for one in person.asked]
    want = [*["1/3"] * 3, *["3/3"] * 2, "Search for: ", "2/3", "Search for: ", "2/3"]
    assert asked[: len(want)] == want
    for end in ("This is the first change.", "This is the first file.", "This is the last file."):
        assert end in said
    assert "No other change has these words." in said
    assert "3 accepted" in said


async def test_the_rest_means_what_is_undecided_and_never_a_verdict_that_was_given() -> None:
    decision, said, _ = await reviewed("]", "n", "[", "[", "A", "\r")
    assert "2 accepted, 1 rejected" in said
    assert outcome(decision) == changed(5).encode()
    assert outcome(decision, 1) == changed(50).encode()


async def test_taking_back_goes_to_that_very_change() -> None:
    _, _, person = await reviewed("]", "y", "y", "y", "u", "n", "\r")
    assert [one[:3] for one in person.asked[4:6]] == ["Ent", "1/3"]


async def test_verdicts_from_before_are_counted_by_change_too() -> None:
    first, second = three_hunks_in_two_files()[0].hunks()
    kept = (
        HunkDecision(path="a.txt", runs=first.run_ids, verdict="accept"),
        HunkDecision(path="a.txt", runs=second.run_ids[:1], verdict="accept"),
        HunkDecision(path="a.txt", runs=second.run_ids[1:], verdict="reject"),
    )
    _, said, _ = await reviewed("y", "\r", draft=Draft(kept))
    assert "2 verdicts of yours still stand" in said
    assert "2 accepted, 1 partly accepted" in said


async def test_leaving_in_the_middle_decides_nothing_and_forgets_nothing() -> None:
    draft = Draft()
    with pytest.raises(Left):
        await reviewed("y", "n", draft=draft)
    decision, said, person = await reviewed("y", "\r", draft=draft)
    assert person.asked[0].startswith("3/3")
    assert "2 accepted, 1 rejected" in said
    assert outcome(decision) == changed(5).encode()
