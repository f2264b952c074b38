"""Whatever widget is handed a hostile text, no byte of it reaches the terminal as it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.markup import escape
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import (
    Button,
    Checkbox,
    Collapsible,
    DataTable,
    Header,
    Input,
    Label,
    Log,
    Markdown,
    OptionList,
    RadioButton,
    RichLog,
    Rule,
    SelectionList,
    Static,
    TabbedContent,
    TabPane,
    TextArea,
    Tree,
)

from tests.ui.stage import Stage, strips_of, text_of

EVIL = (
    "\x1b]52;c;aGFjaw==\x07",
    "\x1b]0;owned\x07",
    "\x1b[2J",
    "\x1bP+q544e\x1b\\",
    "\x9b2J",
    "\x1b[?1003h",
    "\u202eback\u2066",
    "ze\u200bro",
    "ta\U000e0041g",
)
"""Clipboard, title, clear, device control, eight bits, mouse mode, bidi, zero width, tag."""
BAD = set("\x07\x1b\x9b\x9d\u200b\u202e\u2066\U000e0041")


class Titled(Static):
    """A box with a hostile title."""

    def on_mount(self) -> None:
        self.styles.border = ("round", "red")
        self.border_title = Text(self.name or "").plain
        self.border_subtitle = Text(self.name or "").plain


class Table(DataTable[Text]):
    def on_mount(self) -> None:
        self.add_column(Text(self.name or ""))
        self.add_row(Text(self.name or ""))


class Lines(RichLog):
    def on_mount(self) -> None:
        self.write(Text(self.name or ""))


class PlainLines(Log):
    def on_mount(self) -> None:
        self.write_line(self.name or "")


class Notifying(Static):
    def on_mount(self) -> None:
        self.app.notify(self.name or "", title=self.name or "", markup=False)


SINKS: dict[str, Callable[[str], Widget]] = {
    "static": lambda evil: Static(evil, markup=False),
    "label": lambda evil: Label(Text(evil)),
    "rich log": lambda evil: Lines(name=evil),
    "log": lambda evil: PlainLines(name=evil),
    "markdown": lambda evil: Markdown(f"# {evil}\n\n- {evil}\n\n```\n{evil}\n```\n"),
    "text area": TextArea,
    "input": Input,
    "placeholder": lambda evil: Input(placeholder=evil),
    "data table": lambda evil: Table(name=evil),
    "tree": lambda evil: Tree(Text(evil)),
    "option list": lambda evil: OptionList(Text(evil), markup=False),
    "selection list": lambda evil: SelectionList[int]((Text(evil), 1)),
    "button": lambda evil: Button(Text(evil)),
    "checkbox": lambda evil: Checkbox(Text(evil)),
    "radio button": lambda evil: RadioButton(Text(evil)),
    "border title": lambda evil: Titled("x", name=evil),
    "collapsible": lambda evil: Collapsible(Static(evil, markup=False), title=escape(evil)),
    "notification": lambda evil: Notifying("x", name=evil),
}


class Sink(VerticalScroll):
    """One widget and, round it, those that an application may have."""

    def __init__(self, make: Callable[[str], Widget], evil: str) -> None:
        super().__init__()
        self._make, self._evil = make, evil

    def compose(self) -> ComposeResult:
        yield Header()
        with TabbedContent(), TabPane(Content(self._evil)):
            yield self._make(self._evil)
            yield Rule()


@pytest.mark.capability("S3.21")
@pytest.mark.case(56, 57)
@pytest.mark.parametrize("sink", SINKS)
async def test_no_sink_lets_a_control_character_through(sink: str) -> None:
    evil = " ".join(EVIL)
    stage = Stage(Sink(SINKS[sink], evil))
    stage.title = evil
    async with stage.run_test(size=(160, 30)) as pilot:
        await pilot.pause()
        shown = "\n".join(text_of(stage))
        strips = strips_of(stage)
    assert not BAD & set(shown)
    for strip in strips:
        for segment in strip:
            assert segment.control or not BAD & set(segment.text), repr(segment.text)
    assert "␛]52;c;aGFjaw==␇" in shown or "‹1b›" in shown or "␛" in shown
