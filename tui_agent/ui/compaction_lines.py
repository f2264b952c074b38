"""How a conversation is asked to be made shorter for the model, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.commands import Compact
from tui_agent.core.events import ContextCompacted, ModelRequested
from tui_agent.core.state.of_session import compacted_in_words
from tui_agent.ui.text import Line

COMPACT = "/compact"
"""The one command of a conversation that is one without a person, too."""


def compaction_in(prompt: str) -> Compact | None:
    """Return the wish to compact that a message is: the command, with what to keep in mind."""
    word, *rest = prompt.split(maxsplit=1) or [""]
    return Compact(instructions=" ".join(rest).strip()) if word == COMPACT else None


def compaction_lines(event: ContextCompacted | ModelRequested) -> Sequence[Line]:
    """Return what to say when the summary is asked for, and when it stands; else nothing."""
    if isinstance(event, ContextCompacted):
        return ([("warning", f"! {compacted_in_words(event)}")],)
    if event.purpose == "compaction":
        return ([("dim", "· compacting: the model summarises the conversation …")],)
    return ()
