"""From the names that a command touched in its view to what is asked about: files, a rest, notes.

Everything is compared with the bytes that the workspace has now. What changed there while the
command ran is merged with what the command did, from the base that is recorded of it; where both
changed the same lines it is asked about as a whole, and a person has to say that it is taken over.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tui_agent.adapters.git_facts import GitFacts, git_facts
from tui_agent.adapters.git_index import index_entries
from tui_agent.core.copies import CopyChanges, Rest
from tui_agent.core.edits import EditError
from tui_agent.core.edits.merge import merged_bytes
from tui_agent.core.pack import Packed, pack
from tui_agent.core.patch import FileChange
from tui_agent.core.text import SIZE_LIMIT

MOST_FILES = 5_000
MOST_BYTES = 64 << 20
"""Of the files that are reviewed, and again of the rest."""

CACHES = frozenset({
    "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".tox", ".nox",
    ".gradle", ".parcel-cache", ".turbo", ".cache", ".DS_Store",
})  # fmt: skip
"""Folders of tools that make them again by themselves: what changed there is dropped."""

OUTPUTS = frozenset({"node_modules", ".venv", "venv"})
"""Folders that are made from what stands in other files, whether git is told to ignore them."""

NAMED = 3
"""How many of a kind are named before they are counted."""

DRIFTED = "changed in the workspace, too, while the command ran"
MERGED = f"it {DRIFTED}: both changes are in what is shown"
MET = "changed in the workspace, too, and not to be merged: taken over as the command wrote it"

Existing = tuple[Path, os.stat_result]
Place = Existing | None


@dataclass(slots=True, kw_only=True)
class Comparison:
    """One comparison of a view with the workspace."""

    root: Path
    begun_ns: int
    """When the view was made, by the clock of the files."""
    copy: Path | None = None
    """Where the copy lies, if it is one: what names it is made to name the workspace."""
    base: Callable[[str], bytes | None] = lambda _: None
    """What a file held before either side changed it, where that is known."""
    _files: list[FileChange] = field(default_factory=list)
    _bytes: int = 0
    _groups: dict[str, list[tuple[str, Packed | None, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _left: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _git: set[str] = field(default_factory=set)

    def of(self, touched: Mapping[str, Path | None]) -> CopyChanges:
        """Return what differs. Raises OSError."""
        facts = git_facts(self.root)
        tracked = _tracked(facts, self.root)
        tops = _tops(self.root, facts, tracked, touched)
        for name in sorted(touched):
            if ".git" in name.split("/"):
                self._of_git(name, touched[name], facts)
            else:
                self._one(name, _place(touched[name]), tops.get(name, ""), tracked=name in tracked)
        files = _renames(self._files)
        rest = self._rest()  # It may leave some: before these are told.
        return CopyChanges(files=files, rest=rest, left=tuple(self._told()))

    def _one(self, name: str, now: Place, top: str, *, tracked: bool) -> None:
        before = _place(self.root / name)
        problem = self._problem(name, now, before)
        cache = bool(CACHES.intersection(name.split("/")))
        if not problem and before is not None and before[1].st_ctime_ns > self.begun_ns:
            if now is not None and not (cache or top or _is_special(now) or _is_special(before)):
                self._both(name, now, before)
                return
            problem = DRIFTED
        if problem:
            self._left[problem].append(name)
        elif cache and not tracked:
            self._left["caches, which tools make again"].append(name)
        elif top or _is_special(now) or _is_special(before):
            self._beside(top, name, now, before)
        else:
            self._file(name, now, before)

    def _problem(self, name: str, now: Place, before: Place) -> str:
        """Say why a change can be neither reviewed nor taken over."""
        try:
            name.encode()
        except UnicodeEncodeError:
            return "names that are no text"
        if now is not None and not _is_kept(now[1].st_mode):
            return "no files: pipes, sockets or devices"
        if now is not None and _under_a_file(self.root, name):
            return "a folder took the place of a file"
        if before is not None and stat.S_ISDIR(before[1].st_mode):
            return "a file took the place of a folder"
        if now is not None and stat.S_ISLNK(now[1].st_mode) and self._escapes(name, now[0]):
            return "links that lead out of the workspace"
        return ""

    def _escapes(self, name: str, place: Path) -> bool:
        goal = os.fsdecode(self._said(os.fsencode(os.readlink(place))))
        whole = os.path.normpath(os.path.join(self.root, os.path.dirname(name), goal))
        return not whole.startswith(f"{self.root}/")

    def _file(self, name: str, now: Place, before: Place) -> None:
        old = before[0].read_bytes() if before is not None else None
        new = self._said(now[0].read_bytes()) if now is not None else None
        old_mode = stat.S_IMODE(before[1].st_mode) if before is not None else None
        mode = stat.S_IMODE(now[1].st_mode) if now is not None else None
        if old is None and (mode is None or not mode & stat.S_IXUSR):
            mode = None  # A new file gets the usual ones.
        if old == new and old_mode == mode:
            return
        if new is None or old_mode == mode:
            old_mode = mode = None
        self._bytes += len(old or b"") + len(new or b"")
        if len(self._files) >= MOST_FILES or self._bytes > MOST_BYTES:
            self._left["more than can be reviewed at once; run it in the workspace"].append(name)
            return
        change = FileChange(path=name, before=old, after=new, old_mode=old_mode, new_mode=mode)
        self._files.append(change)

    def _both(self, name: str, now: Existing, before: Existing) -> None:
        """Merge the command's change of a file with the one that was made beside it."""
        disk, ours = before[0].read_bytes(), self._said(now[0].read_bytes())
        base = self.base(name)
        if ours in {disk, base}:
            return
        try:
            after = merged_bytes(name, base, disk, ours) if base is not None else None
        except EditError:
            after = None
        if after is None:
            self._groups[MET].append((name, self._packed(name, now), now[1].st_size))
            return
        self._bytes += len(disk) + len(after)
        self._files.append(FileChange(path=name, before=disk, after=after, notes=(MERGED,)))

    def _beside(self, top: str, name: str, now: Place, before: Place) -> None:
        """Keep what no hunk shows for the question about the rest."""
        if _same(now, before):
            return
        made = top.rpartition("/")[2] in OUTPUTS
        label = f"{top}, {'made from other files' if made else 'ignored by git'}" if top else ""
        if not label:
            label = "links" if _is_link(now) or _is_link(before) else "files over 5 MB"
        size = now[1].st_size if now is not None else 0
        self._groups[label].append((name, self._packed(name, now), size))

    def _packed(self, name: str, now: Place) -> Packed | None:
        if now is None:
            return Packed(path=name, kind="gone")
        place, status = now
        mode = stat.S_IMODE(status.st_mode)
        if stat.S_ISLNK(status.st_mode):
            goal = self._said(os.fsencode(os.readlink(place)))
            return Packed(path=name, kind="link", data=goal)
        if status.st_size > MOST_BYTES:
            return None
        return Packed(path=name, kind="file", mode=mode, data=self._said(place.read_bytes()))

    def _rest(self) -> Rest | None:
        entries: list[Packed] = []
        what: list[str] = []
        room = MOST_BYTES
        for label, found in self._groups.items():
            size = sum(one[2] for one in found)
            packed = [entry for _, entry, _ in found if entry is not None]
            if size > room or len(packed) < len(found):
                text = f"{label}: too large to be kept; run it in the workspace"
                self._left[text] += [name for name, _, _ in found]
                continue
            room -= size
            entries += packed
            what.append(f"{label}: {_counted([name for name, _, _ in found])}, {_sized(size)}")
        return Rest(what=tuple(what), packed=pack(entries)) if entries else None

    def _said(self, data: bytes) -> bytes:
        """Return what the command would have written in the workspace itself."""
        if self.copy is None or b"\0" in data[:8000]:
            return data
        return data.replace(os.fsencode(self.copy), os.fsencode(self.root))

    def _of_git(self, name: str, now: Path | None, facts: GitFacts | None) -> None:
        parts = name.split("/")
        if parts[0] != ".git" or facts is None:
            self._git.add("a repository of its own")
        elif name == ".git/index" and now is not None:
            if _read_index(now) != _read_index(facts.git_dir / "index"):
                self._git.add("the index")
        elif name == ".git/HEAD" or parts[1] == "refs" or name == ".git/packed-refs":
            self._git.add("branches" if "stash" not in parts else "the stash")
        elif parts[1] in {"config", "hooks"}:
            self._git.add(f"its {parts[1]}")

    def _told(self) -> Iterable[str]:
        for why, names in self._left.items():
            yield f"left in the copy: {_counted(names)}: {why}"
        if self._git:
            what = ", ".join(sorted(self._git))
            yield (
                f"git's own data changed in the copy ({what}) and goes with it; "
                "to keep it, run the command in the workspace"
            )


