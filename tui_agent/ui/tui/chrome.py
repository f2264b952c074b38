"""The single rows of the frame: status, tabs, banner, headers, activity, footer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_agent.ui.tui.keyed_app import app_of
from tui_agent.ui.tui.paper import Sheet, Span, cut_spans, make_row, width_of

Said = tuple[str, str]
"""A text, not yet cleaned, and its ink."""

WIDE, NARROW = 100, 60
METER_CELLS = 8
AIR = 3
"""Cells between the two ends of the status, at least."""
LEAST_FACT = 16
"""Cells below which what happens is not cut any more, but left out."""
WARNING_SHARE, FULL_SHARE = 0.8, 1.0


class RowWidget(Widget):
    """One row: what stands at its left and at its right."""

    DEFAULT_CSS = "RowWidget { height: 1; width: 1fr; }"
    ALLOW_SELECT = False
    plane = "surface"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        """Begin empty."""
        super().__init__(id=id, classes=classes)
        self._told: object = None

    @property
    def told(self) -> object:
        """What is drawn."""
        return self._told

    def tell(self, told: object) -> None:
        """Draw something else, if it is something else."""
        if told != self._told:
            self._told = told
            self.refresh()

    def parts(self, sheet: Sheet) -> tuple[Sequence[Span], Sequence[Span]]:
        """Return the row's two ends."""
        del sheet
        return (), ()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take one row."""
        del container, viewport, width
        return 1

    def render_line(self, y: int) -> Strip:
        """Draw the row."""
        app = app_of(self)
        sheet = Sheet(
            width=max(1, self.size.width), theme=app.look, glyphs=app.glyphs, plane=self.plane
        )
        if y:
            return Strip.blank(sheet.width, sheet.ink())
        left, right = self.parts(sheet)
        return make_row(sheet, left, right).strip


def spans_of(said: Sequence[Said], sheet: Sheet, on: str = "") -> list[Span]:
    """Return what a pane said as clean spans."""
    return [sheet.span(text, ink, on) for text, ink in said]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the status row says."""

    repository: str = ""
    branch: str = ""
    dirty: bool = False
    mode: str = ""
    sandbox: str = ""
    """The tier; empty while it is not known."""
    model: str = ""
    stands_in: bool = False
    """Whether that model answers in the place of the one that was chosen."""
    context: float | None = None
    """The share of the context window that is used."""
    spent: float | None = None
    unpriced: int = 0
    """Answers whose price is unknown; they are not in `spent`."""
    cap: float | None = None
    replay: bool = False
    note: str = ""
    """What is said after the badges."""


_MODES = {"plan": "text-2", "ask": "accent", "edit": "added", "auto": "warning"}


class StatusRow(RowWidget):
    """Where we are, and what it costs."""

    def parts(self, sheet: Sheet) -> tuple[Sequence[Span], Sequence[Span]]:
        """Name the repository at the left, the model and the figures at the right."""
        status = self._told if isinstance(self._told, Status) else Status()
        wide, narrow = sheet.width >= WIDE, sheet.width < NARROW
        spans = [sheet.span(" ")]
        if wide or not status.repository:
            spans += [sheet.span("agent", "text-3"), sheet.span("  ")]
        badges = [sheet.span("   " if wide else "  "), *_badges(status, sheet)]
        place = _place(status, sheet)
        right = [*_figures(status, sheet, wide=wide, narrow=narrow), sheet.span(" ")]
        room = sheet.width - AIR - width_of(spans) - width_of(badges)
        if width_of(place) + width_of(right) > room:
            bare = replace(status, model="")
            right = [*_figures(bare, sheet, wide=wide, narrow=narrow), sheet.span(" ")]
        # What may happen unasked is seen, however long a branch's name is.
        spans += cut_spans(place, max(0, room - width_of(right)), sheet.glyphs.cut) + badges
        for fact in _facts(status) if wide else ():
            more = spans_of(fact, sheet)
            # Half of a fact says less than none.
            if width_of(spans) + width_of(more) + width_of(right) + AIR <= sheet.width:
                spans += more
        return spans, right


def _place(status: Status, sheet: Sheet) -> list[Span]:
    """Return the repository and its branch."""
    spans = [sheet.span(status.repository, "text bold")] if status.repository else []
    if status.branch:
        branch = f"{status.branch}{'*' if status.dirty else ''}"
        spans.append(sheet.span(f" {branch}", "text-2"))
    return spans


