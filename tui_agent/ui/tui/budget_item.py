"""What the pause before a call shows: what was spent, what it would cost, what may be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tui_agent.core.blob import preview_of
from tui_agent.core.budget import cost_a_hunk, spent
from tui_agent.core.proposal import Question
from tui_agent.core.spending import Pause, Spend, added_up
from tui_agent.core.state import Session
from tui_agent.core.state.lineage import tree_turns
from tui_agent.ui.tui.approve_items import INDENT, Key, Places, key_rows
from tui_agent.ui.tui.paper import Row, Sheet, Span, blank_row, cut, make_row, paragraph
from tui_agent.ui.tui.words import CENT, count, dollars

BAR = 20
"""Cells of the longest bar."""
METER = BAR + 5
NARROW = 60
"""Cells below which the bars go, and the keys come first."""
LABEL = 12
TURNS = 8
FULL = 1.0
ANSWERS = {"raise": "b", "cheaper": "m", "compact": "c", "stop": "stop"}
"""The answers to the question, by the action that gives them."""
_CAPS = {"turn": "for this turn", "session": "for this session", "day": "for today"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one turn has cost."""

    number: int
    text: str
    spend: Spend


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetItem:
    """The pause before a call that would pass a cap."""

    question: Question
    spend: Spend
    cap: float | None
    model: str
    turns: tuple[Spent, ...]
    a_hunk: float | None
    """Dollars for each hunk that the user has accepted."""
    keys: tuple[Key, ...]
    armed: bool = True

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, _width: int) -> int:
        return 14 + len(self.turns)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        return self.drawn(sheet)[0]

    def drawn(self, sheet: Sheet) -> tuple[list[Row], Places]:
        """Return the rows, and where each key's words end."""
        pause = self.question.pause
        rows = [blank_row(sheet), self._meter(sheet)]
        if pause is None:
            text = [sheet.span(self.question.text, "text-2")]
            rows += paragraph(sheet, text, indent=INDENT)
        else:
            rows += _next_rows(sheet, pause)
        rows.append(blank_row(sheet))
        narrow = sheet.width < NARROW
        went = [self._title(sheet), *(self._turn(sheet, one) for one in self.turns)]
        if not narrow:
            rows += [*went, blank_row(sheet)]
        keys = (
            [replace(one, aside="", note=one.aside) for one in self.keys] if narrow else self.keys
        )
        more, places = key_rows(sheet, keys, armed=self.armed, start=len(rows))
        rows += [*more, blank_row(sheet)]
        rest = "Nothing has been sent. It waits for as long as you like."
        if pause is not None and pause.cheaper is None:
            rest += " budget.cheaper in your settings names models to offer here."
        rows += paragraph(sheet, [sheet.span(rest, "text-3")], indent=INDENT)
        return [*rows, *([blank_row(sheet), *went] if narrow else [])], places

    def _meter(self, sheet: Sheet) -> Row:
        money = dollars(self.spend.usd)
        left = [*_label(sheet, "spent"), sheet.span(money, "text bold")]
        if not self.cap:
            return make_row(sheet, left, [sheet.span(f"{self.model}  ", "text-2")])
        pause = self.question.pause
        whose = f" {_CAPS[pause.scope]}" if pause is not None and pause.scope != "session" else ""
        left.append(sheet.span(f" of {dollars(self.cap)}{whose}", "text-2"))
        if self.spend.unpriced:
            answers = count(self.spend.unpriced, "answer")
            left.append(sheet.span(f", {answers} of unknown price", "warning"))
        if sheet.width < METER + 40:
            return make_row(sheet, left)
        done = min(METER, round(self.spend.usd / self.cap * METER))
        role = "danger" if self.spend.usd > self.cap else "warning"
        right = [
            (sheet.glyphs.meter_done * done, sheet.ink(role)),
            (sheet.glyphs.meter_rest * (METER - done), sheet.ink("bar")),
            sheet.span("  "),
        ]
        return make_row(sheet, left, right)

    def _title(self, sheet: Sheet) -> Row:
        right: list[Span] = []
        if self.a_hunk is not None and sheet.width >= NARROW:
            right = [sheet.span(f"{dollars(self.a_hunk)} for each accepted hunk  ", "text-3")]
        return make_row(sheet, [sheet.span("  Where it went", "text bold")], right)

    def _turn(self, sheet: Sheet, turn: Spent) -> Row:
        most = max((one.spend.usd for one in self.turns), default=0.0)
        cells = round(turn.spend.usd / most * BAR) if most else 0
        bar = BAR if sheet.width >= NARROW else 0
        name = cut(turn.text, max(8, sheet.width - bar - 20), sheet.glyphs.cut)
        left = [sheet.span(f"  {turn.number}  ", "text-3"), sheet.span(name, "text-2")]
        unknown = turn.spend.unpriced and not turn.spend.usd
        money = "unknown" if unknown else dollars(turn.spend.usd) + "+" * bool(turn.spend.unpriced)
        right = [
            ((sheet.glyphs.meter_done * cells + " " * BAR)[:bar], sheet.ink("bar")),
            sheet.span(f"{money:>9}  ", "text-2"),
        ]
        return make_row(sheet, left, right)