def _tracked(facts: GitFacts | None, root: Path) -> Mapping[str, object]:
    if facts is None or facts.root != root:
        return {}
    return _read_index(facts.git_dir / "index")


def _read_index(index: Path) -> Mapping[str, object]:
    try:
        return index_entries(index)
    except (OSError, ValueError):
        return {}


def _tops(
    root: Path,
    facts: GitFacts | None,
    tracked: Mapping[str, object],
    names: Iterable[str],
) -> dict[str, str]:
    """Return for each name the folder or file above which it is ignored, where it is."""
    from tui_agent.adapters.git_ignore import Ignored

    exclude = facts.common_dir / "info" / "exclude" if facts is not None else None
    rules = Ignored(root, tracked, exclude)
    found = {}
    for name in names:
        parts = name.split("/")
        at = next((n for n, part in enumerate(parts[:-1]) if part in OUTPUTS), None)
        if at is not None and name not in tracked:
            found[name] = "/".join(parts[: at + 1])
        elif facts is not None:
            found[name] = rules.top(name)
    return found


def _place(path: Path | None) -> Place:
    try:
        return (path, path.lstat()) if path is not None else None
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_kept(mode: int) -> bool:
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode)


def _is_link(place: Place) -> bool:
    return place is not None and stat.S_ISLNK(place[1].st_mode)


