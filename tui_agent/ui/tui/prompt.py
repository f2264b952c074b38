"""The prompt: where a person writes, and which keys mean what there."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

from tui_agent.ui.tui.chips import Chips, image_path
from tui_agent.ui.tui.chrome import NARROW, WIDE, RowWidget
from tui_agent.ui.tui.keyed_app import Hearing, app_of
from tui_agent.ui.tui.paper import Sheet

MOST_ROWS = 8
CHIP = "chip"


class PromptMark(RowWidget):
    """The sign before the text: bright where one writes."""

    DEFAULT_CSS = "PromptMark { width: 3; height: 1; background: $raised; }"
    plane = "raised"

    def render_line(self, y: int) -> Strip:
        """Draw the sign in the first row."""
        app = app_of(self)
        sheet = Sheet(width=3, theme=app.look, glyphs=app.glyphs, plane=_plane(app.look.name))
        ink = "accent" if self._told else "text-3"
        if y:
            return Strip.blank(3, sheet.ink())
        from rich.segment import Segment

        return Strip([Segment(f" {sheet.glyphs.prompt} ", sheet.ink(ink))], 3)


def _plane(theme: str) -> str:
    # Reversed bands are for what was said; a reversed prompt would hide its own caret.
    return "canvas" if theme == "mono" else "raised"


class Prompt(Hearing, TextArea):
    """Text of one to eight rows, with a history."""

    key_context = "prompt"
    DEFAULT_CSS = """
    Prompt {
        height: 1; width: 1fr; border: none; padding: 0 1 0 0;
        background: $raised; color: $text; scrollbar-size: 0 0;
        &:focus { border: none; }
        & .text-area--placeholder { color: $text-3; }
        & .text-area--selection { background: $selected; color: $text; }
        & .text-area--cursor { background: $accent; color: $on-badge; text-style: none; }
        &:dark .text-area--cursor { background: $accent; color: $on-badge; }
        &:light .text-area--cursor { background: $accent; color: $on-badge; }
        &:ansi .text-area--cursor { text-style: reverse; }
        &:ansi .text-area--placeholder { text-style: dim; }
    }
    """

    class Dropped(Message):
        """The path of an image was pasted."""

        def __init__(self, path: str, text: str) -> None:
            """Name the file, and what was pasted."""
            super().__init__()
            self.path = path
            self.text = text

    class Typed(Message):
        """The text is another one."""

    def __init__(self, *, id: str | None = None) -> None:
        """Begin empty, with an empty history."""
        self.chips = Chips()
        super().__init__(
            id=id, compact=True, show_line_numbers=False, soft_wrap=True, tab_behavior="focus"
        )
        self.cursor_blink = False
        self.highlight_cursor_line = False
        self.sent: list[str] = []
        self._lit = True
        self._way_back = "F6"
        self.choosing = False
        """Whether something is offered: then Enter and the arrows choose."""
        self._place = 0
        self._draft = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is written."""
        return not self.text

    def write(self, text: str) -> None:
        """Put a text in place of what is there, the caret at its end."""
        self.load_text(text)
        self.move_cursor(self.document.end)
        self._fit()

    def take(self) -> str:
        """Return the text and empty the prompt; the text enters the history."""
        text = self.whole.strip()
        self.chips.clear()
        if text and (not self.sent or self.sent[-1] != text):
            self.sent.append(text)
        self._place = len(self.sent)
        self.write("")
        return text

    @property
    def whole(self) -> str:
        """The text with everything in full that is folded."""
        return self.chips.whole(self.text)

    def remember(self, texts: Sequence[str]) -> None:
        """Take the messages of earlier sessions, oldest first."""
        self.sent[:0] = texts
        self._place = len(self.sent)

    # Keys

    def act(self, action: str) -> bool:
        """Do what concerns the text alone."""
        if action == "prompt.newline":
            self.insert("\n")
            return True
        if action == "prompt.send" and self.text.endswith("\\") and self._at_end():
            self.action_delete_left()
            self.insert("\n")
            return True
        if self.choosing:
            return False
        if action == "prompt.complete":
            return self._unfold()
        if action == "prompt.recall":
            return self.cursor_location[0] == 0 and not self.empty and self.older()
        if action == "prompt.later":
            return self.cursor_location[0] == self.document.end[0] and self.newer()
        return False

    # Pastes

    async def on_paste(self, event: events.Paste) -> None:
        """Fold a long paste, and take the path of an image as the image."""
        event.prevent_default()
        event.stop()
        path = image_path(event.text)
        if path:
            self.post_message(self.Dropped(path, event.text))
        else:
            self.insert(self.chips.folded(event.text.replace("\r\n", "\n").replace("\r", "\n")))

    def _chip_at(self, column: int) -> tuple[int, int] | None:
        """Return the label that ends at a column of the caret's line, or has it inside."""
        line = self.document[self.cursor_location[0]]
        return next((one for one in self.chips.places(line) if one[0] < column <= one[1]), None)

    def _unfold(self) -> bool:
        row, column = self.cursor_location
        found = self._chip_at(column)
        if found is None:
            return False
        text = self.chips.text_of(self.document[row][slice(*found)])
        if text is None:
            return False
        self.replace(text, (row, found[0]), (row, found[1]))
        return True

    def action_delete_left(self) -> None:
        """Take a label away as a whole."""
        row, column = self.cursor_location
        found = self._chip_at(column) if self.selection.is_empty else None
        if found is None:
            super().action_delete_left()
        else:
            self.delete((row, found[0]), (row, found[1]))

    def dress(self) -> None:
        """Draw labels in the theme's accent."""
        style = app_of(self).look.ink("accent")
        self.register_theme(TextAreaTheme(name=CHIP, syntax_styles={CHIP: style}))
        self._set_theme(CHIP)

    def _build_highlight_map(self) -> None:
        super()._build_highlight_map()
        for number, line in enumerate(self.document.lines):
            for start, end in self.chips.places(line):
                # Bytes: that is what a syntax tree would give.
                before, label = line[:start].encode(), line[start:end].encode()
                place = (len(before), len(before) + len(label), CHIP)
                self._highlights[number].append(place)

    def _at_end(self) -> bool:
        return self.cursor_location == self.document.end

    def older(self) -> bool:
        """Show the message before, if the text is one of the history or empty."""
        if not self.sent or not self._place or not self._browsing():
            return False
        if self._place == len(self.sent):
            self._draft = self.text
        self._place -= 1
        self.write(self.sent[self._place])
        return True

    def newer(self) -> bool:
        """Show the message after, and at last what was being written."""
        if self._place >= len(self.sent) or not self._browsing():
            return False
        self._place += 1
        past = self._place == len(self.sent)
        self.write(self._draft if past else self.sent[self._place])
        return True

    def _browsing(self) -> bool:
        return self.empty or (self._place < len(self.sent) and self.text == self.sent[self._place])

    # Its size and its words

    def on_mount(self) -> None:
        """Know the theme."""
        self.dress()

    def on_text_area_changed(self) -> None:
        """Grow or shrink with the text."""
        self._fit()
        self.post_message(self.Typed())

    def on_resize(self, event: events.Resize) -> None:
        """Wrap anew, and say what there is room for."""
        del event
        self._fit()
        self._invite()

    def _fit(self) -> None:
        rows = max(1, min(MOST_ROWS, self.wrapped_document.height))
        if self.styles.height is None or self.styles.height.value != rows:
            self.styles.height = rows

    def tell_way_back(self, key: str) -> None:
        """Say which key leads here from where the focus is."""
        self._way_back = key
        self._invite()

    def _invite(self) -> None:
        width = self.app.size.width
        if not self._lit:
            words = f"{self._way_back} to write"
        elif width >= WIDE:
            words = "  Ask, or type / for commands, @ for files, ! for the shell"
        elif width >= NARROW:
            words = "  Ask, or type / for commands"
        else:
            words = "  Ask, or / for commands"
        if self.placeholder != words:
            self.placeholder = words

    def on_focus(self) -> None:
        """Light the sign."""
        self._light(lit=True)

    def on_blur(self) -> None:
        """Grey the sign."""
        self._light(lit=False)

    def _light(self, *, lit: bool) -> None:
        self._lit = lit
        self._invite()
        if isinstance(self.parent, PromptRow):
            self.parent.mark.tell(lit)


class PromptRow(Horizontal):
    """The prompt with its sign."""

    DEFAULT_CSS = "PromptRow { height: auto; max-height: 8; background: $raised; }"

    def __init__(self, *, id: str | None = None) -> None:
        """Make both."""
        super().__init__(id=id)
        self.mark = PromptMark()
        self.prompt = Prompt(id="prompt")

    def compose(self) -> ComposeResult:
        """Put the sign before the text."""
        yield self.mark
        yield self.prompt
