"""What the status row and the activity row say of a state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tui_agent.core.blob import preview_of
from tui_agent.core.budget import spent
from tui_agent.core.state import Call, Session, Step, Turn, Waiting, place_of
from tui_agent.ui.tui.call_line import object_of, verb_of
from tui_agent.ui.tui.chrome import NARROW, Activity, Said, Status
from tui_agent.ui.tui.ledger import NO_DRAFT, Draft, states
from tui_agent.ui.tui.words import count, duration

LETTERS_A_TOKEN = 4
"""A guess, for what streams in before the provider has counted."""


def status_of(state: Session) -> Status:
    """Say where we are and what it costs."""
    started = state.started
    if started is None:
        return Status(model=_name_of(state.model), mode=state.mode)
    main = state.main
    window = main.window or started.context_tokens
    context = None
    if window and main.context_used is not None:
        context = main.context_used / window
    asked = main.asked is not None
    money = spent(state)
    return Status(
        repository=started.repository or started.workspace.rpartition("/")[2],
        branch=state.branch,
        dirty=started.dirty or state.tree_edits > 0,
        mode=state.mode,
        sandbox=state.sandbox,
        model=_name_of(main.stand_in or state.model),
        stands_in=bool(main.stand_in),
        context=context,
        spent=money.usd if asked or state.budget_usd is not None else None,
        unpriced=money.unpriced,
        cap=state.budget_usd,
    )


def _name_of(model: str) -> str:
    """Return a model's name; of a script, the file's, and that it is one."""
    if model == "none":
        return "no model"
    kind, _, path = model.partition(":")
    return f"{path.rpartition('/')[2].partition('.')[0]} (scripted)" if kind == "script" else model


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What of the screen the activity row depends on."""

    width: int = 120
    focus: str = "prompt"
    """The key context that has the focus."""
    purpose: str = ""
    """What is typed there: see `AnswerLine`."""
    writing: bool = False
    """Whether the prompt has text."""
    beat: int = 0
    now_ms: int = 0
    """Milliseconds since the last record, on the user's own clock."""


def waiting_of(state: Session) -> Waiting | None:
    """Return the request that is to be answered first."""
    return next(iter(state.waiting.values()), None)


def activity_of(state: Session, drafts: Mapping[str, Draft], view: View) -> Activity:
    """Say what happens, and since when."""
    waiting = waiting_of(state)
    if waiting is not None:
        yours = _yours(state.call(waiting), drafts.get(waiting.request_id, NO_DRAFT), view)
        place = place_of(state, waiting)
        return replace(yours, facts=(*yours.facts, place)) if place else yours
    turn = state.main.turn
    if turn is None:
        return _summarising(view) if state.main.summarising else Activity()
    if state.halted:
        hint: Said = ("Enter", "goes on once there is room")
        return Activity(
            sign="warning",
            role="warning",
            what="stopped: the log cannot be written",
            facts=("nothing is lost",),
            hints=(hint, ("Esc", "ends the turn")) if view.width >= NARROW else (hint,),
        )
    what, facts = _doing(state, turn, view)
    hints: list[Said] = [("Esc", "stops"), ("Enter", "queues"), ("^S", "steers")]
    return Activity(
        sign="running",
        what=what,
        facts=tuple(facts),
        hints=tuple(hints if view.width >= NARROW else hints[:1]),
        beat=view.beat,
    )


def _summarising(view: View) -> Activity:
    return Activity(
        sign="running",
        what="compacting",
        facts=("the model summarises the conversation",) if view.width >= NARROW else (),
        hints=(("Esc", "stops"),),
        beat=view.beat,
    )


def _doing(state: Session, turn: Turn, view: View) -> tuple[str, list[str]]:
    running = [call for call in turn.calls.values() if call.status == "running"]
    if running:
        return _running(running, state, view)
    step = turn.steps[max(turn.steps)] if turn.steps else None
    if step is None or not step.open:
        return _phase(turn), [_since(state, turn.mono_ms, view)]
    return _step(step, state, turn, view)


def _running(running: list[Call], state: Session, view: View) -> tuple[str, list[str]]:
    last = running[-1]
    words = [object_of(last)] if len(running) == 1 else [count(len(running), "call")]
    return f"running {verb_of(last)}", [*words, _since_ts(state, last.started_ts, view)]


