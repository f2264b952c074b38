"""A patch as text, in whichever notation, becomes the changes that it means."""

from __future__ import annotations

from tui_agent.core.edits.contract import Files, OnStale
from tui_agent.core.edits.envelope import begins_envelope, read_envelope
from tui_agent.core.edits.operations import carried_out
from tui_agent.core.edits.unified import looks_unified, read_unified
from tui_agent.core.patch.values import FileChange


def apply_envelope(text: str, files: Files, on_stale: OnStale = "merge") -> tuple[FileChange, ...]:
    """Carry out a ``*** Begin Patch`` patch in memory; raises EditError."""
    return carried_out(read_envelope(text), files, on_stale)


def apply_unified(text: str, files: Files, on_stale: OnStale = "merge") -> tuple[FileChange, ...]:
    """Carry out a unified diff in memory; raises EditError."""
    return carried_out(read_unified(text), files, on_stale)


def apply_patch(text: str, files: Files, on_stale: OnStale = "merge") -> tuple[FileChange, ...]:
    """Carry out a patch in the notation that it looks like; raises EditError."""
    if not begins_envelope(text) and looks_unified(text):
        return apply_unified(text, files, on_stale)
    return apply_envelope(text, files, on_stale)
