"""What every export says in the same words: titles, facts, verdicts, ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tui_agent.core.events import TurnEnded
from tui_agent.core.overview import Overview
from tui_agent.ui.exports.blocks import HunkBlock, Sign
from tui_agent.ui.figures import counts, duration, money, plural
from tui_agent.ui.report import ending
from tui_agent.ui.tui.review_spots import SpotVerdict

SIGNS: dict[str, str] = {
    "done": "✓",
    "failed": "✗",
    "warning": "!",
    "denied": "∅",
    "waiting": "◆",
    "edited": "~",
    "queued": "·",
    "running": "●",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A verdict in a word, with its sign and the role of its colour."""

    word: str
    sign: Sign
    role: str


UNDECIDED = Verdict(word="undecided", sign="waiting", role="pending")
VERDICTS: dict[SpotVerdict, Verdict] = {
    "accepted": Verdict(word="accepted", sign="done", role="added"),
    "edited": Verdict(word="accepted as edited", sign="edited", role="added"),
    "partly": Verdict(word="accepted in part", sign="edited", role="added"),
    "rejected": Verdict(word="rejected", sign="failed", role="removed"),
    "undecided": UNDECIDED,
}


def title_of(overview: Overview) -> str:
    """Return what a session is called."""
    return overview.title or f"Session {overview.id}"


def head_facts(overview: Overview) -> Iterator[str]:
    """Yield what stands below the title, a fact a line."""
    yield f"session {overview.id}"
    if overview.origin:
        yield f"imported from {overview.origin}"
    if overview.repository:
        where = f"repository {overview.repository}"
        if overview.branch:
            where += f", branch {overview.branch}"
        if overview.head:
            where += f" at {overview.head[:10]}"
        yield where
    if overview.model:
        yield f"model {overview.model}"
    yield f"{when(overview.started)} to {when(overview.last)} UTC"
    parts = [plural(overview.turns, "turn"), plural(overview.stops, "step"), cost_of(overview)]
    if overview.added or overview.removed:
        parts.append(f"lines {counts(overview.added, overview.removed)}")
    yield ", ".join(parts)


def cost_of(overview: Overview) -> str:
    """Return what a session cost, as far as it is known."""
    return money(overview.cost)


def when(ts: str) -> str:
    """Return `2026-11-21 14:02`."""
    return ts[:16].replace("T", " ")


def hunk_facts(hunk: HunkBlock) -> str:
    """Return the verdict on a hunk: `rejected after 8.0 s “a 307 must resend the body”`."""
    text = VERDICTS[hunk.verdict].word
    if hunk.after_ms:
        text += f" after {duration(hunk.after_ms / 1000)}"
    if hunk.reason:
        text += f" “{hunk.reason}”"
    return text


def report_words(ended: TurnEnded) -> str:
    """Return how a turn ended, in a few words."""
    return "".join(ending(ended))
