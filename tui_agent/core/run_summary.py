"""How a command ended, in a few words: a test runner's own where it says them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.core.ports import Exit

SUMMARY_LINES = 12
"""Last lines that a test runner's own summary is looked for in."""
RUNNERS = re.compile(  # pytest, jest, cargo, unittest
    r"^=* ?((?:\d+ (?:failed|passed|skipped|errors?|x(?:fail|pass)ed|deselected|warnings?),? ?)+)"
    r"|^Tests: +(.+)$"
    r"|^test result: \w+\. (\d+ passed; \d+ failed)"
    r"|^((?:FAILED|OK) ?\(.*\))$"
)


def summary_of(done: Exit) -> str:
    """Say how a command ended: in a test runner's own words, else by a status other than 0."""
    if done.timed_out:
        return "timeout"
    for line in reversed(done.output.rstrip().split("\n")[-SUMMARY_LINES:]):
        found = RUNNERS.search(line.strip())
        if found:
            return str(found[found.lastindex or 0]).strip(" ,")
    return f"exit {done.exit_code}" if done.exit_code else ""
