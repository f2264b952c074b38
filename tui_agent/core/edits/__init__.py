"""A model's edit, in any of its forms, becomes the changes of files that it means."""

from tui_agent.core.edits.contract import EditError, EditErrorKind, Files, OnStale
from tui_agent.core.edits.foreign import (
    BinaryContent,
    ForeignFile,
    ForeignReading,
    foreign_changes,
)
from tui_agent.core.edits.foreign_places import ForeignHunk
from tui_agent.core.edits.merge import MERGED_NOTE, rebased
from tui_agent.core.edits.notations import apply_envelope, apply_patch, apply_unified
from tui_agent.core.edits.str_replace import Replacement, str_replace
from tui_agent.core.edits.write import write_file

__all__ = [
    "MERGED_NOTE",
    "BinaryContent",
    "EditError",
    "EditErrorKind",
    "Files",
    "ForeignFile",
    "ForeignHunk",
    "ForeignReading",
    "OnStale",
    "Replacement",
    "apply_envelope",
    "apply_patch",
    "apply_unified",
    "foreign_changes",
    "rebased",
    "str_replace",
    "write_file",
]
