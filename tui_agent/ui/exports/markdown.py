"""A session as Markdown: for an issue, a review or a note."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui_agent.core.state import Session
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
from tui_agent.ui.exports.words import (
    SIGNS,
    VERDICTS,
    head_facts,
    hunk_facts,
    report_words,
    title_of,
)
from tui_agent.ui.figures import counts
from tui_agent.ui.report import report_lines

_TICKS = re.compile(r"`{3,}")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
MARKS = {" ": " ", "+": "+", "-": "-"}


def as_markdown(telling: Telling) -> str:
    """Return the whole session."""
    lines = [f"# {plain(title_of(telling.overview))}", ""]
    lines += [f"- {plain(fact)}" for fact in head_facts(telling.overview)]
    lines += [f"- imported; not taken over: {plain(loss)}" for loss in telling.losses]
    lines += [f"- left out: {plain(path)}" for path in telling.left_out]
    for turn in telling.turns:
        lines += ["", f"## Turn {turn.number}"]
        for block, _ in turn.blocks:
            lines += ["", *_block(block)]
    return "\n".join(lines).rstrip() + "\n"


def plain(text: str) -> str:
    """Return a text in which nothing is markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(clean(text).split()))


def _block(block: Block) -> Iterator[str]:
    match block:
        case Said():
            yield from (f"> {line}".rstrip() for line in clean(block.text).split("\n"))
            for name in block.attached:
                yield f"> + {plain(name)}"
        case Answer():
            yield clean(block.text).rstrip()
        case CallBlock():
            yield from _call(block)
        case NoteBlock():
            yield f"*{plain(block.text)}*"
        case ReportBlock():
            yield from _report(block)


def _call(call: CallBlock) -> Iterator[str]:
    head = f"{SIGNS[call.sign]} **{plain(call.verb)}** {plain(call.subject)}"
    facts = [fact for fact in (call.result, call.decision) if fact]
    yield head + (f" · {plain(', '.join(facts))}" if facts else "")
    if call.command and "\n" in call.command:
        yield from _fenced(call.command, "sh")
    for file in call.files:
        yield from _file(file)
    if call.output.strip():
        yield from _folded("output", call.output)


def _file(file: FileBlock) -> Iterator[str]:
    yield ""
    yield f"`{clean(file.path)}` {file.what} {counts(file.added, file.removed)}"
    for note in file.notes:
        yield f"*{plain(note)}*"
    for hunk in file.hunks:
        yield ""
        verdict = VERDICTS[hunk.verdict]
        yield f"{SIGNS[verdict.sign]} {hunk.number}. {plain(hunk.name)}: {plain(hunk_facts(hunk))}"
        yield from _fenced("\n".join(_rows(hunk)), "diff")


def _rows(hunk: HunkBlock) -> Iterator[str]:
    for line in hunk.lines:
        text = "".join(text for text, _ in line.pieces)
        yield f"{MARKS[line.side]} {text}".rstrip() if line.side == " " else f"{line.side}{text}"


def _report(block: ReportBlock) -> Iterator[str]:
    yield f"{SIGNS[block.outcome.sign]} **{plain(report_words(block.ended))}**"
    _, *lines, figures = report_lines(block.ended, Session(), None)
    for line in lines:
        yield f"- {plain(''.join(text for _, text in line).strip())}"
    yield ""
    yield plain("".join(text for _, text in figures))


def _fenced(text: str, language: str) -> Iterator[str]:
    """Yield a block of code whose fence is longer than any in it."""
    text = clean(text)
    ticks = "`" * max([3, *(len(found) + 1 for found in _TICKS.findall(text))])
    yield ticks + language
    yield text.rstrip("\n")
    yield ticks


def _folded(what: str, text: str) -> Iterator[str]:
    yield ""
    yield f"<details><summary>{what}</summary>"
    yield ""
    yield from _fenced(text, "text")
    yield ""
    yield "</details>"
