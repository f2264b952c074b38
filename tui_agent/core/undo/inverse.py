"""The inverse of edits, worked into files that a person may have changed since.

For each edit, the newest first: base is the file as the edit left it, ours is the file as it is
now, theirs is the file as it was before the edit. Where both sides changed the same lines, the
file is left as it is, and said so: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tui_agent.core.edits.contract import NOTHING_CHANGED, EditError, Files
from tui_agent.core.edits.merge import merged
from tui_agent.core.edits.overlay import Overlay
from tui_agent.core.patch import FileChange
from tui_agent.core.patch.diff import changed_spans
from tui_agent.core.patch.modes import is_link, may_run, with_run_bit
from tui_agent.core.text import TextError, decode
from tui_agent.core.undo.values import WrittenFile

_USUAL_MODE = 0o644
"""Of a file that a symbolic link took the place of, where it is not known."""
KEPT_NOTE = "lines written since are kept"

Load = Callable[[str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file whose edits cannot be taken back, and why."""

    paths: tuple[str, ...]
    """All the names that it has had in the edits."""
    reason: str
    """A sentence that begins with the file's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """What taking edits back does to the files as they are now."""

    changes: tuple[FileChange, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def notes_of(
    back: TakenBack, where: str, commands: int = 0, ran: Sequence[str] = ()
) -> tuple[str, ...]:
    """Say what an undo leaves as it is: files, what commands did that was not recorded.

    `where`: `in turn 3`, `since then`.
    """
    notes = [f"left as it is: {one.reason}" for one in back.left_out]
    if ran:
        notes.append(
            f"with what these commands changed: {'; '.join(ran)}. What they did outside of the "
            "recorded files stays"
        )
    if commands:
        said = "a command" if commands == 1 else f"{commands} commands"
        notes.append(f"{said} ran {where}, too: what was not recorded of it stays")
    return tuple(notes)


class _ConflictError(Exception):
    """This file cannot be taken back; the message says why."""


def take_back(written: Sequence[WrittenFile], files: Files, load: Load) -> TakenBack:
    """Return the changes that take these edits back; `written` has the newest first.

    Files that were renamed into each other are taken back together or not at all. A file that is
    as it was before already has no change.
    """
    changes: list[FileChange] = []
    left = [
        LeftOut(paths=(one.target,), reason=f"{one.target} {one.stays}")
        for one in written
        if one.stays
    ]
    written = [one for one in written if not one.stays]
    on_disk = _OnDisk(files)
    swapped = _swapped(written)
    # What stood in such a place may have been moved: where it is now is the last of it.
    last = {one.before: one.path for one in written if one.path in swapped and one.before}
    for group in _groups(written):
        overlay = Overlay(on_disk)
        kept: set[str] = set()
        try:
            _check_folders(group, swapped, last)
            _check_ground(group, on_disk)
            for one in group:
                if _invert(overlay, one, load):
                    kept.add(one.path)
            changes += _net(overlay, kept)
        except _ConflictError as error:
            left.append(LeftOut(paths=_names(group), reason=str(error)))
        except EditError as error:
            left.append(LeftOut(paths=_names(group), reason=_why(group[0].target, error)))
        except (OSError, ValueError) as error:
            reason = f"{group[0].target} cannot be read: {error}"
            left.append(LeftOut(paths=_names(group), reason=reason))
        except KeyError:
            reason = f"{group[0].target}: what it was is no longer among the session's payloads"
            left.append(LeftOut(paths=_names(group), reason=reason))
    changes.sort(key=lambda change: change.path)
    return TakenBack(changes=tuple(changes), left_out=tuple(left))


def _groups(written: Iterable[WrittenFile]) -> list[list[WrittenFile]]:
    """Part the edits by file, in order; a file that was renamed is one under all its names."""
    groups: dict[int, list[WrittenFile]] = {}
    group_of: dict[str, int] = {}
    for number, one in enumerate(written):
        mine = sorted({group_of[name] for name in (one.path, one.target) if name in group_of})
        groups[number] = [*(other for place in mine for other in groups.pop(place)), one]
        group_of.update(dict.fromkeys(_names(groups[number]), number))
    return list(groups.values())


def _swapped(written: Iterable[WrittenFile]) -> dict[str, str]:
    """Return what stands where something else is a folder, each with that folder's name."""
    names = {name for one in written for name in (one.path, one.target)}
    found: dict[str, str] = {}
    for name in names:
        folder, slash, _ = name.rpartition("/")
        while slash:
            if folder in names:
                found[name] = found[folder] = folder
            folder, slash, _ = folder.rpartition("/")
    return found