def _facts(status: Status) -> list[list[Said]]:
    """Return what is said after the badges, where there is room."""
    facts: list[list[Said]] = []
    if status.sandbox not in {"", "none"}:
        facts.append([("  sandbox ", "text-3"), ("workspace", "text-2")])
    if status.note:
        facts.append([(f"  {status.note}", "text-3")])
    return facts


def badge(text: str, ink: str, sheet: Sheet, *, loud: bool = False) -> Span:
    """Return a word in capitals on a plane of its own; reversed where it must be seen."""
    words = f" {text.upper()} "
    if sheet.theme.native:
        return words, sheet.theme.ink(f"{ink} bold reverse")
    return words, sheet.ink("on-badge bold", ink) if loud else sheet.ink(f"{ink} bold", "selected")


def _badges(status: Status, sheet: Sheet) -> list[Span]:
    spans: list[Span] = []
    if status.mode:
        spans.append(badge(status.mode, _MODES.get(status.mode, "accent"), sheet))
    if status.replay:
        spans.append(badge("replay", "replay", sheet, loud=True))
    if status.sandbox == "none":
        words = "no sandbox" if sheet.width >= NARROW else sheet.glyphs.warning
        spans += [sheet.span("  "), badge(words, "danger", sheet, loud=True)]
    if status.stands_in:
        words = "fallback" if sheet.width >= NARROW else "fb"
        spans += [sheet.span("  "), badge(words, "warning", sheet, loud=True)]
    return spans


def _figures(status: Status, sheet: Sheet, *, wide: bool, narrow: bool) -> list[Span]:
    groups: list[list[Span]] = []
    if wide and status.model:
        groups.append([sheet.span(status.model, "text-3")])
    if status.context is not None:
        group = [] if narrow else [sheet.span("ctx ", "text-3")]
        groups.append([*group, *meter(status.context, sheet, bar=wide)])
    if status.spent is not None:
        groups.append(_money(status, sheet, narrow=narrow))
    spans: list[Span] = []
    for group in groups:
        if spans:
            spans.append(sheet.span("  " if narrow else "   "))
        spans += group
    return spans


def _money(status: Status, sheet: Sheet, *, narrow: bool) -> list[Span]:
    """Return what was spent, and of how much; what is unknown is never a 0."""
    spent, cap = status.spent or 0.0, status.cap
    if status.unpriced and not spent:
        words = "$?" if narrow else "cost unknown"
        return [sheet.span(words, "text-2")]
    share = spent / cap if cap else 0.0
    ink = "danger bold" if share > FULL_SHARE else "warning bold"
    sign = "!" if share >= WARNING_SHARE else ""
    more = "+" if status.unpriced else ""
    money = [sheet.span(f"{sign}${spent:.2f}{more}", ink if sign else "text-2")]
    if cap is not None and not narrow:
        money.append(sheet.span(f" of ${cap:.2f}", "text-3"))
    return money


def meter(share: float, sheet: Sheet, *, bar: bool = True, cells: int = METER_CELLS) -> list[Span]:
    """Return a share as a line and in per cent."""
    role = "danger" if share > FULL_SHARE else "warning" if share >= WARNING_SHARE else "accent"
    words = f"{'!' if share >= WARNING_SHARE else ''}{share:.0%}"
    spans: list[Span] = []
    if bar:
        done = min(cells, round(share * cells))
        spans += [(sheet.glyphs.meter_done * done, sheet.ink(role))]
        spans += [(sheet.glyphs.meter_rest * (cells - done), sheet.ink("bar")), sheet.span(" ")]
    ink = "text-2" if role == "accent" else f"{role} bold"
    return [*spans, sheet.span(words, ink)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One pane's tab."""

    title: str
    short: str
    facts: tuple[Said, ...] = ()
    active: bool = False


class TabsRow(RowWidget):
    """The panes, where there is room for one at a time."""

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, index: int) -> None:
            """Name its place."""
            super().__init__()
            self.index = index

    def __init__(self, *, id: str | None = None) -> None:
        """Begin without tabs."""
        super().__init__(id=id)
        self._ends: list[int] = []

    def parts(self, sheet: Sheet) -> tuple[Sequence[Span], Sequence[Span]]:
        """Draw each title with its facts; the active one is bold and underlined."""
        tabs = self._told if isinstance(self._told, tuple) else ()
        narrow = sheet.width < NARROW
        spans: list[Span] = [sheet.span(" ")]
        self._ends = []
        for tab in tabs:
            title = tab.short if narrow else tab.title
            ink = "accent bold underline" if tab.active else "text-2"
            spans.append(sheet.span(title, ink))
            if tab.facts and not (narrow and tab.title == "Output"):
                spans += [sheet.span(" "), *spans_of(tab.facts, sheet)]
            spans.append(sheet.span("  " if narrow else "   "))
            self._ends.append(width_of(spans))
        return spans, ()

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the mouse."""
        for index, end in enumerate(self._ends):
            if event.x < end:
                self.post_message(self.Chosen(index))
                return


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What happens, and what Enter and Esc do."""

    sign: str = ""
    """The name of a glyph; empty: nothing happens."""
    role: str = "accent"
    what: str = ""
    facts: tuple[str, ...] = ()
    hints: tuple[Said, ...] = ()
    """Keys and their labels."""
    beat: int = 0
    """Which picture of the moving dot."""


