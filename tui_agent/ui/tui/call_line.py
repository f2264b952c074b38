"""How one tool call stands in the conversation: a line, and unfolded its input and output."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_agent.core.agents import TASK_TOOL
from tui_agent.core.blob import Blob, preview_of
from tui_agent.core.patch import Patch
from tui_agent.core.servers import PREFIX, is_served
from tui_agent.core.spending import Pause
from tui_agent.core.state import Call, command_of, title_of
from tui_agent.ui.clean import plain_output
from tui_agent.ui.tui.call_files import (
    MOST_FILES,
    NARROW,
    NARROW_VERB_CELLS,
    TEXT,
    VERB_CELLS,
    decided,
    file_rows,
)
from tui_agent.ui.tui.child_items import ROOMY, Said
from tui_agent.ui.tui.ledger import NO_DRAFT, Draft, states
from tui_agent.ui.tui.paper import (
    Row,
    Sheet,
    Span,
    blank_row,
    make_row,
    paragraph,
    wrap,
)
from tui_agent.ui.tui.words import count, duration, short_tree

OUTPUT_LINES = 60
"""Lines of output that are unfolded here, from the end; the pane Output has them all."""
SLOW_MS = 1000
_TOOL_VERBS = {"str_replace": "edit", "apply_patch": "edit", "write_file": "write"}
_TELLING = ("command", "path", "pattern", "query", "question", "url", "file", "name")


@dataclass(frozen=True, slots=True)
class CallItem:
    """A call, whether it is unfolded, and the verdicts on its edit so far."""

    call: Call
    gap: bool = True
    unfolded: bool = False
    draft: Draft = NO_DRAFT
    tree: str = ""
    """The recorded tree that it ran on, where that is known."""
    child: tuple[Said, ...] = ()
    """How the child agent stands that the call has sent out."""

    @property
    def focusable(self) -> bool:
        """Every call can be unfolded."""
        return True

    def height_hint(self, _width: int) -> int:
        """Guess the rows."""
        patch = _patch(self.call)
        files = min(len(patch.files), MOST_FILES) if patch else 0
        return self.gap + 1 + files + (4 if self.unfolded else 0)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw the line and what belongs below it."""
        look = _look(self.call, self.draft)
        if self.child and look.sign == "running":
            look = replace(look, result=self.child if sheet.width >= ROOMY else self.child[:1])
            if self.child[0][1] == "pending":
                look = replace(look, sign="waiting", sign_ink="pending")
        band = sheet.on("raised") if sheet.cursor and sheet.focused else sheet
        rows = [blank_row(sheet)] if self.gap else []
        rows.append(_line(self, look, band))
        patch = _patch(self.call)
        if patch is not None:
            rows += file_rows(patch, self.call, self.draft, sheet, whole=self.unfolded)
        rows += _reason_rows(self.call, sheet)
        if self.unfolded:
            rows += _unfolded_rows(self, sheet)
        return rows


@dataclass(frozen=True, slots=True)
class _Look:
    sign: str
    sign_ink: str
    verb_ink: str
    object_ink: str
    result: tuple[tuple[str, str], ...] = ()


_ENDED_ODDLY = {
    "cancelled": ("failed", "text-3", "stopped", "text-3"),
    "not_run": ("queued", "text-3", "not run", "text-3"),
    "unknown": ("warning", "warning", "outcome unknown", "warning"),
}


def _look(call: Call, draft: Draft) -> _Look:
    if call.status == "finished":
        return _ended_look(call)
    if call.status == "called":
        return _Look("queued", "text-3", "text-3", "text-3", (("queued", "text-3"),))
    if call.status == "asked":
        waits = ((_waits(call, draft), "pending"),)
        return _Look("waiting", "pending", "text bold", "text", waits)
    return _Look("running", "accent", "text bold", "text")


def _ended_look(call: Call) -> _Look:
    seconds = _seconds(call)
    if call.ended in _ENDED_ODDLY:
        sign, ink, word, word_ink = _ENDED_ODDLY[call.ended]
        return _Look(sign, ink, "text-2", "text-2", ((word, word_ink), *seconds))
    if call.ended == "denied":
        by_user = call.decision is not None and call.decision.by == "user"
        word = "rejected" if by_user else "denied"
        return _Look("denied", "removed", "text-2", "text-2", ((word, "removed"),))
    output = call.output
    if call.ended == "failed" or (output is not None and not output.ok):
        code = output.exit_code if output is not None else None
        word = f"exit {code}" if code is not None else _failure(call)
        return _Look("failed", "removed", "text bold", "text", ((word, "removed"), *seconds))
    summary = output.summary if output is not None else ""
    if output is not None and output.files and _patch(call) is not None:
        summary = "applied"
    said = ((summary, "text-3"),) if summary else ()
    return _Look("done", "text-3", "text-2", "text-2", (*said, *seconds))


