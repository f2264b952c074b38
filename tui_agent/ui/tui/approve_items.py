"""What an approval shows of a call: what it would do, why it asks, and what each key means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_agent.core.proposal import Command, CommandPart, Considered, Proposal, Reason
from tui_agent.core.served import Served
from tui_agent.ui.tui.allow_items import AllowKeys, Choosing, allow_rows, chosen_row
from tui_agent.ui.tui.file_items import filled
from tui_agent.ui.tui.paper import (
    Row,
    Sheet,
    Span,
    blank_row,
    cut,
    make_row,
    paragraph,
    width_of,
    wrap,
)
from tui_agent.ui.tui.served_items import changed_rows, served_rows
from tui_agent.ui.tui.syntax import Highlighter

_OPERATOR = re.compile(r"(?:&&|\|\||;) ")

INDENT = 2
LABELS = 12
"""The column in which facts begin, after their label."""
REASONS = 36
"""The column in which the reasons of a command's parts begin."""

Places = dict[str, tuple[int, int]]
"""Of an action: the row it stands in, and the column after its words."""

SANDBOX = {
    "none": ("none: it runs as you, with your files and your network", "danger"),
    "A": ("workspace, network off", "text-2"),
    "B": ("workspace, network off", "text-2"),
    "seatbelt": ("workspace, network off", "text-2"),
    "container": ("a container with the workspace, network off", "text-2"),
}
TIERS = {
    "A": "tier A, bubblewrap",
    "B": "tier B, Landlock",
    "seatbelt": "seatbelt",
}
MODES = {
    "plan": "reads and plain read-only commands run, nothing else does",
    "ask": "reads and plain read-only commands are free, everything else asks",
    "edit": "edits in the workspace are free, commands ask",
    "auto": "inside the sandbox nothing asks but what asks in every mode",
}
MARKS = {
    "secret": "holds secrets",
    "protected": "protected",
    "outside": "outside the workspace",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key with its consequence."""

    action: str
    key: str
    words: str
    strong: str = ""
    """What is named in it, told apart."""
    note: str = ""
    """A second row."""
    aside: str = ""
    """What stands at the right end."""
    beside: bool = False
    """Whether it stands in the row of the key before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalItem:
    """A call that waits, whole."""

    proposal: Proposal
    reason: Reason | None
    sandbox: str
    mode: str
    keys: tuple[Key, ...]
    armed: bool = True
    explained: bool = False
    considered: tuple[Considered, ...] = ()
    choosing: Choosing | None = None
    allow_keys: AllowKeys | None = None
    editing: bool = False
    """Whether the command is typed again, in one line."""

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, _width: int) -> int:
        return 24

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        return self.drawn(sheet)[0]

    def drawn(self, sheet: Sheet) -> tuple[list[Row], Places]:
        """Return the rows, and where each key's words end and what a key opened begins and ends."""
        rows = [blank_row(sheet)]
        proposal = self.proposal
        if proposal.command is not None:
            shown = replace(proposal.command, text="") if self.editing else proposal.command
            rows += command_rows(sheet, shown)
            rows.append(blank_row(sheet))
            rows += _unread(sheet, proposal.command) or _parts(sheet, proposal.command.parts)
        elif proposal.served is not None:
            rows += served_rows(sheet, proposal, proposal.served)
            rows.append(blank_row(sheet))
        elif proposal.title:
            rows += paragraph(sheet, [sheet.span(proposal.title, "text bold")], indent=INDENT)
            rows.append(blank_row(sheet))
        rows += self._facts(sheet)
        rows.append(blank_row(sheet))
        opened: Places = {}
        if self.explained:
            end = len(rows) - 2
            opened = {
                "explain": (end - len(self._explained(sheet)) + 1, 0),
                "explain end": (end, 0),
            }
        if self.choosing is not None and self.allow_keys is not None:
            more = allow_rows(sheet, self.choosing, self.allow_keys, armed=self.armed)
            chosen = len(rows) + chosen_row(sheet, self.choosing)
            opened |= {
                "allow": (len(rows), 0),
                "allow end": (len(rows) + len(more) - 1, 0),
                "chosen": (chosen, 0),
            }
            return rows + more, opened
        more, places = key_rows(sheet, self.keys, armed=self.armed, start=len(rows))
        return rows + more, places | opened

    def _facts(self, sheet: Sheet) -> list[Row]:
        proposal, reason = self.proposal, self.reason
        rows: list[Row] = []
        if reason is not None:
            rule = [sheet.span(reason.rule, "text"), sheet.span("  " + reason.text, "text-2")]
            rows += fact(sheet, "Asks", [*rule, sheet.span("  " + reason.origin, "text-3")])
        for number, target in enumerate(proposal.targets):
            marks = ", ".join(MARKS[mark] for mark in target.marks)
            spans = [sheet.span(target.path, "text"), sheet.span(f"  {target.effect}", "text-2")]
            if marks:
                spans.append(sheet.span(f"  {marks}", "warning"))
            rows += fact(sheet, "" if number else "Touches", spans)
        if proposal.served is not None:
            rows += _server(sheet, proposal.served)
        elif "network" in proposal.effects or proposal.hosts:
            hosts = ", ".join(proposal.hosts) or "hosts that its words do not name"
            rows += fact(sheet, "Network", [sheet.span(hosts, "warning")])
        if proposal.command is not None:
            rows += _copy(sheet, proposal.command)
            rows += fact(sheet, "Sandbox", _sandbox(sheet, self.sandbox, proposal.command))
            rows += _limits(sheet, proposal.command)
        for note in proposal.notes:
            rows += fact(sheet, "Note", [sheet.span(note, "text-2")])
        return [*rows, *(self._explained(sheet) if self.explained else [])]

    def _explained(self, sheet: Sheet) -> list[Row]:
        proposal, reason = self.proposal, self.reason
        rows = [blank_row(sheet)]
        if reason is not None:
            said = f"{reason.rule} stands in: {reason.origin}"
            rows += fact(sheet, "Rule", [sheet.span(said, "text-2")])
        mode = f"{self.mode}: {MODES.get(self.mode, 'unknown')}"
        rows += fact(sheet, "Mode", [sheet.span(mode, "text-2")])
        effects = ", ".join(sorted(proposal.effects)) or "none"
        rows += fact(sheet, "Effects", [sheet.span(effects, "text-2")])
        bound = f"{proposal.digest[:12] or 'unknown'}: tool, arguments, folder and bytes before"
        rows += fact(sheet, "Approves", [sheet.span(bound, "text-2")])
        silent = [step.step for step in self.considered if not step.said]
        if silent:
            spans = [
                sheet.span("nothing said by ", "text-3"),
                sheet.span(", ".join(silent), "text-2"),
            ]
            rows += fact(sheet, "In order", spans)
        for step in self.considered:
            if step.said:
                spans = [sheet.span(f"{step.step}: ", "text-3"), sheet.span(step.said, "text-2")]
                rows += fact(sheet, "" if silent else "In order", spans)
        return rows


