"""A model's edit, in any of its forms, becomes the changes of files that it means."""

from tui_agent.core.edits.contract import EditError, EditErrorKind, Files, OnStale
from tui_agent.core.edits.merge import MERGED_NOTE, rebased
from tui_agent.core.edits.notations import apply_envelope, apply_patch, apply_unified
from tui_agent.core.edits.str_replace import Replacement, str_replace
from tui_agent.core.edits.write import write_file

__all__ = [
    "MERGED_NOTE",
    "EditError",
    "EditErrorKind",
    "Files",
    "OnStale",
    "Replacement",
    "apply_envelope",
    "apply_patch",
    "apply_unified",
    "rebased",
    "str_replace",
    "write_file",
]
