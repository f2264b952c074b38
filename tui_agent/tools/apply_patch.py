"""The tool `apply_patch`: several files at once, as an envelope or a unified diff."""

from __future__ import annotations

from typing import Any

from tui_agent.core.arguments import parse_arguments
from tui_agent.core.edit_call import carry_out, propose_changes
from tui_agent.core.edits import OnStale, apply_patch, apply_unified
from tui_agent.core.messages import ToolSpec
from tui_agent.core.patch import FileChange
from tui_agent.core.ports import ArgumentsError, RunContext, View
from tui_agent.core.proposal import Approved, Proposal, ToolOutput

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "patch": {"type": "string", "minLength": 1},
        "diff": {"type": "string", "minLength": 1, "description": "A unified diff, instead"},
    },
    "additionalProperties": False,
}

DESCRIPTION = """\
Change, add, delete or move several files at once; all or nothing. Lines of context and lines with \
- must be exactly what is in the file; three lines of context are enough. No line numbers needed: \
where a place occurs more than once, give the whole line of its class or function after @@.
*** Begin Patch
*** Update File: src/a.py
@@ def total(items):
     result = 0
-    for item in items[1:]:
+    for item in items:
         result += item
*** Add File: docs/new.md
+# Title
*** Delete File: old.py
*** Update File: b.py
*** Move to: c.py
*** End Patch
A unified diff (--- a/x, +++ b/x, @@) is taken, too, as `diff`."""


class ApplyPatch:
    """Applies a patch over one or several files; `on_stale` as in `edit`."""

    reads_only = False
    spec = ToolSpec(name="apply_patch", description=DESCRIPTION, parameters=SCHEMA)

    def __init__(self, *, on_stale: OnStale = "refuse") -> None:
        self._on_stale: OnStale = on_stale

    async def prepare(self, arguments: str, view: View) -> Proposal:
        given = parse_arguments(arguments, SCHEMA)
        changes = _changes(given, view, self._on_stale)
        return propose_changes("apply_patch", changes, given, view)

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:
        del approved
        return carry_out(context)


def _changes(given: dict[str, Any], view: View, on_stale: OnStale) -> tuple[FileChange, ...]:
    """Carry out the one text that is given; ArgumentsError where it is none, or both."""
    if len(given) != 1:
        message = "Give either `patch` or `diff`."
        raise ArgumentsError(message)
    if "diff" in given:
        return apply_unified(given["diff"], view.files, on_stale=on_stale)
    return apply_patch(given["patch"], view.files, on_stale=on_stale)