def fact(sheet: Sheet, label: str, spans: Sequence[Span]) -> list[Row]:
    """Return a label and what belongs to it, wrapped under itself."""
    lead: list[Span] = [(" " * INDENT, sheet.ink()), sheet.span(label, "text bold")]
    return paragraph(sheet, spans, first=lead, indent=LABELS)


def _server(sheet: Sheet, served: Served) -> list[Row]:
    """Return what a server may reach, and how its tool differs from the one that was allowed."""
    confined = "as you, without a sandbox" if served.sandbox == "none" else "in its own sandbox"
    ink = "danger" if served.sandbox == "none" else "text-2"
    rows = fact(
        sheet, "Server", [sheet.span(served.server, "text"), sheet.span(f"  {confined}", ink)]
    )
    reaches = "warning" if "the network" in served.reaches else "text-2"
    rows += fact(sheet, "Reaches", [sheet.span(served.reaches, reaches)])
    return rows + changed_rows(sheet, served)


def _copy(sheet: Sheet, command: Command) -> list[Row]:
    """Return that the command runs in a copy, and what that does not hold back."""
    if command.view != "copy":
        return []
    held = "a copy of the workspace; what it changes there is reviewed first"
    rows = fact(sheet, "Runs in", [sheet.span(held, "text")])
    for one in command.copying.not_held if command.copying is not None else ():
        rows += fact(sheet, "", [sheet.span(f"not held back: {one}", "warning")])
    return rows


def _sandbox(sheet: Sheet, tier: str, command: Command) -> list[Span]:
    """Say what will hold the command, once it is approved."""
    if tier == "none" or command.reach == "workspace":
        words, ink = SANDBOX.get(tier, (tier, "text-2"))
    elif command.reach == "network":
        words, ink = "workspace, with the network", "warning"
    else:
        words, ink = "none for this command: it runs as you", "danger"
    named = TIERS.get(tier, "")
    return [sheet.span(words, ink), *([sheet.span(f"  {named}", "text-3")] if named else [])]


