"""A session as one page of HTML: nothing is fetched, nothing runs, every text is only text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from tui_agent.core.state import Session
from tui_agent.core.state.stops import Stop
from tui_agent.ui.clean import clean
from tui_agent.ui.exports.blocks import (
    Answer,
    Block,
    CallBlock,
    FileBlock,
    HunkBlock,
    NoteBlock,
    ReportBlock,
    Said,
    Telling,
)
from tui_agent.ui.exports.page_style import style_sheet
from tui_agent.ui.exports.prose import prose
from tui_agent.ui.exports.words import SIGNS, VERDICTS, cost_of, report_words, title_of, when
from tui_agent.ui.figures import duration, plural
from tui_agent.ui.report import report_lines
from tui_agent.ui.tui.file_text import ShownLine

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may load for the page: nothing but its own style sheet."""
MARKS: dict[str, tuple[str, str]] = {
    "turn": ("›", "accent"),
    "plain": ("·", "text-3"),
    "edit": ("+", "added"),
    "accepted": ("✓", "added"),
    "mixed": ("~", "added"),
    "rejected": ("✗", "removed"),
    "failed": ("!", "warning"),
    "denied": ("∅", "removed"),
}
TALLEST = 16
"""Pixels of the bar of the longest step."""
OPEN_LINES = 12
"""An output of so many lines is shown unfolded where its call failed."""


def as_html(telling: Telling) -> str:
    """Return the whole page."""
    title = text(title_of(telling.overview))
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{style_sheet()}</style></head><body>",
        *_header(telling),
        "<main>",
    ]
    for turn in telling.turns:
        parts.append(f'<section id="turn-{turn.number}">')
        parts += [part for block, step in turn.blocks for part in _block(block, step)]
        parts.append("</section>")
    parts.append(f"<footer>session {text(telling.overview.id)}, told by agent</footer>")
    parts.append("</main></body></html>\n")
    return "\n".join(parts)


def text(raw: str) -> str:
    """Return a text as text: no sign of it is markup, none is invisible."""
    return escape(clean(raw))


def _header(telling: Telling) -> Iterator[str]:
    one = telling.overview
    yield '<header><div><div class="bar"><span>agent</span>'
    yield f"<b>{text(one.repository)}</b>" if one.repository else ""
    yield f"<span>{text(one.branch)}</span>" if one.branch else ""
    yield (
        '<span class="badge">IMPORTED</span>'
        if one.origin
        else '<span class="badge">SESSION</span>'
    )
    yield f'<span class="right">{text(one.model)}</span><b>{text(cost_of(one))}</b></div>'
    yield f'<h1>{text(title_of(one))}</h1><div class="facts">'
    facts = [
        f"session {one.id}",
        *([f"from {one.origin}"] if one.origin else []),
        *([f"at {one.head[:10]}"] if one.head else []),
        f"{when(one.started)} to {when(one.last)[11:]} UTC",
        f"{plural(one.turns, 'turn')}, {plural(one.stops, 'step')}",
    ]
    yield "".join(f"<span>{text(fact)}</span>" for fact in facts)
    if one.added or one.removed:
        yield f"<span>{_counts(one.added, one.removed)}</span>"
    yield "</div>"
    yield from _timeline(telling)
    warnings = [f"Not taken over: {loss}" for loss in telling.losses]
    warnings += [f"Left out, as it may hold secrets: {path}" for path in telling.left_out]
    for warning in warnings:
        yield f'<div class="warn">! {text(warning)}</div>'
    yield "</div></header>"


def _timeline(telling: Telling) -> Iterator[str]:
    longest = max((stop.ms for stop in telling.stops), default=0) or 1
    linked = {step for turn in telling.turns for _, step in turn.blocks if step}
    yield '<nav aria-label="steps"><div class="strip">'
    for stop in telling.stops:
        yield _cell(stop, longest, linked)
    yield '</div><div class="turns">'
    for turn in telling.turns:
        said = next((one.text for one, _ in turn.blocks if isinstance(one, Said)), "")
        yield f'<a href="#turn-{turn.number}">{turn.number} {text(" ".join(said.split())[:60])}</a>'
    yield "</div></nav>"


def _cell(stop: Stop, longest: int, linked: set[int]) -> str:
    sign, role = MARKS[stop.mark]
    height = round(TALLEST * (max(stop.ms, 0) / longest) ** 0.5)
    place = f"step-{stop.number}" if stop.number in linked else f"turn-{stop.turn}"
    took = f", {duration(stop.ms / 1000)}" if stop.ms else ""
    told = text(f"{stop.number} {stop.title}: {stop.text}{took}")
    bar = f'<i style="height:{height}px"></i>' if height else ""
    return f'<a href="#{place}" class="{role}" title="{told}">{bar}{sign}</a>'


