"""What the exit status of the program says."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui_agent.core.events import EndReason, TurnEnded

DONE = 0
FAILED = 1
USAGE = 2
DIVERGED = 3
UNREPLAYABLE = 4
PROVIDER = 5
APPROVAL = 6
LIMIT = 7
INTERRUPTED = 130

_OF_REASON: dict[EndReason, int] = {
    "done": DONE,
    "checks_failed": FAILED,
    "failed": FAILED,
    "rejected": FAILED,
    "max_loops_exhausted": LIMIT,
    "max_steps_exceeded": LIMIT,
    "budget_exceeded": LIMIT,
    "interrupted": INTERRUPTED,
    "model_failed": PROVIDER,
    "needs_approval": APPROVAL,
    "question_unanswered": APPROVAL,
}


def status_of(ended: TurnEnded, *, refusals_wanted: bool = False) -> int:
    """Return the status for a turn's end; `refusals_wanted` is `--reject-all`."""
    if ended.reason in ("done", "needs_approval") and ended.report.denied:
        return DONE if refusals_wanted else APPROVAL
    return _OF_REASON[ended.reason]