def _failure(call: Call) -> str:
    output = call.output
    if output is None:
        return "failed"
    return output.summary or output.error.replace("_", " ").replace("-", " ") or "failed"


def _seconds(call: Call) -> tuple[tuple[str, str], ...]:
    executes = call.proposal is not None and (
        "execute" in call.proposal.effects or call.proposal.ran is not None
    )
    if call.ms >= SLOW_MS or (executes and call.ms):
        return ((duration(call.ms / 1000), "text-3"),)
    return ()


def _waits(call: Call, draft: Draft) -> str:
    patch = _patch(call)
    if patch is not None:
        left = states(patch, draft.decisions, split=draft.hunks).count("undecided")
        if not left:
            return "ready to apply"
        return f"{left} wait for you" if left > 1 else "1 waits for you"
    question = call.proposal.question if call.proposal else None
    if question is not None:
        return "paused at the cap" if question.kind == "budget" else "waits for you"
    return "waits"


def _pause(call: Call) -> Pause | None:
    question = call.proposal.question if call.proposal is not None else None
    return question.pause if question is not None else None


def _patch(call: Call) -> Patch | None:
    return call.proposal.patch if call.proposal is not None else None


def verb_of(call: Call) -> str:
    """Return the word for what a call does."""
    if call.origin == "check":
        return "check"
    if _pause(call) is not None:
        return "model"
    if is_served(call.tool):
        return "mcp"
    return _TOOL_VERBS.get(call.tool, call.tool)


def object_of(call: Call, draft: Draft = NO_DRAFT, *, narrow: bool = False) -> str:
    """Return what a call is done to, in one line."""
    patch = _patch(call)
    ran = call.proposal.ran if call.proposal is not None else None
    if ran is not None and ran.command is not None:
        return " ".join(ran.command.text.split())
    if patch is not None:
        hunks = _edit_title(patch, call, draft, narrow=narrow)
        child = _patch_of_child(call)
        return f"{child}: {hunks}" if child else hunks
    pause = _pause(call)
    if pause is not None:
        return pause.next.model
    if call.proposal is not None and title_of(call):
        return " ".join(title_of(call).split())
    text = preview_of(call.arguments)
    if is_served(call.tool):
        return call.tool.removeprefix(PREFIX).replace("__", " ", 1)
    try:
        given = json.loads(text)
    except ValueError:
        return " ".join(text.split())
    if not isinstance(given, dict):
        return " ".join(text.split())
    told = [str(given[name]) for name in _TELLING if given.get(name)]
    others = [str(value) for value in given.values() if isinstance(value, str)]
    subject = " ".join((told or others or [""])[0].split())
    # A name that a model has made up is cut in the column of the verbs.
    made_up = call.tool if len(verb_of(call)) > VERB_CELLS else ""
    return f"{made_up} {subject}".strip()


def _patch_of_child(call: Call) -> str:
    """Return whose changes a call brings back; empty where it is no child's."""
    if call.tool != TASK_TOOL or call.proposal is None:
        return ""
    return call.proposal.title.partition(":")[0]


def _edit_title(patch: Patch, call: Call, draft: Draft, *, narrow: bool) -> str:
    decisions, whole = decided(call, draft)
    found = states(patch, decisions, whole=whole, split=draft.hunks)
    accepted = sum(state in {"accepted", "edited"} for state in found)
    hunks = count(len(found), "hunk")
    if call.status == "finished" and accepted != len(found):
        hunks = f"{accepted} of {hunks}"
    return hunks if narrow else f"{count(len(patch.files), 'file')}, {hunks}"


def _line(item: CallItem, look: _Look, sheet: Sheet) -> Row:
    narrow = sheet.width < NARROW
    cells = NARROW_VERB_CELLS if narrow else VERB_CELLS
    verb = verb_of(item.call)
    sign = getattr(sheet.glyphs, look.sign)
    right: list[Span] = []
    for text, ink in look.result[-1:] if narrow else look.result:
        if right:
            right.append(("  ", sheet.ink()))
        right.append(sheet.span(text, ink))
    if item.unfolded:
        right.append(sheet.span(" " + sheet.glyphs.unfolded, "text-2"))
    elif item.child:
        right.append(sheet.span(" " + sheet.glyphs.folded, "text-2"))
    right.append((" ", sheet.ink()))
    left = [
        (" ", sheet.ink()),
        (sign, sheet.ink(look.sign_ink)),
        (" ", sheet.ink()),
        sheet.span(f"{verb[:cells]:<{cells}}", look.verb_ink),
    ]
    if len(verb) >= cells:
        left.append((" ", sheet.ink()))
    words = object_of(item.call, item.draft, narrow=narrow)
    return make_row(sheet, [*left, sheet.span(words, look.object_ink)], right, start=TEXT)