def _is_special(place: Place) -> bool:
    """Return whether what lies there is no file whose lines could be reviewed."""
    return _is_link(place) or (place is not None and place[1].st_size > SIZE_LIMIT)


def _same(now: Place, before: Place) -> bool:
    if now is None or before is None:
        return now is before
    if now[1].st_mode != before[1].st_mode or now[1].st_size != before[1].st_size:
        return False
    if _is_link(now):
        return os.readlink(now[0]) == os.readlink(before[0])
    return _digest(now[0]) == _digest(before[0])


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _under_a_file(root: Path, name: str) -> bool:
    folder = os.path.dirname(name)
    while folder:
        place = root / folder
        if os.path.lexists(place):
            return not place.is_dir() or place.is_symlink()
        folder = os.path.dirname(folder)
    return False


def _renames(files: list[FileChange]) -> tuple[FileChange, ...]:
    """Join a file that went with the one that came with the same bytes, where there is one each."""
    gone: dict[bytes, list[FileChange]] = defaultdict(list)
    came: dict[bytes, list[FileChange]] = defaultdict(list)
    for one in files:
        if one.after is None and one.before:
            gone[one.before].append(one)
        elif one.before is None and one.after:
            came[one.after].append(one)
    moved: dict[str, FileChange] = {}
    for data, olds in gone.items():
        news = came.get(data, [])
        if len(olds) == len(news) == 1:
            old, new = olds[0], news[0]
            moved[new.path] = FileChange(path=old.path, new_path=new.path, before=data, after=data)
            moved[old.path] = moved[new.path]
    joined = dict.fromkeys(moved.get(one.path, one) for one in files)
    return tuple(joined)


def _counted(names: list[str]) -> str:
    if len(names) <= NAMED:
        return ", ".join(names)
    return f"{len(names):,} files"


def _sized(size: int) -> str:
    if size < 1 << 20:
        return f"{max(1, size >> 10)} KB"
    return f"{size >> 20:,} MB"
