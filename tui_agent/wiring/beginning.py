"""Beginning a session: what its first record says, and the log that it is written to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.adapters.clock import SystemClock
from tui_agent.adapters.git_facts import git_facts
from tui_agent.adapters.session_log import FileLog, MemoryLog, new_session_folder
from tui_agent.core.events import SessionStarted

if TYPE_CHECKING:
    from pathlib import Path

    from tui_agent.wiring.world import Wiring


def first_record(wiring: Wiring, program: str) -> SessionStarted:
    """Return what a new session is begun with. Raises NoModelError where it needs a model."""
    facts = git_facts(wiring.root)
    settings = wiring.settings
    modelless = wiring.first is not None or wiring.modelless
    return SessionStarted(
        session_id="",
        program=program,
        cwd=str(wiring.cwd),
        workspace=str(wiring.workspace),
        repository=facts.root.name if facts is not None else wiring.root.name,
        git_head=facts.head if facts is not None else None,
        branch=facts.branch if facts is not None else None,
        settings_hash=wiring.loaded.digest,
        argv=wiring.options.argv,
        model=wiring.model_if_any() if modelless else wiring.model_name,
        mode=settings.mode,
        trusted=wiring.trusted,
        budget_usd=settings.budget.session or None,
    )


def new_log(
    wiring: Wiring, started: SessionStarted
) -> tuple[Path | None, FileLog | MemoryLog, SessionStarted]:
    """Return a new session's folder, its log, and its first record with its name. Raises OSError.

    The folder is None where nothing is recorded.
    """
    if not (wiring.options.record and wiring.settings.record):
        return None, MemoryLog(), replace(started, session_id="not-recorded")
    folder, session_id = new_session_folder(wiring.shelf.make(), SystemClock().now())
    return folder, FileLog.create(folder), replace(started, session_id=session_id)
