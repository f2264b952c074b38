"""What people and the model say in the conversation: messages, answers, thoughts, notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tui_agent.core.events import ModelFailed
from tui_agent.core.state import Note, Step
from tui_agent.ui.tui.markdown import block_rows, is_open_fence
from tui_agent.ui.tui.paper import Row, Sheet, blank_row, make_row, paragraph, width_of, wrap
from tui_agent.ui.tui.words import count, duration

TEXT = 3
NARROW = 43
LONG_THOUGHT_MS = 1000
HEADLINE = 60
"""Letters of a message that is bold as a whole."""
_LEVELS = {
    "info": ("queued", "text-3", "text-3"),
    "warning": ("warning", "warning", "text-2"),
    "error": ("failed", "removed", "text"),
}


def _guess(text: str, width: int) -> int:
    lines, room = text.split("\n"), max(1, width - TEXT - 1)
    if len(text) < room:
        return len(lines)
    return len(lines) + sum(size // room for size in map(len, lines) if size >= room)


@dataclass(frozen=True, slots=True)
class UserItem:
    """What the user said."""

    text: str
    time: str
    gap: bool = True
    label: str = ""
    """`steers` for what was said to a running turn."""
    focusable: bool = False

    def height_hint(self, width: int) -> int:
        """Guess the rows."""
        return self.gap + _guess(self.text, width - 8)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw a band with the time at its right."""
        band = sheet.on("raised")
        narrow = sheet.width < NARROW
        said = " ".join(part for part in (self.label, self.time) if part)
        right = [] if not said else [band.span(said, "text-3"), (" ", band.ink())]
        rows = [blank_row(sheet)] if self.gap and not (narrow and self.label) else []
        lead = [(" ", band.ink()), (band.glyphs.prompt, band.ink("accent")), (" ", band.ink())]
        room = sheet.width - TEXT - width_of(right) - (4 if not narrow else 2)
        for number, line in enumerate(self.text.split("\n")):
            for join, spans in wrap([band.span(line, "text bold")], room):
                first = number == 0 and join == "\n"
                left = [*(lead if first else [(" " * TEXT, band.ink())]), *spans]
                rows.append(make_row(band, left, right if first else [], start=TEXT, join=join))
                if first:
                    rows[-1].text = "".join(text for text, _ in spans)
        return rows


@dataclass(frozen=True, slots=True, eq=False)
class TextItem:
    """One block of an answer: a part of its text, which is kept once for all of them."""

    answer: str
    begin: int
    end: int
    finished: bool = True
    gap: bool = True
    caret: bool = False
    """Whether more of it is coming."""

    @property
    def focusable(self) -> bool:
        """The cursor goes past it."""
        return False

    @property
    def source(self) -> str:
        """The block as the model wrote it."""
        return self.answer[self.begin : self.end]

    def __eq__(self, other: object) -> bool:
        """Return whether it looks the same, whatever stands before and behind it."""
        return (
            isinstance(other, TextItem)
            and (self.finished, self.gap, self.caret) == (other.finished, other.gap, other.caret)
            and self.source == other.source
        )

    def __hash__(self) -> int:
        """Return what equal ones have in common."""
        return hash(self.source)

    def height_hint(self, width: int) -> int:
        """Guess the rows."""
        return self.gap + _guess(self.source, width)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw the block; where it grows, the caret stands behind its last word."""
        source = self.source
        rows = [blank_row(sheet)] if self.gap else []
        rows += block_rows(source, sheet, finished=self.finished, indent=TEXT)
        if self.caret and rows and not is_open_fence(source):
            rows[-1] = _with_caret(rows[-1], sheet)
        return rows


def blocks_of(blocks: Sequence[str], answer: str, *, ended: bool) -> Iterator[TextItem]:
    """Give an item for each block of an answer: once that is whole, as a part of it.

    While it grows there is another, longer one each time, and a part would keep that.
    """
    place = 0
    for block in blocks:
        if ended:
            begin = answer.index(block, place)
            place = begin + len(block)
            yield TextItem(answer, begin, place)
        else:
            yield TextItem(block, 0, len(block))


def rest_of(rest: str, answer: str, *, ended: bool, caret: bool) -> TextItem:
    """Give the item of what no blank line has ended: the last block once the answer is whole."""
    if not ended:
        return TextItem(rest, 0, len(rest), finished=False, caret=caret)
    begin = answer.rindex(rest)
    return TextItem(answer, begin, begin + len(rest))


def _with_caret(row: Row, sheet: Sheet) -> Row:
    used = len(row.strip.text.rstrip())
    cells = row.strip.crop(0, 0)
    text = row.strip.text.rstrip()
    place = sum(len(part) for part in text) if text.isascii() else row.strip.cell_length
    if not text.isascii():
        from rich.cells import cell_len

        place = cell_len(text)
    if place >= sheet.width - 1 or not used:
        return row
    caret = (sheet.glyphs.caret, sheet.ink("accent"))
    left = row.strip.crop(0, place)
    right = row.strip.crop(place + 1, row.strip.cell_length)
    middle = make_row(replace(sheet, width=1), [caret]).strip
    strip = type(cells)([*left, *middle, *right])
    return Row(strip, row.text, start=row.start, join=row.join)


@dataclass(frozen=True, slots=True)
class ThoughtItem:
    """What the model thought before it spoke: one line, unfolded on demand."""

    text: str
    said: str
    key: str
    unfolded: bool = False
    gap: bool = True
    focusable: bool = True

    def height_hint(self, width: int) -> int:
        """Guess the rows."""
        return self.gap + 1 + (_guess(self.text, width) if self.unfolded else 0)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw the line, and the thought below it."""
        rows = [blank_row(sheet)] if self.gap else []
        band = sheet.on("raised") if sheet.cursor and sheet.focused else sheet
        left = [(" " * TEXT, band.ink()), band.span(self.said, "text-3 italic")]
        sign = sheet.glyphs.unfolded if self.unfolded else ""
        right = [band.span(sign, "text-3"), (" ", band.ink())]
        rows.append(make_row(band, left, right, start=TEXT))
        if self.unfolded:
            for line in self.text.strip("\n").split("\n"):
                rows += paragraph(sheet, [sheet.span(line, "text-3 italic")], indent=TEXT)
        return rows


