"""Completion and history at line mode's prompt. Only imported where a terminal can do so."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.history import History

if TYPE_CHECKING:
    from prompt_toolkit.document import Document

    from tui_agent.ui.line_offers import Offering


class Offers(Completer):
    """Offers what a session has: commands, files; off the prompt's loop where that takes time."""

    def __init__(self) -> None:
        """Offer nothing before there is a session."""
        self.source: Offering | None = None

    def begun(self, before: str) -> bool:
        """Return whether a word has begun that may be completed."""
        return self.source is not None and self.source.begun(before)

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Give none: all of them are asked for asynchronously."""
        del document, complete_event
        return ()

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """Yield what the word before the caret may become."""
        del complete_event
        if self.source is None:
            return
        typed, found = await self.source.follow(document.text_before_cursor)
        for one in found:
            yield Completion(one.text, start_position=-len(typed), display_meta=one.about)


class Remembered(History):
    """What was said here, and before it what earlier sessions began with."""

    def __init__(self, earlier: Callable[[], Sequence[str]]) -> None:
        """Read nothing before it is asked for."""
        super().__init__()
        self._earlier = earlier

    def load_history_strings(self) -> Iterable[str]:
        """Give the earlier ones, the latest first."""
        return reversed(self._earlier())

    def store_string(self, string: str) -> None:
        """Keep nothing: the session's log does."""