def _check_folders(
    group: Sequence[WrittenFile], swapped: Mapping[str, str], last: Mapping[str, str]
) -> None:
    for name in _names(group):
        if name in swapped:
            message = f"{name}: a folder and a file or link {swapped[name]} took each other's place"
            raise _ConflictError(message)
    for one in group:
        held = last.get(one.after or "") if one.before is None else None
        if held is not None:
            message = f"{one.target} holds what {held} held, which cannot go back"
            raise _ConflictError(message)


def _check_ground(group: Sequence[WrittenFile], files: Files) -> None:
    """Refuse what would lie in a folder in whose place somebody has put a file."""
    for one in group:
        folder = one.path if one.before is not None else ""
        while folder := folder.rpartition("/")[0]:
            if files.mode(folder) is not None:
                message = f"{one.path} cannot be there, since {folder} is a file now"
                raise _ConflictError(message)


def _why(name: str, error: EditError) -> str:
    reason = error.message.removesuffix(NOTHING_CHANGED).rstrip(". \n")
    return reason if reason.startswith(name) else f"{name}: {reason}"


def _names(group: Iterable[WrittenFile]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in group for name in (one.target, one.path)))


def _net(overlay: Overlay, kept: set[str]) -> Iterator[FileChange]:
    try:
        changes = overlay.changes()
    except EditError:
        return  # Nothing changes: it is as it was before already.
    for change in changes:
        noted = kept & {change.path, change.new_path or change.path}
        yield replace(change, notes=(KEPT_NOTE,)) if noted else change


def _invert(overlay: Overlay, one: WrittenFile, load: Load) -> bool:
    """Take one edit of one file back; return whether lines written since were kept."""
    path, target = _located(overlay, one)
    now = overlay.data(target)
    before = None if one.before is None else load(one.before)
    if one.after is None:
        _restore(overlay, path, before, one)
        return False
    after = load(one.after)
    if before is None:
        _uncreate(overlay, one, now, after)
        return False
    if one.of_a_link:
        _relink(overlay, one, before, after)
        return False
    if now is None:
        if target != path and overlay.data(path) == before:
            return False
        message = f"{target} has been deleted since the edit"
        raise _ConflictError(message)
    if target != path:
        if overlay.exists(path):
            message = f"{path} is there again, so {target} cannot be renamed back"
            raise _ConflictError(message)
        overlay.move(target, path)
    content = before if now == after else _worked_in(target, after, now, before)
    mode = _mode_back(overlay, path, one)
    if content != now or mode is not None:
        overlay.put(path, content, mode)
    return content not in (before, now)


def _located(overlay: Overlay, one: WrittenFile) -> tuple[str, str]:
    """Return the names before and after; what was written under them lies behind no link."""
    find = overlay.locate_link if one.of_a_link else overlay.locate
    for name in (one.target, one.path):
        if find(name) != name:
            message = f"{name} is a symbolic link now, or lies behind one"
            raise _ConflictError(message)
    return one.path, one.target


def _restore(overlay: Overlay, path: str, before: bytes | None, one: WrittenFile) -> None:
    """Bring a deleted file back, unless something else is there by now."""
    now = overlay.data(path)
    if before is None or (now == before and overlay.is_link(path) == is_link(one.mode_before)):
        return
    if now is not None:
        message = f"{path} was deleted by the edit, and another file is there now"
        raise _ConflictError(message)
    if is_link(one.mode_before):
        overlay.require_inside(path, before)
    overlay.put(path, before, one.mode_before)


