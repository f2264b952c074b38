"""What the mode of a file says: whether it is a symbolic link, and whether it may be run.

Regular files carry permission bits alone; a link carries git's kind for links, and its bytes are
the path that it leads to.
"""

from __future__ import annotations

LINK = 0o120000
"""The mode of every symbolic link."""
SETS_ID = 0o6000
"""The bits that let a program run as its owner or group; git knows none, and they always ask."""
_KIND = 0o170000
_MAY_RUN = 0o111


def is_link(mode: int | None) -> bool:
    """Whether a mode is a symbolic link's."""
    return mode is not None and mode & _KIND == LINK


def may_run(mode: int | None) -> bool:
    """Whether a file's owner may run it: the one bit of its permissions that git keeps."""
    return mode is not None and bool(mode & 0o100)


def with_run_bit(present: int, *, wanted: bool) -> int:
    """Permissions with that bit set or not: whoever may read the file then may run it."""
    if wanted == may_run(present):
        return present
    return present | (present & 0o444) >> 2 if wanted else present & ~_MAY_RUN
