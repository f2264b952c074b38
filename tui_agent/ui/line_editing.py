"""How line mode lets a longer text be edited: in the person's editor, else at the prompt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tui_agent.ui.line_input import Editor, Input
from tui_agent.ui.line_reading import Interrupted
from tui_agent.ui.text import Paper

Edit = Callable[[str], Awaitable[str | None]]
"""Lets a person edit a text; None where they gave it up."""


class Editing:
    """Edits a text; whatever happens meanwhile is told afterwards."""

    def __init__(self, given: Input, paper: Paper, editor: Editor | None) -> None:
        """Use this editor; None: there is none, and the prompt takes its place."""
        self._input, self._paper, self._editor = given, paper, editor

    async def __call__(self, start: str) -> str | None:
        """Return the text as it was left; None where it was given up. Raises Left."""
        try:
            if self._editor is None:
                return await self._input.text(start)
            # Ctrl-C is the editor's own while it has the terminal.
            with self._paper.asking(""), self._input.stops.told(_nothing):
                return await self._editor(start)
        except Interrupted:
            self._paper.put("It stays as it was.")
        except OSError as error:
            self._paper.put([("warning", f"! {error}")])
        return None


def _nothing() -> None:
    """Do nothing."""
