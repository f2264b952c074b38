"""Starts a runner in a tier and judges it by what its own attempts to escape came to."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tui_agent.adapters.processes.runner_process import RunnerError, RunnerProcess
from tui_agent.adapters.runner.bubblewrap import bubblewrap, bubblewrap_argv, runner_command
from tui_agent.adapters.runner.canaries import Canaries
from tui_agent.adapters.runner.leftovers import MARK, maker
from tui_agent.adapters.runner.sandbox_view import SandboxView, plan_of
from tui_agent.adapters.runner.seatbelt import seatbelt_argv

if TYPE_CHECKING:
    from typing import Any

Confined = Literal["A", "B", "seatbelt"]
LAYERS = ("landlock", "seccomp")

_OVER_THE_NETWORK = frozenset({"reach TCP", "reach UDP", "reach a virtual socket"})
_SIGNALS = frozenset({"signal the program", "signal the runner"})
"""Before Landlock's version 6 nothing keeps these back; they end a session, and reveal nothing."""
_GAPS: Mapping[str, frozenset[str]] = {
    "A": frozenset({"signal the runner"}),
    "B": frozenset(
        {"change times outside", "add a git hook", "change git's configuration"} | _SIGNALS
    ),
    "seatbelt": frozenset({"reach a virtual socket", "signal the runner", "type into a terminal"}),
}
"""What a tier may leave open: B restores git's parts after each command, and says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What trying to escape came to."""

    tier: Confined
    reason: str = ""
    """Why the tier cannot be had; empty where it holds."""
    attempts: Mapping[str, str] = field(default_factory=dict)
    """By name: `blocked`, `open` or `absent`."""
    ms: int = 0

    @property
    def holds(self) -> bool:
        """Whether commands may be trusted to it."""
        return not self.reason

    @property
    def gaps(self) -> tuple[str, ...]:
        """What it leaves open."""
        return tuple(name for name, came in self.attempts.items() if came == "open")


async def started(
    tier: Confined,
    view: SandboxView,
    environ: Mapping[str, str],
    *,
    layers: Sequence[str] = LAYERS,
    prefix: Sequence[str] = (),
    tried: bool = True,
) -> tuple[RunnerProcess | None, Trial]:
    """Start a runner in this tier and let it try to escape.

    Returns it where the tier holds; else None, and the reason in the trial.

    Args:
        tier: How it is to be held.
        view: What it is to see.
        environ: PATH, for finding the sandbox's program.
        layers: What it confines itself by, beside the tier's outer layer.
        prefix: A command that starts the sandbox's own, with changes of its own.
        tried: Whether it tries to escape; not where only programs of our choosing run.
    """
    begun = time.monotonic()
    try:
        argv = (*prefix, *_argv(tier, view, environ.get("PATH", "")))
    except RunnerError as error:
        return None, Trial(tier=tier, reason=str(error))
    if not tried:
        return await _untried(argv, tier, view, begun)
    canaries = Canaries()
    try:
        runner, attempts = await _tried(argv, tier, view, layers, canaries)
    except RunnerError as error:
        return None, Trial(tier=tier, reason=str(error), ms=_since(begun))
    finally:
        canaries.close()
    open_ = _not_tolerated(tier, view, attempts)
    reason = f"it does not hold: it lets a command {', '.join(open_)}" if open_ else ""
    trial = Trial(tier=tier, reason=reason, attempts=attempts, ms=_since(begun))
    if reason:
        await runner.close()
        return None, trial
    return runner, trial


async def _untried(
    argv: Sequence[str], tier: Confined, view: SandboxView, begun: float
) -> tuple[RunnerProcess | None, Trial]:
    plan = plan_of(view, private_root=tier == "A", layers=_layers(tier, LAYERS))
    try:
        runner, _ = await RunnerProcess.start(argv, plan, _environment())
    except RunnerError as error:
        return None, Trial(tier=tier, reason=str(error), ms=_since(begun))
    return runner, Trial(tier=tier, ms=_since(begun))


def _environment() -> Mapping[str, str]:
    """Return all that a runner's own process gets: who made it is found there by its successors."""
    return {"PATH": "/usr/bin:/bin", MARK: maker()}


def _layers(tier: Confined, layers: Sequence[str]) -> tuple[str, ...]:
    return () if tier == "seatbelt" else tuple(layers)


def _argv(tier: Confined, view: SandboxView, path: str) -> tuple[str, ...]:
    if tier == "seatbelt":
        if sys.platform != "darwin":
            raise RunnerError("seatbelt is there on macOS alone")
        return seatbelt_argv(view)
    if sys.platform != "linux":
        raise RunnerError("the tiers A and B are there on Linux alone")
    if tier == "B":
        if view.hidden:
            raise RunnerError(f"Landlock alone cannot hide {view.hidden[0]}")
        return runner_command()
    program = bubblewrap(path)
    if not program:
        raise RunnerError("bubblewrap is not installed (bwrap is not on PATH)")
    return bubblewrap_argv(program, view)


async def _tried(
    argv: Sequence[str],
    tier: Confined,
    view: SandboxView,
    layers: Sequence[str],
    canaries: Canaries,
) -> tuple[RunnerProcess, Mapping[str, str]]:
    private = tier == "A"
    fixed = view.git.writable[0] if view.git.writable else ""
    probe = canaries.probe(
        hooks=f"{fixed}/hooks" if fixed else "",
        config=f"{fixed}/config" if fixed else "",
        temporary=view.commands_temporary(private_root=private),
    )
    plan = plan_of(view, private_root=private, layers=_layers(tier, layers), probe=probe)
    runner, answer = await RunnerProcess.start(argv, plan, _environment())
    found = _attempts(answer)
    if found is None:
        await runner.close()
        raise RunnerError("it does not say what its attempts to escape came to")
    for name, came in canaries.arrived().items():
        found[name] = "open" if came else "blocked"
    return runner, found


def _attempts(answer: Mapping[str, Any]) -> dict[str, str] | None:
    found = answer.get("attempts")
    if not isinstance(found, dict) or not found:
        return None
    words = {"blocked", "open", "absent"}
    if not all(isinstance(name, str) and came in words for name, came in found.items()):
        return None
    return dict(found)


def _not_tolerated(tier: Confined, view: SandboxView, attempts: Mapping[str, str]) -> list[str]:
    tolerated = _GAPS[tier] | (_OVER_THE_NETWORK if view.reach == "network" else frozenset())
    return [name for name, came in attempts.items() if came == "open" and name not in tolerated]


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