def _label(sheet: Sheet, text: str) -> list[Span]:
    return [sheet.span("  "), sheet.span(text.ljust(LABEL), "text-3")]


def _next_rows(sheet: Sheet, pause: Pause) -> list[Row]:
    """Return what the next call would take, and where that would lead."""
    one = pause.next
    known = one.cost_usd is not None
    words = f"about {dollars(one.cost_usd)}" if known else "unknown: its price is"
    rows = [
        make_row(
            sheet,
            [*_label(sheet, "next call"), sheet.span(words, "text bold")],
            [sheet.span(f"{one.model}  ", "text-2")] if sheet.width >= NARROW else (),
        )
    ]
    cached = f", {one.cached_tokens:,} cached" if one.cached_tokens else ""
    tokens = f"{one.input_tokens:,} tokens in{cached}, about {one.output_tokens:,} out"
    rows += paragraph(
        sheet, [sheet.span(tokens, "text-3")], first=_label(sheet, ""), indent=LABEL + INDENT
    )
    if one.cost_usd is not None:
        after = pause.spent.usd + one.cost_usd
        over = after - pause.cap
        cents = f", {round(over * 100)} cents over" if CENT <= over < FULL else ""
        cents = f", {dollars(over)} over" if over >= FULL else cents
        left = [*_label(sheet, "after it"), sheet.span(f"about {dollars(after)}", "text bold")]
        rows.append(make_row(sheet, [*left, sheet.span(cents, "text-2")]))
    return rows


def budget_item(
    question: Question, state: Session, key: Callable[[str, str], Key], *, armed: bool
) -> BudgetItem:
    """Return the pause as it stands; `key` gives an action's key with its words."""
    names = {answer: f"budget.{name}" for name, answer in ANSWERS.items()}
    keys = [
        replace(key(names[one.key], one.label), aside=one.detail)
        for one in question.choices
        if one.key in names
    ]
    if question.pause is not None:
        keys.insert(1, key("budget.amount", "raise it to another amount"))
    pause = question.pause
    turns = [
        Spent(
            number=turn.number,
            text=" ".join(preview_of(turn.users[0].text).split()) if turn.users else "",
            spend=added_up(one.spend for one in tree_turns(state, turn)),
        )
        for turn in state.main.turns[-TURNS:]
    ]
    total = spent(state)
    return BudgetItem(
        question=question,
        spend=pause.spent if pause is not None else total,
        cap=pause.cap if pause is not None else state.budget_usd,
        model=state.model,
        turns=tuple(turns),
        a_hunk=cost_a_hunk(state),
        keys=tuple(keys),
        armed=armed,
    )
