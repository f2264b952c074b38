"""What is said of a conversation that is made shorter for the model."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.events import ContextCompacted, ModelRequested
from tui_agent.core.state.of_session import compacted_in_words
from tui_agent.ui.text import Line


def compaction_lines(event: ContextCompacted | ModelRequested) -> Sequence[Line]:
    """Return what to say when the summary is asked for, and when it stands; else nothing."""
    if isinstance(event, ContextCompacted):
        return ([("warning", f"! {compacted_in_words(event)}")],)
    if event.purpose == "compaction":
        return ([("dim", "· compacting: the model summarises the conversation …")],)
    return ()
