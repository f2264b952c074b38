"""What stands in the place of a conversation that is compacted, and what of it stays as it is.

What the user said and decided, the plan, the files and the checks are taken from the state, each
time anew: they are not summarised, so that no summary of a summary can lose them. Only the rest is
told in the model's own words. The log keeps everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tui_agent.core.blob import Text, size_of
from tui_agent.core.context import spell
from tui_agent.core.events import InstructionsLoaded
from tui_agent.core.excerpt import head_and_tail
from tui_agent.core.forecast import BYTES_A_TOKEN, SUMMARY_TOKENS, tokens_of
from tui_agent.core.messages import Message
from tui_agent.core.patch import HunkDecision, Patch, Run
from tui_agent.core.prompt import COMPACTION, MODES
from tui_agent.core.proposal import SeenFile
from tui_agent.core.state.values import Agent, Call, Session, Turn
from tui_agent.core.text import content, split_lines
from tui_agent.core.undo.past import succeeded

Load = Callable[[Text], str]
"""Gives the whole of a text."""

KEPT_MESSAGES = 12
"""The last messages that stay word for word, at most."""
KEPT_BYTES = 24_000
"""And how much they may be, together."""
MESSAGE_LETTERS = 6_000
"""Of one message of the user; of a longer one, its head and its tail."""
ALL_LETTERS = 60_000
"""Of all of them; beyond that each gets its part, and at least `FEWEST_LETTERS`."""
FEWEST_LETTERS = 400
MOST_DECISIONS = 80
HUNK_LINES = 4
"""Of a hunk that was rejected or edited: enough to know it by."""
HUNK_LETTERS = 160
MOST_RANGES = 12
"""Of a file that was read in part."""
SHA_DIGITS = 10
IN_MIND = "The user asks you to keep this in mind above all: "
OPENING = (
    "The conversation before this was compacted to save room. What follows up to the summary is "
    "from the session's record, word for word; the summary is yours. Files may have changed since "
    "you read them: read again what you rely on. Do not repeat what was rejected."
)
CUT = "The model could not summarise it: the conversation was too long."
CUT_FIRST = "The oldest part did not fit into the model's window and was left out."


def wish(words: str, prompt: str = COMPACTION) -> str:
    """Return what the model is asked for, with what the user wants kept in mind."""
    return f"{prompt}\n\n{IN_MIND}{words}" if words else prompt


def words_in(asked: str) -> str:
    """Return what the user wanted kept in mind, from what the model was asked."""
    return asked.partition(IN_MIND)[2]


def kept_tail(messages: Sequence[Message]) -> int:
    """Return how many of the last messages stay word for word.

    The cut never parts a result from its call. They are at most a quarter of the whole, or a short
    conversation would not become shorter.
    """
    whole = sum(_size(one) for one in messages)
    most, kept, size = min(KEPT_BYTES, whole // 4), 0, 0
    for count, one in enumerate(reversed(messages), 1):
        size += _size(one)
        if count > KEPT_MESSAGES or size > most:
            break
        if one.role != "tool":
            kept = count
    return kept


def _size(one: Message) -> int:
    return size_of(one.text) + sum(len(call.arguments) for call in one.tool_calls)


def tokens_kept(session: Session, agent: Agent) -> int:
    """Return about how many tokens the conversation will be once it is compacted."""
    tail = agent.messages[len(agent.messages) - kept_tail(agent.messages) :]
    said = sum(
        min(size_of(one.text), MESSAGE_LETTERS) for turn in _seen_turns(agent) for one in turn.users
    )
    loaded = agent.instructions or InstructionsLoaded()
    given = size_of(loaded.facts) + size_of(loaded.text) + min(said, ALL_LETTERS)
    facts = len("\n".join(_facts(session, agent, str)))
    return tokens_of(tail) + (given + facts) // BYTES_A_TOKEN + SUMMARY_TOKENS


def opening(session: Session, agent: Agent, words: str, load: Load) -> tuple[str, ...]:
    """Return the texts that stand first: instructions as they were given, then the record."""
    loaded = agent.instructions or InstructionsLoaded()
    given = [load(one) for one in (loaded.facts, loaded.text) if one]
    sections = [OPENING, _said(agent, load)]
    if words:
        sections.append(f"# To be kept in mind above all, in the user's words\n\n{words}")
    sections += _facts(session, agent, load)
    return (*given, "\n\n".join(one for one in sections if one))


def with_summary(record: str, summary: str) -> str:
    """Return the record with the model's summary behind it."""
    return f"{record}\n\n# Summary, in your own words\n\n{summary.strip() or 'none was given'}"