def _relink(overlay: Overlay, one: WrittenFile, before: bytes, after: bytes) -> None:
    """Take back where a symbolic link leads, or that a file became one: whole, or not at all."""

    def stands(data: bytes, mode: int | None) -> bool:
        return overlay.data(one.target) == data and overlay.is_link(one.target) == is_link(mode)

    if one.path == one.target and stands(before, one.mode_before):
        return
    if not stands(after, one.mode_after or one.mode_before):
        message = f"{one.target} has been changed since the edit, and a link goes back whole"
        raise _ConflictError(message)
    if one.target != one.path:
        if overlay.exists(one.path):
            message = f"{one.path} is there again, so {one.target} cannot be renamed back"
            raise _ConflictError(message)
        overlay.move(one.target, one.path)
    if is_link(one.mode_before):
        overlay.require_inside(one.path, before)
    overlay.put(one.path, before, one.mode_before or _USUAL_MODE)


def _uncreate(overlay: Overlay, one: WrittenFile, now: bytes | None, after: bytes) -> None:
    """Take a created file away, unless somebody has written in it."""
    target = one.target
    if now is None:
        return
    if now != after or overlay.is_link(target) != is_link(one.mode_after):
        where = _places(_lines(after), _lines(now))
        message = f"{target} was created by the edit, and has been changed since{where}"
        raise _ConflictError(message)
    overlay.delete(target)


def _mode_back(overlay: Overlay, path: str, one: WrittenFile) -> int | None:
    """Return the permission bits that the edit changed, unless somebody has changed them since.

    Of a command only the bit is known that lets the file be run.
    """
    now = overlay.mode(path)
    if one.mode_after in (None, one.mode_before) or one.mode_before is None or now is None:
        return None
    if now == one.mode_after:
        return one.mode_before
    was, is_now = may_run(one.mode_before), may_run(one.mode_after)
    return with_run_bit(now, wanted=was) if was != is_now == may_run(now) else None


def _worked_in(path: str, after: bytes, now: bytes, before: bytes) -> bytes:
    """Return the file as it is now without the edit.

    Raises _ConflictError where lines of the edit have been changed since.
    """
    if now == before:
        return now
    try:
        base, ours, theirs = decode(after), decode(now), decode(before)
    except TextError as error:
        message = f"{path} has been changed since the edit, and {error}"
        raise _ConflictError(message) from None
    if not base.codec == ours.codec == theirs.codec:
        message = f"{path} has been changed since the edit, and has another encoding now"
        raise _ConflictError(message)
    lines = merged(base.lines, ours.lines, theirs.lines)
    if lines is None:
        where = _places(base.lines, ours.lines, theirs.lines)
        message = f"{path} has been changed since the edit, in the same place{where}"
        raise _ConflictError(message)
    return ours.codec.encode(lines)


def _lines(data: bytes) -> tuple[str, ...]:
    try:
        return decode(data).lines
    except TextError:
        return ()


def _places(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str] = ()) -> str:
    """Name the lines of `ours` that were written since and meet what is to be taken back."""
    edited = changed_spans(base, theirs)
    places = [
        _spelled(start, end)
        for old_start, old_end, start, end in changed_spans(base, ours)
        if any(old_start <= other[1] and other[0] <= old_end for other in edited)
    ]
    return f" ({', '.join(places)})" if places else ""


def _spelled(start: int, end: int) -> str:
    if end == start:
        return f"lines taken away after line {start}"
    return f"line {end}" if end == start + 1 else f"lines {start + 1}-{end}"


class _OnDisk:
    """The files as they are, without what the model has seen of them."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.locate, self.read, self.mode = files.locate, files.read, files.mode
        self.locate_link, self.link = files.locate_link, files.link
        self.leads_inside = files.leads_inside

    def seen(self, path: str) -> bytes | None:
        """Nothing was seen: an undo is the user's own."""
        del path
        return None

    def seen_whole(self, path: str) -> bool:
        """Nothing was seen: an undo is the user's own."""
        del path
        return False

    def namesakes(self, path: str) -> tuple[str, ...]:
        """Give other files with the same last component."""
        return self._files.namesakes(path)
