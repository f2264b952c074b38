"""The records of one step as they stand in the log, over a replay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.screen import Screen

from tui_agent.core.events import Record
from tui_agent.core.wire import encode_record
from tui_agent.ui.tui.chrome import FooterRow, Keys
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.highlight import highlighted
from tui_agent.ui.tui.keyed_app import AtOnce, app_of
from tui_agent.ui.tui.pane_header import Header, PaneHeader
from tui_agent.ui.tui.paper import Row, Sheet, make_row, wrap
from tui_agent.ui.tui.virtual_lines import VirtualLines
from tui_agent.ui.tui.words import count

INDENT, HANGING = 2, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonLine:
    """A line of JSON with its colours."""

    pieces: tuple[tuple[str, str], ...]
    focusable: bool = False

    def height_hint(self, width: int) -> int:
        """Guess the rows."""
        return 1 + sum(len(text) for text, _ in self.pieces) // max(1, width - HANGING)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw it, wrapped; its continuation hangs."""
        spans = [sheet.span(text, role) for text, role in self.pieces]
        parts = wrap(spans, max(8, sheet.width - HANGING - 1))
        return [
            make_row(sheet, [(" " * (INDENT if at == 0 else HANGING), sheet.ink()), *line])
            for at, (_, line) in enumerate(parts)
        ] or [make_row(sheet, [])]


class RawRecords(AtOnce, Screen[None]):
    """Shows records as JSON; Esc, `q` and `v` go back, `y` copies them."""

    key_context = "replay"
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    RawRecords { layout: vertical; background: $surface; overflow: hidden; }
    RawRecords VirtualLines { height: 1fr; }
    """

    def __init__(self, records: Sequence[Record]) -> None:
        """Show these records."""
        super().__init__()
        self.records = records
        self.text = "\n".join(_text(one) for one in records)
        self.header = PaneHeader(id="header")
        self.body = VirtualLines(plane="surface")

    def compose(self) -> ComposeResult:
        """Put the title above the lines."""
        yield self.header
        yield self.body
        yield FooterRow(id="footer")

    def on_mount(self) -> None:
        """Show them."""
        keymap = app_of(self).keymap
        hints = (keymap.hint("replay.copy", "copy"), ("Esc", "back"))
        self.query_one("#footer", FooterRow).tell(Keys(hints=hints))
        first, last = self.records[0].seq, self.records[-1].seq
        numbers = f"{first}" if first == last else f"{first} to {last}"
        left = ((f"record {numbers}", "text bold"),)
        right = ((count(len(self.records), "record"), "text-2"),)
        self.header.tell(Header(title="Log", left=left, right=right, focused=True))
        items: list[Item] = [
            JsonLine(pieces=line) for line in highlighted(self.text, language="json")
        ]
        self.body.set_items(items)

    def act(self, action: str) -> bool:
        """Scroll, copy, or go back."""
        page = max(1, self.body.size.height - 1)
        rows = {"replay.next": 1, "replay.previous": -1, "replay.play": page}
        if action in {"replay.close", "replay.record"}:
            self.dismiss()
        elif action == "replay.copy":
            self.app.copy_to_clipboard(self.text)
        elif action in rows:
            self.body.scroll_rows(rows[action])
        return action.startswith("replay.")


def _text(record: Record) -> str:
    return json.dumps(encode_record(record) | {"h": record.h}, indent=2, ensure_ascii=False)
