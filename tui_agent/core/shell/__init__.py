"""Shell commands as values: what they say, what they only read, and what they need."""

from tui_agent.core.shell.guard import LONGEST, PLAIN, refused
from tui_agent.core.shell.judge import Judged, judged, looks
from tui_agent.core.shell.values import Joint, Looked, Reading, Simple

__all__ = [
    "LONGEST",
    "PLAIN",
    "Joint",
    "Judged",
    "Looked",
    "Reading",
    "Simple",
    "judged",
    "looks",
    "refused",
]
