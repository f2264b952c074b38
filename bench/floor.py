"""The least that a Textual program can be, one line to type in: what it costs is the floor."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Input


class Floor(App[None]):
    """One input and nothing else."""

    def compose(self) -> ComposeResult:
        """Yield the input."""
        yield Input(placeholder="type here")


if __name__ == "__main__":
    Floor().run()
