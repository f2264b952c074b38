"""Reads the entries of a repository's stash without starting git."""

from __future__ import annotations

import re
from pathlib import Path

from tui_agent.adapters.plain_file import plain_text
from tui_agent.core.stash import Stashed

_LINE = re.compile(r"^[0-9a-f]{40,64} ([0-9a-f]{40,64}) [^\t]*\t?(.*)$")


def stash_entries(common_dir: Path) -> tuple[Stashed, ...]:
    """Return the entries, the oldest first; none where there is no stash."""
    try:
        text = plain_text(common_dir / "logs" / "refs" / "stash")
    except OSError:
        return ()
    found = (_LINE.match(line) for line in text.split("\n"))
    return tuple(Stashed(commit=one[1], message=one[2]) for one in found if one)
