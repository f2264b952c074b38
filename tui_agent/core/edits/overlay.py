"""The workspace as one call would leave it: all of its operations, none of them on disk yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tui_agent.core.edits.contract import EditError, Files, OnStale
from tui_agent.core.edits.guards import check_not_git, check_path, encoded, readable
from tui_agent.core.edits.hints import missing
from tui_agent.core.edits.merge import MERGED_NOTE, merged_bytes, stale
from tui_agent.core.patch.endings import retied
from tui_agent.core.patch.modes import LINK, is_link
from tui_agent.core.patch.resolve import Piece
from tui_agent.core.patch.values import FileChange
from tui_agent.core.text import Text, content, dominant, terminated, terminator


@dataclass(slots=True)
class _Entry:
    """One path while its call is computed."""

    disk: bytes | None
    """Bytes on disk now."""
    base: bytes | None
    """Bytes that the edit is computed from: what the model has seen, or the disk."""
    now: bytes | None
    mode: int | None
    new_mode: int | None = None
    moved_from: str | None = None
    notes: list[str] = field(default_factory=list)


_USUAL_MODE = 0o644
"""Of a file that comes in place of a symbolic link."""


class Overlay:
    """Collects what the operations of one call make of the files, and what is refused.

    Several operations on one path build on each other. ``changes`` gives the net result.
    """

    def __init__(self, files: Files, on_stale: OnStale = "merge") -> None:
        self._files = files
        self._on_stale = on_stale
        self._entries: dict[str, _Entry] = {}

    def locate(self, path: str) -> str:
        """Give a path's one name; raises EditError for a path that leads out."""
        name = self._files.locate(check_path(path))
        check_not_git(name)
        return name

    def locate_link(self, path: str) -> str:
        """Give a path's one name, its last component not followed; raises EditError as `locate`."""
        return self._files.locate_link(check_path(path))

    def is_link(self, path: str) -> bool:
        """Whether a symbolic link is there at this point of the call; of a name not followed."""
        entry = self._entry(path)
        return entry.now is not None and is_link(self.mode(path))

    def is_begun(self, path: str) -> bool:
        """Whether the call has changed what is there."""
        entry = self._entries.get(path)
        return entry is not None and entry.now != entry.disk

    def exists(self, path: str) -> bool:
        """Whether the file is there at this point of the call."""
        return self._entry(path).now is not None

    def data(self, path: str) -> bytes | None:
        """Bytes of the file at this point of the call; None where there is none."""
        return self._entry(path).now

    def mode(self, path: str) -> int | None:
        """Permission bits of the file at this point of the call; None where there is none."""
        entry = self._entry(path)
        return entry.mode if entry.new_mode is None else entry.new_mode

    def text(self, path: str) -> Text:
        """Text to be edited: as the model saw it, with the call's earlier operations in it.

        Raises EditError if the file is missing, binary, or changed and not to be merged.
        """
        entry = self._entry(path)
        if entry.now is None:
            raise self._missing(path, entry)
        if entry.base != entry.disk and self._on_stale == "refuse":
            raise stale(path, entry.base, entry.disk)
        return readable(path, entry.now)

    def splice(self, path: str, pieces: Sequence[Piece], *, open_end: bool | None) -> None:
        """Replace lines of an existing file; every line outside of the pieces keeps its bytes.

        Pieces are in order and hold contents without terminators. ``open_end`` says whether the
        last line is to have none; None keeps what the file has.
        """
        text = self.text(path)
        usual = dominant(text.lines)
        lines: list[str] = []
        at = 0
        for piece in pieces:
            lines += text.lines[at : piece.start]
            before = terminator(lines[-1]) if lines else ""
            old = text.lines[piece.start : piece.end]
            lines += retied(old, piece.lines, before or usual, open_end=False)
            at = piece.end
        lines += text.lines[at:]
        lines = list(terminated([*lines, ""], usual)[:-1])
        if lines and (text.open_end if open_end is None else open_end):
            lines[-1] = content(lines[-1])
        self.put(path, encoded(path, text, lines))

    def put(self, path: str, data: bytes, mode: int | None = None) -> None:
        """Give a file new bytes, or create it."""
        entry = self._entry(path)
        if mode is None and entry.now is None and is_link(entry.mode):
            mode = _USUAL_MODE
        entry.now = data
        if mode is not None:
            entry.new_mode = mode

    def note(self, path: str, *notes: str) -> None:
        """Keep what user and model have to know about how an edit was placed."""
        known = self._entry(path).notes
        known.extend(note for note in notes if note not in known)

    def set_mode(self, path: str, mode: int) -> None:
        """Change the mode of an existing file; raises EditError if it is missing."""
        self.text(path)
        self._entry(path).new_mode = mode

    def require_known(self, path: str, verb: str) -> None:
        """Raise EditError ``stale`` if a whole file is to go that the model has never read."""
        entry = self._entry(path)
        if not entry.now or entry.now != entry.base or self._files.seen_whole(path):
            return
        read = "has not been read in this session"
        if self._files.seen(path) is not None:
            read = "has been read only in part"
        raise EditError("stale", f"{path} exists and {read}. Read it before you {verb} it.")

    def require_unchanged(self, path: str) -> None:
        """Raise EditError ``stale`` if the file changed after the model read it."""
        entry = self._entry(path)
        if entry.base != entry.disk:
            raise stale(path, entry.base, entry.disk)

    def require_inside(self, path: str, target: bytes) -> None:
        """Raise EditError where a symbolic link of that name to there would leave the workspace."""
        if not self._files.leads_inside(path, target):
            shown = target.decode("utf-8", "replace")
            message = f"{path} would be a symbolic link out of the workspace, to {shown!r}."
            raise EditError("outside-workspace", message)

    def delete(self, path: str) -> None:
        """Take a file away; raises EditError if it is missing or changed since it was read."""
        entry = self._entry(path)
        if entry.now is None:
            raise self._missing(path, entry)
        self.require_unchanged(path)
        entry.now, entry.moved_from = None, None

    def move(self, path: str, target: str) -> None:
        """Rename a file; raises EditError ``stale`` if something is there already."""
        source = self._entry(path)
        if self.exists(target):
            raise EditError("stale", f"{target} exists already; {path} cannot be moved there.")
        entry = self._entry(target)
        entry.now, entry.new_mode = source.now, source.new_mode or source.mode
        entry.moved_from = source.moved_from or path
        entry.notes += source.notes
        source.now, source.moved_from, source.notes = None, None, []

    def changes(self) -> tuple[FileChange, ...]:
        """Net change of each file; raises EditError if nothing changes or a merge fails."""
        renamed = {
            entry.moved_from: path
            for path, entry in self._entries.items()
            if entry.moved_from is not None and self._is_rename(entry)
        }
        found: list[FileChange] = []
        for path, entry in self._entries.items():
            if path in renamed:
                target = self._entries[renamed[path]]
                found.append(self._change(path, entry, target, renamed[path]))
            elif path not in renamed.values():
                found.append(self._change(path, entry, entry, None))
        real = [change for change in found if _is_change(change)]
        if not real:
            names = ", ".join(change.path for change in found)
            raise EditError("malformed", f"The edit changes nothing: {names} would stay as it is.")
        return tuple(real)

    def _is_rename(self, target: _Entry) -> bool:
        source = self._entries.get(target.moved_from or "")
        if source is None or target.now is None or target.disk is not None:
            return False
        return source.now is None and source.disk is not None

    def _change(self, path: str, entry: _Entry, result: _Entry, target: str | None) -> FileChange:
        after, notes = result.now, tuple(result.notes)
        if after is not None and entry.base != entry.disk:
            edited = after != entry.base
            after = self._merged(path, entry, after) if edited else entry.disk
            notes += (MERGED_NOTE,) * edited
        return FileChange(
            path=path,
            new_path=target,
            before=entry.disk,
            after=after,
            old_mode=entry.mode,
            new_mode=result.new_mode,
            notes=notes,
        )

    def _merged(self, path: str, entry: _Entry, edited: bytes) -> bytes:
        """Work the edit into the bytes on disk, if that is wanted and possible."""
        if entry.disk is None or entry.base is None or self._on_stale == "refuse":
            raise stale(path, entry.base, entry.disk)
        return merged_bytes(path, entry.base, entry.disk, edited)

    def _entry(self, path: str) -> _Entry:
        if path not in self._entries:
            link = self._files.link(path)
            disk = self._on_disk(path) if link is None else link
            seen = self._files.seen(path) if link is None else None
            base = disk if seen is None else seen
            if disk is None and seen is not None:
                base = None
            self._entries[path] = _Entry(
                disk=disk,
                base=base,
                now=base,
                mode=self._files.mode(path) if link is None else LINK,
            )
        return self._entries[path]

    def _on_disk(self, path: str) -> bytes | None:
        try:
            return self._files.read(path)
        except ValueError as error:
            raise EditError("malformed", f"{error}, so it cannot be edited as text.") from None

    def _missing(self, path: str, entry: _Entry) -> EditError:
        if entry.disk is None and self._files.seen(path) is not None:
            return stale(path, entry.base, None)
        return missing(path, self._files.namesakes(path))


def _is_change(change: FileChange) -> bool:
    if change.before is None and change.after is None:
        return False
    mode = change.new_mode is not None and change.new_mode != change.old_mode
    return change.before != change.after or change.new_path is not None or mode
