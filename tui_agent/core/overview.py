"""What a session was, at a glance: for lists, previews and the heads of exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from tui_agent.core.blob import preview_of
from tui_agent.core.events import EndReason, Record, TurnEnded
from tui_agent.core.state import Session, Turn, fold
from tui_agent.core.state.stops import find_stops, one_line
from tui_agent.core.stats import usage_of

Sign = Literal["done", "warning", "failed", "denied", "waiting", "running", "queued"]
"""The name of a glyph."""

TITLE = 100
SHOWN_TURNS = 12
"""How many of the last turns a preview keeps."""
SHOWN_FILES = 40

NOT_RECORDED = "not-recorded"
"""The id of a session that is kept nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a turn, or the session with it, ended."""

    words: str = "nothing said"
    sign: Sign = "queued"
    role: str = "text-3"
    """The role of the sign's colour in a theme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnGlance:
    """One turn in three lines."""

    number: int
    said: str
    answer: str = ""
    outcome: Outcome = field(default_factory=Outcome)
    note: str = ""
    """What stopped it, or which tree was verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A session in a few facts."""

    id: str
    title: str = ""
    """What was first said, in a line."""
    started: str = ""
    """UTC, ISO 8601."""
    last: str = ""
    repository: str = ""
    workspace: str = ""
    branch: str = ""
    head: str = ""
    model: str = ""
    origin: str = ""
    """The program that the session was imported from; empty for our own."""
    turns: int = 0
    stops: int = 0
    """How many steps a replay of it has."""
    outcome: Outcome = field(default_factory=Outcome)
    added: int = 0
    removed: int = 0
    cost: float | None = None
    """Dollars; None where a price is unknown."""
    files: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    last_turns: tuple[TurnGlance, ...] = ()


_STOPPED: dict[EndReason, Outcome] = {
    "checks_failed": Outcome(words="checks failed", sign="failed", role="removed"),
    "max_loops_exhausted": Outcome(words="checks failed", sign="failed", role="removed"),
    "max_steps_exceeded": Outcome(words="out of steps", sign="denied", role="removed"),
    "budget_exceeded": Outcome(words="out of budget", sign="denied", role="removed"),
    "rejected": Outcome(words="rejected", sign="failed", role="removed"),
    "interrupted": Outcome(words="interrupted", sign="warning", role="warning"),
    "model_failed": Outcome(words="no answer", sign="failed", role="removed"),
    "needs_approval": Outcome(words="needs approval", sign="denied", role="removed"),
    "question_unanswered": Outcome(words="left a question", sign="denied", role="removed"),
    "failed": Outcome(words="gave up", sign="failed", role="removed"),
}
_OPEN = Outcome(words="not finished", sign="warning", role="warning")
_WAITS = Outcome(words="waits for you", sign="waiting", role="pending")


def overview_of(records: Sequence[Record], state: Session | None = None) -> Overview:
    """Return a session at a glance. `state`: its fold, where it is at hand already."""
    state = fold(records) if state is None else state
    turns = state.main.turns
    begun = state.started
    files = [one for turn in turns for one in turn.changed]
    changed = [counts for turn in turns for counts in turn.changed.values()]
    return Overview(
        id=state.id,
        title=_said(turns[0])[:TITLE] if turns else "",
        started=records[0].ts if records else "",
        last=records[-1].ts if records else "",
        repository=begun.repository if begun is not None else "",
        workspace=begun.workspace if begun is not None else "",
        branch=(begun.branch or "") if begun is not None else "",
        head=(begun.git_head or "") if begun is not None else "",
        model=state.model,
        origin=state.origin,
        turns=len(turns),
        stops=len(find_stops(records)),
        outcome=_outcome_of(state),
        added=sum(added for added, _ in changed),
        removed=sum(removed for _, removed in changed),
        cost=usage_of(state).cost_usd,
        files=tuple(dict.fromkeys(files))[:SHOWN_FILES],
        labels=tuple(text for _, text in state.labels),
        last_turns=tuple(_glance(state, turn) for turn in turns[-SHOWN_TURNS:]),
    )


def outcome_of_turn(ended: TurnEnded) -> Outcome:
    """Return how a turn ended, in two words."""
    report = ended.report
    if ended.reason != "done":
        return _STOPPED[ended.reason]
    if report.verified:
        return Outcome(words="verified", sign="done", role="added")
    if report.changed:
        return Outcome(words="unverified", sign="warning", role="warning")
    words = "answered" if report.intent == "question" else "read only"
    return Outcome(words=words, sign="done", role="text-3")


def _outcome_of(state: Session) -> Outcome:
    turns = state.main.turns
    if not turns:
        return Outcome()
    ended = turns[-1].ended
    if ended is None:
        return _WAITS if state.waiting else _OPEN
    if ended.reason == "done" and not ended.report.changed:
        # A question at the end does not make a session of changes one that only read.
        ends = [turn.ended for turn in turns if turn.ended is not None]
        changing = [one for one in ends if one.report.changed]
        return outcome_of_turn(changing[-1]) if changing else outcome_of_turn(ended)
    return outcome_of_turn(ended)


def _glance(state: Session, turn: Turn) -> TurnGlance:
    ended = turn.ended
    if ended is None:
        outcome = _WAITS if state.waiting else _OPEN
        return TurnGlance(number=turn.number, said=_said(turn), outcome=outcome)
    note = ended.detail
    if ended.report.verified and ended.report.tree:
        note = f"on tree {ended.report.tree[:7]}"
    return TurnGlance(
        number=turn.number,
        said=_said(turn),
        answer=one_line(ended.report.summary, 200),
        outcome=outcome_of_turn(ended),
        note=one_line(note),
    )


def _said(turn: Turn) -> str:
    return " ".join(preview_of(turn.users[0].text).split()) if turn.users else ""