class ActivityRow(RowWidget):
    """The one row that moves."""

    plane = "canvas"

    def parts(self, sheet: Sheet) -> tuple[Sequence[Span], Sequence[Span]]:
        """Draw the sign, the words and the hints."""
        told = self._told if isinstance(self._told, Activity) else Activity()
        left: list[Span] = [sheet.span(" ")]
        if told.sign:
            sign = getattr(sheet.glyphs, told.sign)
            if told.sign == "running":
                sign = (sheet.glyphs.queued, "•", sign, "•")[told.beat % 4]
                sign = sheet.glyphs.running if sheet.glyphs.ascii_only else sign
            left += [(sign, sheet.ink(told.role)), sheet.span(" ")]
            left.append(sheet.span(told.what, "text" if told.role == "pending" else "text-2"))
        room = sheet.width - width_of(left) - AIR
        left += _told_facts(
            told.facts, sheet, room - width_of(hint_spans(told.hints[:1], sheet, room))
        )
        right = [
            *hint_spans(told.hints, sheet, sheet.width - width_of(left) - AIR),
            sheet.span(" "),
        ]
        if not sheet.theme.tints:
            rule = max(0, sheet.width - width_of(left) - width_of(right) - AIR)
            left += [sheet.span(" "), (sheet.glyphs.rule * rule, sheet.ink("line"))]
        return left, right


def _told_facts(facts: Sequence[str], sheet: Sheet, room: int) -> list[Span]:
    """Return what there is room for beside the first key; the rest of a short one says little."""
    spans: list[Span] = []
    for fact in facts:
        more = [sheet.span("  "), sheet.span(fact, "text-3")]
        left = room - width_of(spans)
        if width_of(more) > left and left < LEAST_FACT:
            break
        spans += cut_spans(more, left, sheet.glyphs.cut)
    return spans


def hint_spans(hints: Sequence[Said], sheet: Sheet, room: int) -> list[Span]:
    """Return keys and labels as far as there is room; the last ones go first."""
    spans: list[Span] = []
    for key, label in hints:
        more = [sheet.span("  ")] if spans else []
        more.append(sheet.span(key, "text bold"))
        more += [sheet.span(f" {label}", "text-3")] if label else []
        if width_of(spans) + width_of(more) > room:
            break
        spans += more
    return spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The footer's keys."""

    hints: tuple[Said, ...] = ()
    last: Said = ("", "")
    """The key that shows every key, if there is one here; without a label: a hint."""
    live: bool = True
    """False: they are grey, because they are not heard yet."""


KNOWN_BY_ITS_KEY = "reject, "
"""What a label leaves out where not all of them fit."""
WIDEST = 10_000


class FooterRow(RowWidget):
    """The keys of what has the focus."""

    def parts(self, sheet: Sheet) -> tuple[Sequence[Span], Sequence[Span]]:
        """Draw what fits, and `?` at the end."""
        keys = self._told if isinstance(self._told, Keys) else Keys()
        key, label = keys.last
        ends = [
            sheet.span(key, "text bold" if label else "text-3"),
            sheet.span(f" {label}", "text-3"),
        ]
        right = [*ends[: 2 if label else 1], sheet.span(" ")]
        room = sheet.width - width_of(right) - 3
        hints = keys.hints
        if width_of(hint_spans(hints, sheet, WIDEST)) > room:
            hints = tuple((key, label.removeprefix(KNOWN_BY_ITS_KEY)) for key, label in hints)
        spans = hint_spans(hints, sheet, room)
        if not keys.live:
            spans = [sheet.span(text, "text-3") for text, _ in spans]
        return [sheet.span(" "), *spans], right