def thought_of(step: Step, *, unfolded: bool) -> ThoughtItem:
    """Give the item of what the model thought in a step."""
    said = "thinking" if step.open and not step.text else "thought"
    first = step.response.first_token_ms if step.response is not None else None
    if first is not None and first >= LONG_THOUGHT_MS:
        said += f" for {duration(first / 1000)}"
    return ThoughtItem(step.reasoning, said, key=f"thought-{step.number}", unfolded=unfolded)


@dataclass(frozen=True, slots=True)
class NoteItem:
    """A line that neither the user nor the model wrote."""

    note: Note
    gap: bool = True
    focusable: bool = False

    def height_hint(self, width: int) -> int:
        """Guess the rows."""
        return self.gap + _guess(self.note.text, width)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw its sign, its text, and what mends it."""
        sign, role, ink = _LEVELS[self.note.level]
        rows = [blank_row(sheet)] if self.gap else []
        lead = [(" ", sheet.ink()), (getattr(sheet.glyphs, sign), sheet.ink(role))]
        rows += paragraph(sheet, [sheet.span(self.note.text, ink)], first=lead, indent=TEXT)
        if self.note.remedy:
            rows += paragraph(sheet, [sheet.span(self.note.remedy, "text bold")], indent=TEXT)
        return rows


@dataclass(frozen=True, slots=True)
class FailureItem:
    """A request that got no answer: what failed, and what mends it."""

    failure: ModelFailed
    seconds: float = 0.0
    gap: bool = True
    focusable: bool = False

    def height_hint(self, width: int) -> int:
        """Guess the rows."""
        return self.gap + 1 + _guess(self.failure.message, width)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw it loud where it is final, quiet where it is tried again."""
        failure = self.failure
        again = failure.retry_seconds is not None
        sign, role = ("warning", "warning") if again else ("failed", "removed")
        lead = [(" ", sheet.ink()), (getattr(sheet.glyphs, sign), sheet.ink(role))]
        loud = "text bold" if len(failure.message) <= HEADLINE else "text"
        ink = "text-2" if again else loud
        rows = [blank_row(sheet)] if self.gap else []
        rows += paragraph(sheet, [sheet.span(failure.message, ink)], first=lead, indent=TEXT)
        said = ""
        if failure.next_model:
            said = f"{failure.next_model} stands in ({failure.next_price})."
        elif again:
            seconds = duration(failure.retry_seconds or 0)
            said = f"Trying again in {seconds}, attempt {failure.attempt + 1}."
        if said:
            rows += paragraph(sheet, [sheet.span(said, "text-3")], indent=TEXT)
        if failure.remedy:
            rows += paragraph(sheet, [sheet.span(failure.remedy, "text bold")], indent=TEXT)
        return rows


@dataclass(frozen=True, slots=True)
class QueuedItem:
    """A message that waits for the turn to end."""

    text: str
    gap: bool = True
    focusable: bool = False

    def height_hint(self, width: int) -> int:
        """Guess the rows."""
        return self.gap + _guess(self.text, width)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw it grey, with the word at its right."""
        rows = [blank_row(sheet)] if self.gap else []
        lead = [(" ", sheet.ink()), (sheet.glyphs.queued, sheet.ink("text-3"))]
        first, *others = self.text.split("\n")
        words = first if not others else f"{first} {sheet.glyphs.cut} {count(len(others), 'line')}"
        right = [sheet.span("queued", "text-3"), (" ", sheet.ink())]
        left = [*lead, (" ", sheet.ink()), sheet.span(words, "text-2")]
        return [*rows, make_row(sheet, left, right, start=TEXT)]


@dataclass(frozen=True, slots=True)
class GreetingItem:
    """What an empty conversation says."""

    gap: bool = False
    focusable: bool = False

    def height_hint(self, _width: int) -> int:
        """Guess the rows."""
        return 2

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw one sentence."""
        words = "Say what is to be done. Each change is shown to you before it is written."
        return paragraph(sheet, [sheet.span(words, "text-3")], indent=TEXT)