def _reason_rows(call: Call, sheet: Sheet) -> list[Row]:
    if call.ended != "denied" or call.decision is None:
        return []
    indent = TEXT + VERB_CELLS
    reason = call.decision.reason or call.reason
    quotes = sheet.glyphs.open_quote, sheet.glyphs.close_quote
    if call.decision.by == "user":
        if not call.decision.feedback:
            return []
        said = [sheet.span(f"{quotes[0]}{call.decision.feedback}{quotes[1]}", "text-2 italic")]
        return paragraph(sheet, said, indent=indent)
    if reason is None:
        return []
    said = [
        sheet.span("rule ", "text-3"),
        sheet.span(reason.rule, "text-2"),
        sheet.span(f", {reason.origin}", "text-3"),
    ]
    return paragraph(sheet, said, indent=indent)


def output_of(call: Call) -> tuple[str, int]:
    """Return what a call printed, as far as it is at hand, and the bytes that are not."""
    if call.status == "running":
        return plain_output(call.live), 0
    if call.output is None:
        return "", 0
    text = call.output.output or call.output.text
    missing = text.size - len(text.preview.encode()) if isinstance(text, Blob) else 0
    return plain_output(preview_of(text)), max(0, missing)


def _unfolded_rows(item: CallItem, sheet: Sheet) -> list[Row]:
    call = item.call
    rows = [_output_row(part, sheet, "text-2", join) for join, part in _input_lines(call, sheet)]
    text, missing = output_of(call)
    lines = text.rstrip("\n").split("\n") if text.strip() else []
    if len(lines) > OUTPUT_LINES:
        hidden = count(len(lines) - OUTPUT_LINES, "line")
        rows.append(_output_row(f"{sheet.glyphs.cut} {hidden} above, in Output", sheet, "text-3"))
    room = sheet.width - TEXT - 3
    for line in lines[-OUTPUT_LINES:]:
        for join, part in wrap([sheet.span(line, "text-2")], room, 2):
            body = "".join(piece for piece, _ in part)
            rows.append(_output_row(body if join == "\n" else "  " + body, sheet, "text-2", join))
    if missing:
        rows.append(_output_row(f"{sheet.glyphs.cut} {missing:,} bytes more", sheet, "text-3"))
    facts = _facts(item)
    if facts:
        rows.append(_output_row("   ".join(facts), sheet, "text-3"))
    return rows


def _input_lines(call: Call, sheet: Sheet) -> list[tuple[str, str]]:
    """Return the whole input where the line above cannot hold it."""
    whole = command_of(call)
    room = sheet.width - TEXT - VERB_CELLS - 14
    if not whole or ("\n" not in whole and len(whole) <= room):
        return []
    wrapped = []
    for number, line in enumerate(whole.split("\n")):
        lead = "$ " if not number else "  "
        for join, part in wrap([sheet.span(lead + line)], sheet.width - TEXT - 3, 2):
            body = "".join(piece for piece, _ in part)
            wrapped.append((join, body if join == "\n" else "  " + body))
    return wrapped


def _output_row(text: str, sheet: Sheet, ink: str, join: str = "\n") -> Row:
    bar = (sheet.glyphs.output, sheet.ink("line"))
    left = [(" " * TEXT, sheet.ink()), bar, (" ", sheet.ink()), sheet.span(text, ink)]
    return make_row(sheet, left, [], start=TEXT + 2, join=join)


def _facts(item: CallItem) -> list[str]:
    call, facts = item.call, []
    if call.output is not None and call.output.exit_code is not None:
        facts.append(f"exit {call.output.exit_code}")
    if item.tree:
        facts.append(f"tree {short_tree(item.tree)}")
    if (
        call.started is not None
        and call.started.sandbox
        and "execute" in (call.proposal.effects if call.proposal is not None else ())
    ):
        facts.append(sandbox_words(call.started.sandbox))
    return facts


def sandbox_words(tier: str) -> str:
    """Say what a tier confines to."""
    return "no sandbox" if tier == "none" else "sandbox workspace"
