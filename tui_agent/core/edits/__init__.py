"""A model's edit, in any of its forms, becomes the changes of files that it means."""

from tui_agent.core.edits.contract import EditError, EditErrorKind, Files

__all__ = ["EditError", "EditErrorKind", "Files"]
