"""What lies under /etc for root alone: commands of root get no more of it than anybody's.

Root without capabilities still owns those files, so only what a sandbox shows keeps them back.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import PurePosixPath

ETC = "/etc"
_DEPTH = 3


def not_for_everybody() -> Iterator[str]:
    """Yield what only root may read under /etc: shown to root's commands, it would be secrets."""
    if os.geteuid() != 0:
        return
    waiting = [(ETC, 0)]
    while waiting:
        folder, depth = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        for entry in entries:
            if entry.is_symlink():
                continue
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode) and mode & stat.S_IXOTH and mode & stat.S_IROTH:
                if depth < _DEPTH:
                    waiting.append((entry.path, depth + 1))
            elif not mode & stat.S_IROTH:
                yield entry.path


def readable_parts() -> tuple[str, ...]:
    """Return what of /etc may be read, for a layer that cannot leave anything out of a folder."""
    secrets = set(not_for_everybody())
    if not secrets:
        return (ETC,)
    above = {str(folder) for one in secrets for folder in PurePosixPath(one).parents}
    parts: list[str] = []
    for folder in sorted(one for one in above if one.startswith(ETC)):
        children = (entry.path for entry in os.scandir(folder))
        parts += [one for one in children if one not in above and one not in secrets]
    return tuple(parts)
