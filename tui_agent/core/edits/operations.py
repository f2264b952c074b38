"""The operations of a patch, whichever notation it came in, carried out in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_agent.core.edits.chunks import Chunk, placed
from tui_agent.core.edits.contract import EditError, Files, OnStale
from tui_agent.core.edits.guards import check_new_text, encoded, readable
from tui_agent.core.edits.overlay import Overlay
from tui_agent.core.patch.modes import SETS_ID, may_run, with_run_bit
from tui_agent.core.patch.values import FileChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """Create a file."""

    path: str
    lines: tuple[str, ...]
    open_end: bool = False
    mode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Delete a file; with chunks, only one that holds exactly their old lines."""

    path: str
    chunks: tuple[Chunk, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Change the lines of a file, its mode, or its path."""

    path: str
    chunks: tuple[Chunk, ...] = ()
    target: str | None = None
    mode: int | None = None


Operation = Add | Delete | Update


def carried_out(
    operations: Sequence[Operation], files: Files, on_stale: OnStale
) -> tuple[FileChange, ...]:
    """Net changes of all operations; raises EditError if any is refused."""
    overlay = Overlay(files, on_stale)
    for operation in operations:
        match operation:
            case Add():
                _add(overlay, operation)
            case Delete():
                _delete(overlay, operation)
            case Update():
                _update(overlay, operation)
    return overlay.changes()


def _add(overlay: Overlay, add: Add) -> None:
    path = overlay.locate(add.path)
    if overlay.exists(path):
        raise EditError("stale", f"{path} exists already; update it instead of adding it.")
    check_new_text(path, (), add.lines)
    text = "\n".join(add.lines) + "\n" * (bool(add.lines) and not add.open_end)
    mode = add.mode if may_run(add.mode) else None
    overlay.put(path, encoded(path, readable(path, b""), (text,)), mode)


def _delete(overlay: Overlay, delete: Delete) -> None:
    link = overlay.locate_link(delete.path)
    if overlay.is_link(link):
        overlay.delete(link)
        return
    path = overlay.locate(delete.path)
    if delete.chunks:
        lines = overlay.text(path).contents
        pieces = placed(path, lines, delete.chunks).pieces
        left = len(lines) + sum(piece.growth for piece in pieces)
        if left:
            raise EditError(
                "no-match", f"{path} has {left} lines that the deletion does not take away."
            )
    else:
        overlay.require_known(path, "delete")
    overlay.delete(path)


def _update(overlay: Overlay, update: Update) -> None:
    if update.target is not None and overlay.is_link(link := overlay.locate_link(update.path)):
        _move_link(overlay, update, link)
        return
    path = overlay.locate(update.path)
    text = overlay.text(path)
    if update.chunks:
        new = [line for chunk in update.chunks for line in chunk.new]
        check_new_text(path, text.contents, new)
        result = placed(path, text.contents, update.chunks)
        overlay.splice(path, result.pieces, open_end=result.open_end)
        overlay.note(path, *result.notes)
    if update.mode is not None:
        present = overlay.mode(path) or 0
        bits = with_run_bit(present, wanted=may_run(update.mode))
        overlay.set_mode(path, bits | (update.mode & SETS_ID))
    if update.target is not None:
        overlay.move(path, overlay.locate(update.target))


def _move_link(overlay: Overlay, update: Update, link: str) -> None:
    """Move a symbolic link itself; what it leads to stays where it is."""
    if update.chunks:
        message = (
            f"{link} is a symbolic link: edit what it leads to, or move it, in two operations."
        )
        raise EditError("malformed", message)
    target = overlay.locate_link(update.target or "")
    overlay.require_inside(target, overlay.data(link) or b"")
    overlay.move(link, target)