def _facts(session: Session, agent: Agent, load: Load) -> list[str]:
    """Return the sections of everything but what the user said."""
    sections: list[str] = []
    if session.mode == "plan":
        sections.append(MODES["plan"])
    if agent.plan is not None:
        by = "the user's" if agent.plan.by == "user" else "yours"
        approved = ", approved by the user" if agent.plan_approved else ""
        sections.append(f"# The plan ({by}{approved})\n\n{spell(agent.plan)}")
    decided = [line for turn in _seen_turns(agent) for line in _decisions(turn, load)]
    if decided:
        left = len(decided) - MOST_DECISIONS
        more = [f"({left} earlier ones are left out)"] if left > 0 else []
        lines = [*more, *(f"- {line}" for line in decided[-MOST_DECISIONS:])]
        sections.append("# What the user decided\n\n" + "\n".join(lines))
    files = list(_files(agent))
    if files:
        sections.append("# Files that you read or changed\n\n" + "\n".join(files))
    checks = list(_checks(session))
    if checks:
        sections.append("# Checks\n\n" + "\n".join(checks))
    return sections


def _seen_turns(agent: Agent) -> Iterator[Turn]:
    """Yield the turns that are still part of the conversation."""
    return (turn for turn in agent.turns if turn.rewound_from != 0)


