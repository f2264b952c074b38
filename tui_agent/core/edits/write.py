"""An edit by the whole content of a file."""

from __future__ import annotations

from tui_agent.core.edits.contract import Files, OnStale
from tui_agent.core.edits.guards import check_new_text, encoded, readable
from tui_agent.core.edits.overlay import Overlay
from tui_agent.core.patch.values import FileChange
from tui_agent.core.text import MARK, Text, terminator


def write_file(
    path: str, content: str, files: Files, on_stale: OnStale = "merge"
) -> tuple[FileChange, ...]:
    """Create a file, or replace all of one that the model has read; raises EditError.

    The content is taken as it is, but a byte order mark and uniform CRLF line ends are kept.
    """
    overlay = Overlay(files, on_stale)
    name = overlay.locate(path)
    text = readable(name, b"")
    if overlay.exists(name):
        overlay.require_known(name, "overwrite")
        text = overlay.text(name)
    check_new_text(name, text.contents, content.split("\n"))
    overlay.put(name, encoded(name, text, (_fitted(text, content),)))
    return overlay.changes()


def _fitted(text: Text, content: str) -> str:
    if text.codec.mark:
        content = content.removeprefix(MARK)
    ends = {terminator(line) for line in text.lines} - {""}
    return content.replace("\n", "\r\n") if ends == {"\r\n"} and "\r" not in content else content