def _step(step: Step, state: Session, turn: Turn, view: View) -> tuple[str, list[str]]:
    since = _since_ts(state, step.ts, view)
    left = _held_seconds(step, state, view)
    if left > 0 and step.held is not None:
        return "waits for the rate limit", [duration(left), step.held.provider]
    if step.failure is not None and not step.text:
        if step.failure.next_model:
            return "asking the stand-in", [step.stand_in, since]
        return "trying again", [f"attempt {step.attempts}", since]
    if step.purpose == "compaction":
        return "compacting", [since]
    if step.text:
        return "writing", [since, count(len(step.text) // LETTERS_A_TOKEN, "token")]
    if step.reasoning:
        return "thinking", [since]
    what = "asking the model" if len(turn.steps) == 1 else "going on"
    return what, [since]


def _held_seconds(step: Step, state: Session, view: View) -> int:
    """Return for how many seconds a request still waits for its provider's limits."""
    if step.held is None or step.text or step.reasoning:
        return 0
    return round(step.held.seconds - _passed(state, step.held_ts, view))


def _phase(turn: Turn) -> str:
    return {"gather": "reading the workspace", "verify": "checking", "report": "reporting"}.get(
        turn.phase, "working"
    )


def _since(state: Session, mono_ms: int, view: View) -> str:
    return duration(max(0, round((state.mono_ms - mono_ms + view.now_ms) / 1000)))


def _since_ts(state: Session, ts: str, view: View) -> str:
    seconds = _passed(state, ts, view)
    return duration(round(seconds)) if seconds >= 1 else "0 s"


def _passed(state: Session, ts: str, view: View) -> float:
    """Return the seconds since a moment of the log; 0 where it tells none."""
    from datetime import datetime

    try:
        passed = datetime.fromisoformat(state.ts) - datetime.fromisoformat(ts)
    except ValueError:
        return 0.0
    return passed.total_seconds() + view.now_ms / 1000


def _yours(call: Call, draft: Draft, view: View) -> Activity:
    what, facts = _asked(call, draft, view)
    return Activity(
        sign="waiting",
        role="pending",
        what=what,
        facts=tuple(facts),
        hints=tuple(_answers(call, draft, view)),
    )


def _asked(call: Call, draft: Draft, view: View) -> tuple[str, list[str]]:
    proposal = call.proposal
    if proposal is not None and proposal.patch is not None:
        found = states(proposal.patch, draft.decisions, split=draft.hunks)
        left = found.count("undecided")
        if not left:
            return "your verdict", [f"{count(len(found), 'hunk')} decided, nothing written yet"]
        narrow = view.width < NARROW
        words = "left" if narrow else "hunk undecided" if len(found) == 1 else "hunks undecided"
        return "your verdict", [f"{left} of {len(found)} {words}"]
    question = proposal.question if proposal is not None else None
    if question is not None and question.kind == "budget":
        return "your choice", ["paused before the next model call"]
    if question is not None:
        what = "your plan" if question.kind == "plan" else "your answer"
        return what, [question.text.partition("\n")[0]] if view.width >= NARROW else []
    parts = len(proposal.command.parts) if proposal is not None and proposal.command else 0
    commands = proposal is not None and proposal.command is not None
    facts = [count(max(1, parts), "command")] if commands else [verb_of(call)]
    return "your approval", facts


_TYPING: dict[str, list[Said]] = {
    "budget": [("Esc", "stops here")],
    "hunk-editor": [("^S", "keeps"), ("Esc", "discards")],
    "allow": [("Enter", "allows it"), ("Esc", "back")],
}
"""What the keys do in the editor of a hunk, in the choice of a rule, and in the budget pause."""
_ANSWERING = {
    "why": "rejects with it",
    "search": "finds it",
    "command": "runs it once",
    "amount": "raises the cap",
}
"""What Enter does with a line that is typed, by its purpose."""


def answering(purpose: str) -> list[Said]:
    """Return what the keys do while a line is typed."""
    return [("Enter", _ANSWERING.get(purpose, "answers")), ("Esc", "back")]


def _answers(call: Call, draft: Draft, view: View) -> list[Said]:
    """Return what Enter and Esc do to this request from where the focus is."""
    patch = call.proposal.patch if call.proposal is not None else None
    question = call.proposal.question if call.proposal is not None else None
    place = "Changes" if patch is not None else "Approve"
    if question is not None and patch is None:
        place = {"plan": "Plan", "budget": "Budget"}.get(question.kind, "Question")
    if view.focus == "prompt":
        if view.writing:
            return [("F6", "answers, your text stays")]
        return [("F6", place if view.width >= NARROW else "")]
    if view.focus == "review" and patch is not None:
        left = states(patch, draft.decisions, split=draft.hunks).count("undecided")
        undecided = "next" if view.width < NARROW else "next undecided"
        enter = ("Enter", undecided if left else "applies")
        return [enter, ("Esc", "later, writes nothing")]
    if view.focus in {"approval", "question", "plan"}:
        return [("Esc", "later")]
    if view.focus == "answer":
        return answering(view.purpose)
    if view.focus in _TYPING:
        return list(_TYPING[view.focus])
    return [("F6", place)]


def words_of(state: Session) -> str:
    """Return what the terminal's title says: the last message of the user."""
    turns = state.main.turns
    if not turns or not turns[-1].users:
        return ""
    return " ".join(preview_of(turns[-1].users[0].text).split())
