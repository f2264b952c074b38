"""Writes several files as one change: all of it or nothing, and rolls forward after a crash.

Order: lock the folders, check every base again, write every new content beside its file, rename,
delete. What fails before the first rename leaves the tree as it was; what fails later is put back
from the old bytes. A crash between two renames is mended by `recover`, from the same plan.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import stat
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Literal

from tui_agent.adapters.git_workspace.links import (
    leads_inside,
    locate_link,
    make_link,
    read_link,
)
from tui_agent.adapters.git_workspace.paths import FOLDER, Confined, parts_of
from tui_agent.core.edits import EditError
from tui_agent.core.edits.contract import NOTHING_CHANGED
from tui_agent.core.events import PlannedWrite
from tui_agent.core.patch.modes import LINK, is_link

LOCK_SECONDS = 5.0
_SAME = ("st_ino", "st_size", "st_mtime_ns")
"""What tells a file that was written from one that was not, without reading it again."""
NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

Load = Callable[[str], bytes]
Recovery = Literal["applied", "unchanged", "torn"]


@dataclass(slots=True, kw_only=True)
class _Step:
    """One file of the change, with all that is needed to put it back."""

    write: PlannedWrite
    parent: int
    old: bytes | None = None
    status: os.stat_result | None = None
    done: bool = False

    @property
    def name(self) -> str:
        return os.path.basename(self.write.path)

    @property
    def temporary(self) -> str:
        """A name known beforehand, so that what a crash left is found again."""
        sign = hashlib.sha256(os.fsencode(self.write.path)).hexdigest()[:16]
        return f".agent-{sign}.tmp"


@dataclass(slots=True, kw_only=True)
class _Commit:
    files: Confined
    load: Load
    steps: list[_Step] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    """Folders that had to be made, outermost first."""
    open: ExitStack = field(default_factory=ExitStack)

    def prepare(self, writes: Sequence[PlannedWrite]) -> None:
        parents: dict[str, int] = {}
        for write in sorted(writes, key=lambda one: one.path):
            if _located(self.files, write) != write.path:
                message = f"{write.path} leads somewhere else than when it was proposed."
                raise EditError("stale", message)
            if not self.files.confines.may_write(write.path):
                message = f"{write.path} is not among the paths that the profile writes."
                raise EditError("outside-workspace", message)
            folder = os.path.dirname(write.path)
            if folder not in parents:
                parents[folder] = self._folder(folder, make=write.after is not None)
                self.open.callback(os.close, parents[folder])
                _lock(parents[folder])
            self.steps.append(_Step(write=write, parent=parents[folder]))

    def check(self) -> None:
        for step in self.steps:
            step.status = self.files.status(step.write.path)
            step.old, is_link_now = _present(self.files, step.write.path)
            expected = step.write.before.sha if step.write.before else None
            retyped = step.old is not None and is_link_now != step.write.link_before
            if sha_of(step.old) != expected or retyped:
                raise _moved_on(step)
            if step.status is not None and not _is_writable(step):
                raise PermissionError(errno.EACCES, "the file is read-only", step.write.path)
            self.check_link(step)

    def check_link(self, step: _Step) -> None:
        """Raise EditError where the link to be made leads out of the workspace."""
        write = step.write
        if write.after is None or not is_link(write.mode_after):
            return
        if not leads_inside(self.files, write.path, self.load(write.after.sha)):
            message = f"{write.path} would be a link that leads out of the workspace."
            raise EditError("outside-workspace", message)

    def write_all(self) -> None:
        for step in self.steps:
            if step.write.after is not None:
                content = self.load(step.write.after.sha)
                try:
                    _write_beside(step, content, _mode(step))
                except OSError as error:
                    error.filename = error.filename or step.temporary  # A full disk names none.
                    raise
        for step in self.steps:
            if step.write.after is not None:
                _check_again(step)
                os.replace(
                    step.temporary, step.name, src_dir_fd=step.parent, dst_dir_fd=step.parent
                )
                step.done = True
        for step in self.steps:
            self.check_link(step)  # Links can lead through each other.
            if step.write.after is None:
                _check_again(step)
                os.unlink(step.name, dir_fd=step.parent)
                step.done = True
        for parent in {step.parent for step in self.steps}:
            _sync(parent)

    def undo(self) -> None:
        """Put back what was done. Raises OSError naming what could not be."""
        failed = []
        for step in reversed(self.steps):
            with suppress(OSError):
                os.unlink(step.temporary, dir_fd=step.parent)
            if not step.done:
                continue
            try:
                _put_back(step)
            except OSError:
                failed.append(step.write.path)
        self.remove_folders()
        if failed:
            message = f"what had been written could not be put back: {', '.join(failed)}"
            raise OSError(message)

    def told(self, error: OSError) -> str:
        """Say which file could not be written, and why, once everything is as it was."""
        paths = {step.temporary: step.write.path for step in self.steps}
        name = error.filename if isinstance(error.filename, str) else ""
        where = f"{paths.get(name, name)}: " if name else ""
        return f"{where}{error.strerror or error}. {NOTHING_CHANGED}"

    def remove_folders(self) -> None:
        for folder in reversed(self.made):
            with suppress(OSError):
                os.rmdir(os.path.join(self.files.root, folder))

    def _folder(self, name: str, *, make: bool) -> int:
        current = os.open(self.files.root, FOLDER)
        walked: list[str] = []
        for part in parts_of(name):
            walked.append(part)
            try:
                current = self._step_into(current, "/".join(walked), make=make)
            except FileNotFoundError:
                message = f"{name} does not exist any more."
                raise EditError("stale", message) from None
            except NotADirectoryError:
                message = f"{'/'.join(walked)} is a file, so nothing can lie in it."
                raise EditError("no-match", message) from None
        return current

    def _step_into(self, current: int, walked: str, *, make: bool) -> int:
        part = os.path.basename(walked)
        try:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=current)
                    self.made.append(walked)
            return os.open(part, FOLDER, dir_fd=current)
        finally:
            os.close(current)


def commit(files: Confined, writes: Sequence[PlannedWrite], load: Load) -> None:
    """Write all of it or nothing.

    Raises EditError `stale` where a base has changed, OSError where writing failed; in both cases
    the tree is as it was.
    """
    work = _Commit(files=files, load=load)
    with work.open, ExitStack() as unless_whole:
        unless_whole.callback(work.undo)
        try:
            work.prepare(writes)
            work.check()
            work.write_all()
        except OSError as error:
            raise OSError(error.errno, work.told(error)) from error
        unless_whole.pop_all()


def recover(files: Confined, writes: Sequence[PlannedWrite], load: Load) -> Recovery:
    """Bring a change that a crash may have cut in two to its end; see `Workspace.recover`."""
    states = [_state(files, write) for write in writes]
    for write in writes:
        _remove_leftover(files, write)
    if "neither" in states:
        return "torn"
    left = [write for write, state in zip(writes, states, strict=True) if state == "before"]
    if len(left) == len(writes):
        return "unchanged"
    if left:
        commit(files, left, load)
    return "applied"


def _state(files: Confined, write: PlannedWrite) -> Literal["before", "after", "neither"]:
    try:
        data, is_link_now = _present(files, write.path)
    except (OSError, ValueError, EditError):
        return "neither"
    content = sha_of(data)
    mode = files.mode(write.path)
    moved = write.mode_after is not None and mode is not None and mode != write.mode_after
    kinds = (None, None) if content is None else (write.link_before, is_link(write.mode_after))
    was, is_to_be = (kind in (None, is_link_now) for kind in kinds)
    if content == (write.after.sha if write.after else None) and is_to_be and not moved:
        return "after"
    unchanged = content == (write.before.sha if write.before else None) and was
    return "before" if unchanged else "neither"


def _remove_leftover(files: Confined, write: PlannedWrite) -> None:
    with suppress(OSError, EditError), files.folder(os.path.dirname(write.path)) as parent:
        os.unlink(_Step(write=write, parent=parent).temporary, dir_fd=parent)


def sha_of(data: bytes | None) -> str | None:
    """Return the SHA-256 (hex) of a file's bytes; None for no file."""
    return None if data is None else hashlib.sha256(data).hexdigest()


