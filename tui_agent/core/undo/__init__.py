"""Taking edits back: which ones, and what the files then are."""

from tui_agent.core.undo.choice import (
    UNDO_TOOL,
    ChosenUndo,
    NothingToUndoError,
    UnknownPlaceError,
    choose,
    leaves_out,
    taken_back,
)
from tui_agent.core.undo.inverse import LeftOut, TakenBack, notes_of, take_back
from tui_agent.core.undo.values import WrittenFile

__all__ = [
    "UNDO_TOOL",
    "ChosenUndo",
    "LeftOut",
    "NothingToUndoError",
    "TakenBack",
    "UnknownPlaceError",
    "WrittenFile",
    "choose",
    "leaves_out",
    "notes_of",
    "take_back",
    "taken_back",
]