def _said(agent: Agent, load: Load) -> str:
    said: list[tuple[str, str]] = []
    for turn in _seen_turns(agent):
        for one in turn.users if turn.kind == "message" else ():
            names = ", ".join(each.name for each in one.attachments)
            where = f"turn {turn.number}{', while you worked' if one.steered else ''}"
            said.append((where + (f", with {names}" if names else ""), load(one.text)))
    if not said:
        return ""
    most = MESSAGE_LETTERS
    if sum(min(len(text), most) for _, text in said) > ALL_LETTERS:
        most = max(FEWEST_LETTERS, ALL_LETTERS // len(said))
    parts = [
        f"[{where}]\n{head_and_tail(text, head=most * 2 // 3, tail=most // 3)[0]}"
        for where, text in said
    ]
    return "# What the user said\n\n" + "\n\n".join(parts)


def _decisions(turn: Turn, load: Load) -> Iterator[str]:
    """Yield what people decided in a turn: what they refused and why, changed, and answered."""
    for call in turn.calls.values():
        if turn.rewound_from and call.step >= turn.rewound_from:
            continue
        decision = call.decision
        if succeeded(call):
            if call.proposal is not None and call.output is not None and call.output.files:
                yield f"took back {call.proposal.title}: leave it so unless asked"
            continue
        if decision is None or decision.by != "user" or call.origin == "engine":
            continue
        yield from _decision(call, load)


def _decision(call: Call, load: Load) -> Iterator[str]:
    decision, proposal = call.decision, call.proposal
    if decision is None or proposal is None:
        return
    title = f"{call.tool} {proposal.title}".strip()
    if proposal.question is not None and decision.answer is not None:
        labels = {one.key: one.label for one in proposal.question.choices}
        answer = labels.get(decision.answer, decision.answer)
        yield f"asked “{proposal.question.text}”, answered: {answer}"
    elif decision.hunks:
        yield from _hunks(decision.hunks, proposal.patch, load)
    elif decision.verdict == "reject":
        whole = _whole(proposal.patch, load) if proposal.patch is not None else ""
        yield f"rejected: {title}{_because(decision.feedback)}{whole}"
    elif decision.command is not None:
        yield f"changed the command {title} to: {decision.command}"
    elif call.output is not None and call.output.files:
        paths = ", ".join(dict.fromkeys(one.path for one in call.output.files))
        yield f"accepted: {call.tool} {paths}"
    if decision.feedback and decision.verdict != "reject":
        yield f"said to {title}: {load(decision.feedback)}"


def _hunks(hunks: Sequence[HunkDecision], patch: Patch | None, load: Load) -> Iterator[str]:
    counts: dict[str, int] = {}
    sides: dict[str, _Sides] = {}
    for one in hunks:
        if one.verdict == "accept":
            counts[one.path] = counts.get(one.path, 0) + 1
            continue
        if one.path not in sides:
            sides[one.path] = _sides(one.path, patch, load)
        proposed = _proposed(one, sides[one.path])
        if one.verdict == "reject":
            yield f"rejected a hunk of {one.path}{_because(one.reason)}{proposed}"
        else:
            now = _shown("now", split_lines(one.text or ""))
            yield f"edited a hunk of {one.path} by hand{proposed}{now}"
    for path, count in counts.items():
        yield f"accepted: {count} hunk{'s' if count > 1 else ''} of {path}"


def _whole(patch: Patch, load: Load) -> str:
    """Return the first lines of a patch that was rejected as one."""
    return "".join(
        _proposed(
            HunkDecision(path=file.path, runs=file.run_ids, verdict="reject"),
            _sides(file.path, patch, load),
        )
        for file in patch.files[:HUNK_LINES]
    )


_Sides = tuple[Sequence[Run], tuple[str, ...], tuple[str, ...]]
"""The runs of a file's patch, and its lines before and after."""


def _sides(path: str, patch: Patch | None, load: Load) -> _Sides:
    """Return a file's patch as lines; none where its bytes are gone or not in UTF-8."""
    file = next((each for each in patch.files if each.path == path), None) if patch else None
    if file is None or file.binary:
        return (), (), ()
    try:
        old, new = (split_lines(load(each)) if each else () for each in (file.before, file.after))
    except (KeyError, ValueError):
        return (), (), ()
    return file.runs, old, new


def _proposed(one: HunkDecision, sides: _Sides) -> str:
    """Return the first lines that a hunk would have taken away and put in, or nothing."""
    runs, old, new = sides
    mine = [run for run in runs if run.id in one.runs]
    taken = [f"-{line}" for run in mine for line in old[run.old_start : run.old_end]]
    put = [f"+{line}" for run in mine for line in new[run.new_start : run.new_end]]
    half = max(HUNK_LINES // 2, HUNK_LINES - len(put))
    return _shown("proposed", (*taken[:half], *put, *taken[half:]))


def _shown(what: str, lines: Sequence[str]) -> str:
    shown = "".join(f"\n    {content(line)[:HUNK_LETTERS]}" for line in lines[:HUNK_LINES])
    more = f"\n    … {len(lines) - HUNK_LINES} more lines" if len(lines) > HUNK_LINES else ""
    return f"\n  {what}:{shown}{more}" if lines else ""


def _because(reason: str) -> str:
    return f", because: {reason}" if reason else ", no reason given"


def _files(agent: Agent) -> Iterator[str]:
    changed: dict[str, tuple[int, int]] = {}
    for turn in _seen_turns(agent):
        for path, (added, removed) in turn.changed.items():
            before = changed.get(path, (0, 0))
            changed[path] = before[0] + added, before[1] + removed
    for path in dict.fromkeys((*agent.seen, *changed)):
        seen, counts = agent.seen.get(path), changed.get(path)
        facts = [_view(seen)] if seen is not None else []
        if counts is not None:
            facts.append(f"changed in this session: +{counts[0]} −{counts[1]}")
        yield f"- {path}: {'; '.join(facts)}"


def _view(seen: SeenFile) -> str:
    what = "read whole"
    if not seen.whole:
        ranges = ", ".join(f"{first}-{last}" for first, last in seen.ranges[:MOST_RANGES])
        more = " and others" if len(seen.ranges) > MOST_RANGES else ""
        what = f"read lines {ranges}{more} of {seen.lines}" if ranges else "read in part"
    return f"{what}, as sha256 {seen.sha[:SHA_DIGITS]}"


def _checks(session: Session) -> Iterator[str]:
    for one in session.checks.values():
        how = "passed" if one.passed else f"failed with exit {one.exit_code}"
        stale = "; the files have changed since" if session.stale(one) else ""
        said = f" ({one.summary})" if one.summary else ""
        yield f"- {one.name} (`{one.command}`): {how}{said}{stale}"
