"""Patches as values: what changes, what was decided about it, what results."""

from tui_agent.core.patch.decisions import (
    carry,
    changed_since,
    decide,
    undecided,
    withdraw,
)
from tui_agent.core.patch.describe import describe
from tui_agent.core.patch.resolve import file_run_sentence, header, resolve
from tui_agent.core.patch.selection import (
    edit_new_side,
    hunk_body,
    new_side,
    parse_edited,
    select,
)
from tui_agent.core.patch.tell import Settled, settle, tell
from tui_agent.core.patch.unified import diff_text, unified
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
from tui_agent.core.patch.view import CONTEXT, FileView, split

__all__ = [
    "CONTEXT",
    "FileChange",
    "FileKind",
    "FilePatch",
    "FileRun",
    "FileRunKind",
    "FileView",
    "Hunk",
    "HunkDecision",
    "Outcome",
    "Patch",
    "PatchError",
    "Row",
    "Run",
    "Settled",
    "Verdict",
    "all_run_ids",
    "carry",
    "changed_since",
    "decide",
    "describe",
    "diff_text",
    "edit_new_side",
    "file_run_sentence",
    "header",
    "hunk_body",
    "new_side",
    "parse_edited",
    "resolve",
    "select",
    "settle",
    "split",
    "tell",
    "undecided",
    "unified",
    "withdraw",
]
