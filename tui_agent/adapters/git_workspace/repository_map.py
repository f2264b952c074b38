"""The facts of the repository as text: place, branch, checks, a map three levels deep.

The same files give the same bytes, so that a provider's cache holds; and the text never grows over
its cap, however large the repository is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

from tui_agent.adapters.git_facts import GitFacts
from tui_agent.core.events import Check

BYTES_A_TOKEN = 3.5
"""Of paths, on average; the map stays below its cap in tokens with some room."""
DEPTH = 3
ENOUGH = 24
"""Files of one folder that are named; the others are counted."""

ASIDE = {"docs", "doc", "examples", "example", "notes", "imgs", "images", "assets", "questions",
         "reference", "benchmarks", "vendor", "third_party"}  # fmt: skip
"""Opened after the others."""


def facts_text(
    root: str,
    git: GitFacts | None,
    checks: Sequence[Check],
    names: Sequence[str] | None,
    tokens: int,
) -> str:
    """Return the facts as the model gets them."""
    lines = [f"Workspace: {root}", _git_line(git)]
    if checks:
        found = ", ".join(f"`{check.command}` ({check.origin})" for check in checks)
        lines.append(f"Checks: {found}")
    if names is None:
        return "\n".join([*lines, "Files: too many to list; look into folders one by one"])
    lines.append(
        f"Files: {len(names):,}, ignored ones left out; (n) counts those of a folder not shown"
    )
    return "\n".join([*lines, file_map(tuple(names), int(tokens * BYTES_A_TOKEN))])


def _git_line(git: GitFacts | None) -> str:
    if git is None:
        return "Git: not a repository"
    branch = git.branch or "detached HEAD"
    return f"Git: {branch} at {git.head[:12]}" if git.head else f"Git: {branch}, no commit yet"


@lru_cache(maxsize=8)
def file_map(names: tuple[str, ...], limit: int) -> str:
    """Draw the tree of these files as far as it fits into `limit` bytes, three levels at most.

    Folders are opened level by level, what is likely to be code first; one that does not fit stays
    closed, with the number of its files.
    """
    root = _tree(names)
    left = limit - _cost(root, 0)
    opened = {""}
    for depth in range(1, DEPTH):
        level = [one for one in _folders(root, "", depth) if one[0].rpartition("/")[0] in opened]
        for path, folder in sorted(level, key=lambda one: (_rank(one[0]), one[0])):
            cost = _cost(folder, depth)
            if cost <= left:
                left -= cost
                opened.add(path)
    lines: list[str] = []
    _draw(root, "", opened, lines)
    drawn = "\n".join(lines)
    if len(_bytes(drawn)) <= limit:
        return drawn
    return _bytes(drawn)[:limit].rpartition(b"\n")[0].decode("utf-8", "replace") + "\n…"


class _Folder:
    """One folder of the tree while it is gathered."""

    def __init__(self) -> None:
        self.folders: dict[str, _Folder] = {}
        self.files: list[str] = []
        self.total = 0


def _tree(names: Sequence[str]) -> _Folder:
    root = _Folder()
    for name in names:
        *folders, base = name.split("/")
        here = root
        for folder in folders:
            here.total += 1
            here = here.folders.setdefault(folder, _Folder())
        here.total += 1
        here.files.append(base)
    return root


def _folders(folder: _Folder, path: str, depth: int) -> Iterator[tuple[str, _Folder]]:
    """Yield the folders that lie so many levels below, with their paths."""
    for name, inner in folder.folders.items():
        below = f"{path}/{name}" if path else name
        if depth == 1:
            yield below, inner
        else:
            yield from _folders(inner, below, depth - 1)


def _rank(path: str) -> int:
    """Return how late a folder is opened: code, then tests, then what stands aside."""
    top = path.partition("/")[0].casefold()
    if top.startswith(".") or top in ASIDE:
        return 2
    return 1 if top in {"test", "tests", "spec", "specs"} else 0


def _own_lines(folder: _Folder, indent: str) -> list[str]:
    """Return a folder's lines where none of those in it is opened."""
    files = sorted(folder.files)
    lines = [f"{indent}{name}/ ({one.total})" for name, one in sorted(folder.folders.items())]
    lines += [indent + name for name in files[:ENOUGH]]
    if len(files) > ENOUGH:
        lines.append(f"{indent}… {len(files) - ENOUGH} more files")
    return lines


def _cost(folder: _Folder, depth: int) -> int:
    return sum(len(_bytes(line)) + 1 for line in _own_lines(folder, "  " * depth))


def _draw(folder: _Folder, path: str, opened: AbstractSet[str], lines: list[str]) -> None:
    indent = "  " * (path.count("/") + 1 if path else 0)
    for name, line in zip(sorted(folder.folders), _own_lines(folder, indent), strict=False):
        below = f"{path}/{name}" if path else name
        if below in opened:
            lines.append(f"{indent}{name}/")
            _draw(folder.folders[name], below, opened, lines)
        else:
            lines.append(line)
    lines += _own_lines(folder, indent)[len(folder.folders) :]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
