"""Which folder is the workspace."""

from __future__ import annotations

import os
from pathlib import Path


def workspace_root(start: Path) -> Path:
    """Return the nearest folder with a `.git` at or above `start`, else `start`; links resolved."""
    folder = Path(os.path.realpath(start))
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    return folder
