"""Steps of a plan as items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_agent.core.plan import Plan, PlanState, PlanStep
from tui_agent.ui.tui.approve_items import INDENT, Key, Places, key_rows
from tui_agent.ui.tui.paper import Row, Sheet, Span, blank_row, make_row, paragraph

SIGNS: dict[PlanState, tuple[str, str, str]] = {
    "to_do": ("queued", "text-3", "text-2"),
    "current": ("running", "accent", "text bold"),
    "done": ("done", "text-3", "text-3"),
    "failed": ("warning", "warning", "text"),
    "dropped": ("denied", "removed", "text-3 strike"),
}
"""Of each state: the sign's name, its ink, and the text's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepItem:
    """One step: sign, number, text; below it the calls that it carries, while the plan waits."""

    step: PlanStep
    number: int
    in_full: bool = False
    digits: int = 1
    """How many the plan's last number has."""

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, width: int) -> int:
        rows = 1 + len(self.step.text) // max(1, width - 7)
        return rows + (len(self.step.calls) if self.in_full else 0)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        name, ink, text_ink = SIGNS[self.step.state]
        sign = str(getattr(sheet.glyphs, name))
        number = f" {self.number:>{self.digits}} "
        lead: list[Span] = [
            sheet.span(" " * INDENT),
            sheet.span(sign, ink),
            sheet.span(number, "text-3" if self.step.state != "current" else "text-2"),
        ]
        indent = INDENT + len(sign) + len(number)
        rows = paragraph(sheet, [sheet.span(self.step.text, text_ink)], first=lead, indent=indent)
        if not self.in_full:
            return rows
        for call in self.step.calls:
            said = f"{call.tool}  {_object(call.arguments)}"
            rows += paragraph(sheet, [sheet.span(said, "text-3")], indent=indent)
        if self.step.expected_outcome:
            said = f"then: {self.step.expected_outcome}"
            rows += paragraph(sheet, [sheet.span(said, "text-3 italic")], indent=indent)
        return rows


def _object(arguments: dict[str, object]) -> str:
    for name in ("command", "path", "pattern"):
        if arguments.get(name):
            return " ".join(str(arguments[name]).split())
    return ", ".join(str(name) for name in arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanKeys:
    """What can be answered to a plan that waits."""

    question: str
    rollback: str
    keys: tuple[Key, ...]
    armed: bool = True
    edited: bool = False

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, _width: int) -> int:
        return 3 + len(self.keys)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        return self.drawn(sheet)[0]

    def drawn(self, sheet: Sheet) -> tuple[list[Row], Places]:
        """Return the rows, and where each key's words end."""
        rows = [blank_row(sheet)]
        if self.rollback:
            said = f"To go back: {self.rollback}"
            rows += paragraph(sheet, [sheet.span(said, "text-3")], indent=INDENT)
        if self.edited:
            rows += paragraph(sheet, [sheet.span("As you edited it.", "accent")], indent=INDENT)
        if self.question:
            rows += [blank_row(sheet)] if len(rows) > 1 else []
            rows += paragraph(sheet, [sheet.span(self.question, "text-2")], indent=INDENT)
        rows.append(blank_row(sheet))
        more, places = key_rows(sheet, self.keys, armed=self.armed, start=len(rows))
        return rows + more, places


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeRows:
    """Rows that the editor covers, and what is said below it."""

    count: int

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, _width: int) -> int:
        return self.count + 2

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        words = "One step a line. What you keep is what the model sees next."
        free = [make_row(sheet.on("raised"), ()) for _ in range(self.count)]
        rows = [*free, blank_row(sheet)]
        return [*rows, *paragraph(sheet, [sheet.span(words, "text-3")], indent=INDENT)]


def as_text(plan: Plan) -> str:
    """Return a plan as it is edited: one step a line."""
    return "\n".join(" ".join(step.text.split()) for step in plan.steps)


def from_text(text: str, plan: Plan) -> Plan:
    """Return the plan that lines spell; a step whose text stays keeps its id, state and calls."""
    known = {" ".join(step.text.split()): step for step in plan.steps}
    used = {step.id for step in plan.steps}
    steps: list[PlanStep] = []
    number = 0
    for line in text.split("\n"):
        words = " ".join(line.split())
        if not words:
            continue
        step = known.pop(words, None)
        while step is None:
            number += 1
            if str(number) not in used:
                used.add(str(number))
                step = PlanStep(id=str(number), text=words)
        steps.append(step)
    return Plan(steps=tuple(steps), by="user", rollback=plan.rollback)
