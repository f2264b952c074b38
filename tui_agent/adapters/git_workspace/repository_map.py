"""The facts of the repository as text: place, branch, checks, a map three levels deep.

The same files give the same bytes, so that a provider's cache holds; and the text never grows over
its cap, however large the repository is.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from tui_agent.adapters.git_facts import GitFacts
from tui_agent.core.events import Check

BYTES_A_TOKEN = 3.5
"""Of paths, on average; the map stays below its cap in tokens with some room."""
DEPTH = 3
ENOUGH = 24
"""Files of one folder that are named; the others are counted."""


def facts_text(
    root: str, git: GitFacts | None, checks: Sequence[Check], names: Sequence[str], tokens: int
) -> str:
    """Return the facts as the model gets them."""
    lines = [f"Workspace: {root}", _git_line(git)]
    if checks:
        found = ", ".join(f"`{check.command}` ({check.origin})" for check in checks)
        lines.append(f"Checks: {found}")
    lines.append(f"Files: {len(names):,}, ignored ones left out")
    return "\n".join([*lines, file_map(tuple(names), int(tokens * BYTES_A_TOKEN))])


def _git_line(git: GitFacts | None) -> str:
    if git is None:
        return "Git: not a repository"
    branch = git.branch or "detached HEAD"
    return f"Git: {branch} at {git.head[:12]}" if git.head else f"Git: {branch}, no commit yet"


@lru_cache(maxsize=8)
def file_map(names: tuple[str, ...], limit: int) -> str:
    """Draw the tree of these files as deep as fits into `limit` bytes, three levels at most."""
    drawn = ""
    for depth in range(DEPTH, 0, -1):
        drawn = "\n".join(_lines(names, depth))
        if len(drawn.encode("utf-8", "surrogateescape")) <= limit:
            return drawn
    cut = drawn.encode("utf-8", "surrogateescape")[:limit].rpartition(b"\n")[0]
    return cut.decode("utf-8", "replace") + "\n…"


class _Folder:
    """One folder of the tree while it is gathered."""

    def __init__(self) -> None:
        self.folders: dict[str, _Folder] = {}
        self.files: list[str] = []
        self.total = 0


def _lines(names: Sequence[str], depth: int) -> list[str]:
    root = _Folder()
    for name in names:
        *folders, base = name.split("/")
        here = root
        for folder in folders:
            here.total += 1
            here = here.folders.setdefault(folder, _Folder())
        here.total += 1
        here.files.append(base)
    lines: list[str] = []
    _draw(root, depth, "", lines)
    return lines


def _draw(folder: _Folder, depth: int, indent: str, lines: list[str]) -> None:
    for name in sorted(folder.folders):
        inner = folder.folders[name]
        if depth == 1:
            lines.append(f"{indent}{name}/ ({inner.total} files)")
            continue
        lines.append(f"{indent}{name}/")
        _draw(inner, depth - 1, indent + "  ", lines)
    files = sorted(folder.files)
    lines += [indent + name for name in files[:ENOUGH]]
    if len(files) > ENOUGH:
        lines.append(f"{indent}… {len(files) - ENOUGH} more files")
