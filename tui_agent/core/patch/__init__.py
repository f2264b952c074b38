"""Patches as values: what changes, what was decided about it, what results."""

from tui_agent.core.patch.values import (
    FileChange,
    FileKind,
    FilePatch,
    FileRun,
    FileRunKind,
    Hunk,
    HunkDecision,
    Outcome,
    Patch,
    PatchError,
    Row,
    Run,
    Verdict,
    all_run_ids,
)

__all__ = [
    "FileChange",
    "FileKind",
    "FilePatch",
    "FileRun",
    "FileRunKind",
    "Hunk",
    "HunkDecision",
    "Outcome",
    "Patch",
    "PatchError",
    "Row",
    "Run",
    "Verdict",
    "all_run_ids",
]
