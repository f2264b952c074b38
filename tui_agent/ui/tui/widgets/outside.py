"""The person's own editor, for a text that is being edited in a pane."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from tui_agent.ui.tui.messages import Toasted
from tui_agent.ui.tui.widgets.hunk_editor import HunkEditor


@runtime_checkable
class SuffixEditor(Protocol):
    """An application that can give the terminal to the person's own editor."""

    async def edit_outside(self, text: str, *, suffix: str = ".md") -> str | None:
        """Return the text as edited; None where there is no editor."""
        ...


async def write_outside(editor: HunkEditor, suffix: str) -> None:
    """Let the text be written in $EDITOR; it comes back here, and is kept by the same key."""
    app = editor.app
    text = None
    if isinstance(app, SuffixEditor):
        text = await app.edit_outside(editor.text, suffix=suffix)
    if text is None:
        told = "Set EDITOR to edit it there."
        editor.post_message(Toasted(told, role="warning", glyph="warning"))
    else:
        editor.load_text(text.rstrip("\n"))