def _lock(folder: int) -> None:
    """Keep other commits out of a folder, of this process and of others, until it is closed."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        except OSError:
            return  # a file system without locks; the bases are checked all the same
        else:
            return


def _moved_on(step: _Step) -> EditError:
    return EditError("stale", f"{step.write.path} has changed since the edit was computed.")


def _check_again(step: _Step) -> None:
    """Raise EditError where somebody wrote the file while ours were made; that takes a while."""
    was = step.status
    try:
        now = os.stat(step.name, dir_fd=step.parent, follow_symlinks=False)
    except FileNotFoundError:
        if was is not None:
            raise _moved_on(step) from None
        return
    if was is None or any(getattr(was, name) != getattr(now, name) for name in _SAME):
        raise _moved_on(step)


def _is_writable(step: _Step) -> bool:
    if step.write.after is None or stat.S_ISLNK(step.status.st_mode if step.status else 0):
        return True
    return os.access(step.name, os.W_OK, dir_fd=step.parent)


def _located(files: Confined, write: PlannedWrite) -> str:
    if write.link_before or is_link(write.mode_after):
        return locate_link(files, write.path)
    return files.locate(write.path)


def _present(files: Confined, name: str) -> tuple[bytes | None, bool]:
    """Return what is there now, and whether it is a link: then its target is what is there."""
    target = read_link(files, name)
    return (files.read(name), False) if target is None else (target, True)


def _mode(step: _Step) -> int | None:
    """Return the bits that the file is to have; None for the usual ones of a new file."""
    if step.write.mode_after is not None:
        return step.write.mode_after
    if step.write.link_before:
        return LINK
    return stat.S_IMODE(step.status.st_mode) if step.status else None


def _write_beside(step: _Step, content: bytes, mode: int | None) -> None:
    if is_link(mode):
        make_link(step.temporary, content, step.parent)
        return
    with suppress(FileNotFoundError):
        os.unlink(step.temporary, dir_fd=step.parent)
    # Nobody reads it who may not read the file; a new file has the usual bits from the start.
    at_first = 0o666 if mode is None else 0o600
    descriptor = os.open(step.temporary, NEW_FILE, at_first, dir_fd=step.parent)
    with open(descriptor, "wb", buffering=0) as file:
        view = memoryview(content)
        while view:
            view = view[file.write(view) :]
        if step.status is not None and not step.write.link_before:
            _keep_owner(descriptor, step.status)
        if mode is not None:
            os.fchmod(descriptor, mode)
        os.fsync(descriptor)


def _keep_owner(descriptor: int, status: os.stat_result) -> None:
    mine = os.fstat(descriptor)
    if (mine.st_uid, mine.st_gid) != (status.st_uid, status.st_gid):
        with suppress(PermissionError):
            os.fchown(descriptor, status.st_uid, status.st_gid)


def _put_back(step: _Step) -> None:
    if step.old is None:
        os.unlink(step.name, dir_fd=step.parent)
        return
    mode = stat.S_IMODE(step.status.st_mode) if step.status else None
    mode = LINK if step.write.link_before else mode
    _write_beside(step, step.old, mode)
    os.replace(step.temporary, step.name, src_dir_fd=step.parent, dst_dir_fd=step.parent)


def _sync(folder: int) -> None:
    with suppress(OSError):
        os.fsync(folder)
