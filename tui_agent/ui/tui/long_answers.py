"""Answers that are too long for the log's own lines: loaded when they are to be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.ui.tui.frame import Frame


class LongAnswers:
    """Loads each once."""

    def __init__(self, frame: Frame) -> None:
        """Load for this frame's conversation."""
        self._frame = frame
        self._wanted: set[str] = set()

    def load(self) -> None:
        """Load what the conversation lacks."""
        frame = self._frame
        for sha in frame.transcript.wanted() - self._wanted:
            self._wanted.add(sha)
            frame.shell.run_worker(self._load(sha), name="load an answer")

    async def _load(self, sha: str) -> None:
        try:
            data = await self._frame.client.blob(sha)
        except KeyError:
            return
        self._frame.transcript.give(sha, data.decode("utf-8", "replace"))
