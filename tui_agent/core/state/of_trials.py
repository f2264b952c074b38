"""Folds of trials: the checks that run on the accepted hunks of an open review, in a copy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tui_agent.core.events import (
    Check,
    CheckFinished,
    Record,
    TrialEnded,
    TrialStarted,
)
from tui_agent.core.patch import HunkDecision

if TYPE_CHECKING:
    from tui_agent.core.state.fold import Fold
    from tui_agent.core.state.values import Agent, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The last trial of one request."""

    id: str
    hunks: tuple[HunkDecision, ...]
    checks: tuple[Check, ...]
    tree: str = ""
    results: tuple[CheckFinished, ...] = ()
    runs: bool = True
    """Whether its checks still run."""

    def result(self, name: str) -> CheckFinished | None:
        """Return how a check ended; None where it has not."""
        return next((one for one in self.results if one.name == name), None)

    @property
    def current(self) -> Check | None:
        """The check that runs."""
        left = [one for one in self.checks if self.result(one.name) is None]
        return left[0] if self.runs and left else None


def _started(state: Session, _agent: Agent, _record: Record, event: TrialStarted) -> None:
    state.trials[event.request_id] = Trial(
        id=event.trial, hunks=event.hunks, checks=event.checks, tree=event.tree
    )


def _ended(state: Session, _agent: Agent, _record: Record, event: TrialEnded) -> None:
    trial = state.trials.get(event.request_id)
    if trial is not None and trial.id == event.trial:
        state.trials[event.request_id] = replace(trial, runs=False)


def checked(state: Session, event: CheckFinished) -> None:
    """Work the end of a check into its trial."""
    for request_id, trial in state.trials.items():
        if trial.id == event.trial:
            state.trials[request_id] = replace(trial, results=(*trial.results, event))
            return


def cut_off(state: Session) -> None:
    """Let no trial of another process seem to run."""
    for request_id, trial in state.trials.items():
        state.trials[request_id] = replace(trial, runs=False)


FOLDS: dict[type[Any], Fold] = {TrialStarted: _started, TrialEnded: _ended}