def _block(block: Block, step: int) -> Iterable[str]:
    place = f' id="step-{step}"' if step else ""
    match block:
        case Said():
            more = "".join(f"<small>+ {text(name)}</small>" for name in block.attached)
            clock = f"<time>{text(block.ts[11:16])}</time>"
            return [f'<div class="said"{place}>{clock}{text(block.text)}{more}</div>']
        case Answer():
            thought = ""
            if block.thought.strip():
                thought = (
                    '<details class="thought"><summary>thoughts</summary>'
                    f"{text(block.thought)}</details>"
                )
            return [thought, f'<div class="answer">{prose(block.text)}</div>']
        case CallBlock():
            return _call(block, place)
        case NoteBlock():
            return [f'<div class="note {block.level}">{text(block.text)}</div>']
        case ReportBlock():
            return _report(block)


def _call(call: CallBlock, place: str) -> Iterator[str]:
    kinds = ["line"]
    if call.sign in {"failed", "denied"}:
        kinds.append("bad")
    if call.files:
        kinds.append("edit")
    cells = (
        f'<span class="sign">{SIGNS[call.sign]}</span><span class="verb">{text(call.verb)}</span>'
        f'<span class="subject">{text(call.subject)}</span>'
        f'<span class="result">{text(call.result)}</span>'
    )
    yield f'<div class="call"{place}>'
    if call.output.strip():
        few = call.output.count("\n") < OPEN_LINES
        shown = " open" if call.sign == "failed" and few else ""
        yield f'<details class="output"{shown}><summary class="{" ".join(kinds)}">{cells}</summary>'
        yield f"<pre>{text(call.output)}</pre></details>"
    else:
        yield f'<div class="{" ".join(kinds)}">{cells}</div>'
    if call.decision:
        yield _decision(call)
    yield from (part for file in call.files for part in _file(file))
    yield "</div>"


def _decision(call: CallBlock) -> str:
    refused = call.sign == "denied" or call.decision.startswith("rejected")
    kind = ' class="no"' if refused else ""
    who = "you" if call.by == "user" else call.by
    took = f", after {duration(call.waited_ms / 1000)}" if call.waited_ms else ""
    return f'<div class="decision">{text(who)}: <b{kind}>{text(call.decision)}</b>{took}</div>'


def _file(file: FileBlock) -> Iterator[str]:
    ledger = "".join(
        f'<span class="{VERDICTS[hunk.verdict].role}">{SIGNS[VERDICTS[hunk.verdict].sign]}</span>'
        for hunk in file.hunks
    )
    yield f'<div class="file"><div class="path"><b>{text(file.path)}</b>'
    yield f'<span class="text-3">{text(file.what)}</span><span class="ledger">{ledger}</span>'
    yield f"<span>{_counts(file.added, file.removed)}</span></div>"
    for note in file.notes:
        yield f'<div class="filenote">{text(note)}</div>'
    for hunk in file.hunks:
        yield from _hunk(hunk)
    yield "</div>"


def _hunk(hunk: HunkBlock) -> Iterator[str]:
    verdict = VERDICTS[hunk.verdict]
    took = f" after {duration(hunk.after_ms / 1000)}" if hunk.after_ms else ""
    reason = f" <em>“{text(hunk.reason)}”</em>" if hunk.reason else ""
    counted = f"  {_counts(hunk.added, hunk.removed)}"
    yield f'<div class="hunk {hunk.verdict}"><div class="head">'
    yield f'<span class="{verdict.role}">{SIGNS[verdict.sign]}</span><b>{hunk.number}</b>'
    yield f"<b>{text(hunk.name)}</b>"
    told = f'<span class="{verdict.role}">{verdict.word}</span>{took}{reason}{counted}'
    yield f'<span class="what">{told}</span></div><div class="code">'
    rejected = hunk.verdict == "rejected"
    yield "".join(_row(line, out=rejected or line.left_out) for line in hunk.lines)
    yield "</div></div>"


def _counts(added: int, removed: int) -> str:
    parts = [f'<b class="plus">+{added}</b>'] if added or not removed else []
    parts += [f'<b class="minus">−{removed}</b>'] if removed else []
    return " ".join(parts)


def _row(line: ShownLine, *, out: bool) -> str:
    kind = {"+": "add", "-": "del", " ": "same"}[line.side]
    sign = {"+": "+", "-": "−", " ": " "}[line.side]
    number = line.new if line.side != "-" else None
    pieces = "".join(_piece(raw, role) for raw, role in line.pieces)
    kinds = f"{kind} out" if out and line.side != " " else kind
    return f'<div class="{kinds}"><u>{number or ""}</u><s>{sign}</s><code>{pieces} </code></div>'


def _piece(raw: str, role: str) -> str:
    return escape(raw) if role == "text" else f'<span class="{role}">{escape(raw)}</span>'


def _report(block: ReportBlock) -> Iterator[str]:
    outcome = block.outcome
    yield '<div class="report"><div class="head">'
    yield f'<span class="sign {outcome.role}">{SIGNS[outcome.sign]}</span>'
    yield f"<span>{text(report_words(block.ended))}</span></div>"
    _, *lines = report_lines(block.ended, Session(), None)
    for line in lines:
        yield "<div>" + "".join(_span(style, raw) for style, raw in line) + "</div>"
    yield "</div>"


def _span(style: str, raw: str) -> str:
    role = {"dim": "text-3"}.get(style, style)
    return f'<span class="{role}">{text(raw)}</span>' if role else text(raw)
