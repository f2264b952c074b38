"""Taking edits back: which ones, and what the files then are."""

from __future__ import annotations

from tui_agent.core.undo.choice import (
    ChosenFile,
    ChosenUndo,
    NothingToUndoError,
    UnknownPlaceError,
    choose,
    listed_hunks,
    meant,
)
from tui_agent.core.undo.going_back import (
    RewindPoint,
    Since,
    calls_after,
    choose_since,
    place_in_words,
    point_named,
    rewind_points,
    since,
)
from tui_agent.core.undo.hunks import AppliedHunk, applied_hunks
from tui_agent.core.undo.inverse import LeftOut, TakenBack, notes_of, take_back
from tui_agent.core.undo.past import (
    UNDO_TOOL,
    Gone,
    asks_first,
    commands_of,
    leaves_out,
    taken_back,
    written_by,
)
from tui_agent.core.undo.values import WrittenFile

__all__ = [
    "UNDO_TOOL",
    "AppliedHunk",
    "ChosenFile",
    "ChosenUndo",
    "Gone",
    "LeftOut",
    "NothingToUndoError",
    "RewindPoint",
    "Since",
    "TakenBack",
    "UnknownPlaceError",
    "WrittenFile",
    "applied_hunks",
    "asks_first",
    "calls_after",
    "choose",
    "choose_since",
    "commands_of",
    "leaves_out",
    "listed_hunks",
    "meant",
    "notes_of",
    "place_in_words",
    "point_named",
    "rewind_points",
    "since",
    "take_back",
    "taken_back",
    "written_by",
]
