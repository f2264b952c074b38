"""How a rule's glob is held against a path: one meaning for rules, profiles and the sandbox."""

from __future__ import annotations

from fnmatch import fnmatchcase

_WILD = frozenset("*?[")


def matches(path: str, glob: str) -> bool:
    """Return whether a path matches a glob, where `**` crosses folders and `*` does too."""
    if glob in ("**", "*"):
        return True
    return fnmatchcase(path, glob) or fnmatchcase(path, glob.replace("**/", ""))


def could_mean(path: str, glob: str) -> bool:
    """Return whether a glob that forbids may mean a path: the wider reading.

    Case does not count, a glob without a slash means a name in any folder, and a folder means what
    lies below it.
    """
    path, glob = path.casefold(), glob.casefold()
    name = path.rpartition("/")[2]
    return (
        matches(path, glob)
        or ("/" not in glob and fnmatchcase(name, glob))
        or fnmatchcase(path, f"{glob.rstrip('/')}/*")
        or fnmatchcase(path, f"*/{glob}")
    )


def could_lie_below(folder: str, glob: str) -> bool:
    """Return whether something that a glob may mean could lie in a folder."""
    if folder == "." or "/" not in glob or glob[:1] in _WILD:
        return True
    fixed = [part for part in glob.split("/") if not _WILD & set(part)]
    parts = folder.split("/")
    shared = min(len(fixed), len(parts))
    return [one.casefold() for one in fixed[:shared]] == [one.casefold() for one in parts[:shared]]


def names_the_file(glob: str) -> bool:
    """Return whether a glob says which file it means: its last part has no wildcard."""
    return not _WILD & set(glob.rpartition("/")[2])
