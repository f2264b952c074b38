"""Sessions on disk: one folder each, an append-only chained log with its blobs (docs: sessions)."""

from __future__ import annotations

from tui_agent.adapters.session_log.chain import Problem, Reading, read_log
from tui_agent.adapters.session_log.folders import (
    SessionNotFoundError,
    Shelf,
    new_session_folder,
)
from tui_agent.adapters.session_log.log import (
    FileLog,
    LogBusyError,
    LogTooNewError,
    MemoryLog,
)
from tui_agent.adapters.session_log.stored import StoredSession
from tui_agent.adapters.session_log.summary import Summary, summarise

__all__ = [
    "FileLog",
    "LogBusyError",
    "LogTooNewError",
    "MemoryLog",
    "Problem",
    "Reading",
    "SessionNotFoundError",
    "Shelf",
    "StoredSession",
    "Summary",
    "new_session_folder",
    "read_log",
    "summarise",
]
