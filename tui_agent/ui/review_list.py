"""What a diff under review would change, a line a file, for where no hunk is shown."""

from __future__ import annotations

from tui_agent.core.patch import FilePatch
from tui_agent.core.state import Turn
from tui_agent.ui.figures import counts, plural
from tui_agent.ui.text import Line

_KINDS = {"create": "new", "delete": "deleted", "mode": "mode", "update": ""}


def review_lines(turn: Turn) -> list[Line]:
    """Return what was left out or there already, and, where nothing was written, what waits."""
    if turn.kind != "review":
        return []
    lines: list[Line] = []
    for call in turn.calls.values():
        if call.proposal is None:
            continue
        patch = call.proposal.patch
        if patch is not None and not turn.changed:
            lines += [[("", f"  {_file(one)}")] for one in patch.files]
        lines += [[("warning", f"! {note}")] for note in call.proposal.notes]
    return lines


def _file(file: FilePatch) -> str:
    name = f"{file.path} → {file.new_path}" if file.new_path else file.path
    kind = "binary" if file.binary else _KINDS.get(file.kind, "")
    parts = [name, kind, plural(len(file.run_ids), "change"), counts(file.plus, file.minus)]
    return "  ".join(part for part in parts if part)
