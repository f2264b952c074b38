"""Sessions of other programs, read from their own files and written as logs of ours."""

from __future__ import annotations

from tui_agent.adapters.foreign_sessions.reading import ForeignFileError, read_foreign
from tui_agent.adapters.foreign_sessions.values import Foreign
from tui_agent.adapters.foreign_sessions.writing import events_of

__all__ = ["Foreign", "ForeignFileError", "events_of", "read_foreign"]