def _limits(sheet: Sheet, command: Command) -> list[Row]:
    where = "" if command.cwd in {"", "."} else f"in {command.cwd}, "
    ends = f"{where}ends after {command.timeout_seconds:.0f} s at the latest"
    return fact(sheet, "", [sheet.span(ends, "text-3")])


def command_rows(sheet: Sheet, command: Command) -> list[Row]:
    """Return the command in a band of its own, nothing of it left out."""
    inner = replace(sheet, plane="raised", width=max(1, sheet.width - 2 * INDENT + 1))
    lines = command.text.split("\n")
    if len(lines) == 1 and len(command.text) > inner.width - 4:
        lines = at_operators(command.text)
    reader = Highlighter("command.sh", [line + "\n" for line in lines])
    reader.read_to(len(lines), 0.02)
    rows: list[Row] = []
    for number in range(len(lines)):
        spans = [inner.span(text, role) for text, role in reader.line(number)]
        for _, line in wrap(spans, inner.width - 4, 0):
            sign = "$" if not rows else " "
            cells = filled(inner, [inner.span(f" {sign} ", "text-3"), *line], ())
            rows.append(make_row(sheet, [(" " * INDENT, sheet.ink()), *cells], start=INDENT + 3))
    return rows


def at_operators(text: str) -> list[str]:
    """Break a long command after the operators that join its parts; quoted ones join nothing."""
    lines, start = [], 0
    for found in _OPERATOR.finditer(text):
        before = text[: found.start()]
        if before.count("'") % 2 == 0 and before.count('"') % 2 == 0:
            lines.append(text[start : found.end()].rstrip(" "))
            start = found.end()
    return [*lines, text[start:]]


def _unread(sheet: Sheet, command: Command) -> list[Row]:
    """Say why the parts of a command are not told apart."""
    if not command.unread:
        return []
    spans = [sheet.span("not told apart: ", "text-2"), sheet.span(command.unread, "warning")]
    return [*fact(sheet, "Runs", spans), blank_row(sheet)]


def _parts(sheet: Sheet, parts: Sequence[CommandPart]) -> list[Row]:
    """Return each sub-command with the reason why it asks or does not."""
    if not parts:
        return []
    rows = [make_row(sheet, [sheet.span("  Runs", "text bold")])]
    glyphs = sheet.glyphs
    column = min(REASONS, sheet.width // 2)
    for number, part in enumerate(parts, 1):
        sign, ink, name = {
            "ask": (glyphs.waiting, "pending", "text"),
            "allow": (glyphs.done, "text-3", "text-2"),
            "deny": (glyphs.denied, "removed", "text"),
        }[part.verdict]
        text = cut(part.text, column - 8, glyphs.cut)
        lead = [
            sheet.span("  "),
            sheet.span(sign, ink),
            sheet.span(f" {number} ", "text-3"),
            sheet.span(text, name),
        ]
        rows += paragraph(sheet, [sheet.span(part.reason, ink)], first=lead, indent=column)
    rows.append(blank_row(sheet))
    return rows


def key_rows(
    sheet: Sheet, keys: Sequence[Key], *, armed: bool, start: int
) -> tuple[list[Row], Places]:
    """Return one row a key, grey as long as they mean nothing, and where their words end."""
    places: Places = {}
    rows: list[Row] = []
    wide = max((len(key.key) for key in keys), default=1) + 2
    spans: list[Span] = []
    for index, key in enumerate(keys):
        if key.beside and spans:
            spans.append((" " * max(2, 17 - width_of(spans)), sheet.ink()))
        else:
            spans = [(" " * INDENT, sheet.ink())]
        spans += [
            sheet.span(key.key.ljust(wide), "text bold" if armed else "text-3"),
            sheet.span(key.words, "text-2"),
        ]
        if key.strong:
            spans.append(sheet.span(f" {key.strong}", "text"))
        places[key.action] = (start + len(rows), width_of(spans))
        if index + 1 < len(keys) and keys[index + 1].beside:
            continue
        if width_of(spans) >= sheet.width and not key.beside:
            rows += paragraph(sheet, spans[2:], first=spans[:2], indent=INDENT + wide)
        else:
            rows.append(make_row(sheet, spans, [sheet.span(f"{key.aside}  ", "text-3")]))
        if key.note:
            rows += paragraph(sheet, [sheet.span(key.note, "text-3")], indent=INDENT + wide)
    return rows, places
