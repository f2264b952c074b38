"""What `agent doctor` says of the sandbox: each tier is tried, and each of its layers alone."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.ui.commands.contract import Finding

if TYPE_CHECKING:
    from tui_agent.adapters.runner.sandbox_view import SandboxView
    from tui_agent.adapters.runner.trials import Confined, Trial
    from tui_agent.wiring.around import Around

LAYERS = {
    "A": {"bubblewrap": (), "+ Landlock": ("landlock",), "+ seccomp": ("landlock", "seccomp")},
    "B": {"Landlock": ("landlock",), "+ seccomp": ("landlock", "seccomp")},
}
"""By tier: each layer with those before it."""


async def sandbox_findings(around: Around) -> AsyncIterator[Finding]:
    """Yield the tier with its reason, what each layer closes, and whether an engine answers."""
    from tui_agent.adapters.runner.session_view import session_view
    from tui_agent.adapters.runner.tier_missing import TierMissingError
    from tui_agent.wiring.sandbox import runner_for, wishes_of

    runner = runner_for(around, around.workspace)
    try:
        await runner.begin()
        yield _tier(around, runner.tier, getattr(runner, "reason", ""))
    except TierMissingError as error:
        yield Finding(name="sandbox", state="missing", text=str(error))
    finally:
        await runner.close()
    view = session_view(around.workspace, around.environ, wishes_of(around))
    for tier in ("A", "B"):
        async for one in _of_tier(around, view, tier):
            yield one
    yield await _limits()
    hidden = _not_hidden(around, runner.tier, view)
    if hidden is not None:
        yield hidden
    yield await _container(around)


def _tier(around: Around, tier: str, reason: str) -> Finding:
    words = {
        "A": "bubblewrap, Landlock and seccomp",
        "B": "Landlock and seccomp; git's hooks and configuration are put back if they change",
        "seatbelt": "macOS seatbelt, which Apple calls deprecated and we could not try",
        "container": "a container for each command",
        "none": "commands, and git of our own, run as you, so every command asks",
    }
    text = f"tier {tier}: {words[tier]}"
    if tier == "none" and around.options.no_sandbox:
        text += ", because of --no-sandbox"
    elif reason:
        text += f". Not better, because {reason}"
    if _is_root() and tier in {"A", "B"}:
        text += ". You are root: commands get none of root's capabilities"
    weak = tier == "none"
    mend = "agent without --no-sandbox" if around.options.no_sandbox else "install bubblewrap"
    return Finding(
        name="sandbox", state="note" if weak else "ok", text=text, mend=mend if weak else ""
    )


async def _of_tier(around: Around, view: SandboxView, tier: Confined) -> AsyncIterator[Finding]:
    from tui_agent.adapters.runner.private_home import private_folder
    from tui_agent.adapters.runner.trials import started

    folder = private_folder(Path(around.environ.get("HOME", "/")))
    try:
        for name, layers in LAYERS[tier].items():
            shown = view if tier == "A" else replace(view, temporary=str(folder))
            runner, trial = await started(tier, shown, around.environ, layers=layers)
            if runner is not None:
                await runner.close()
            yield _layer(tier, name, trial)
            if not trial.attempts:
                return
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _layer(tier: str, name: str, trial: Trial) -> Finding:
    title = f"  {tier}: {name}"
    tried = [one for one, came in trial.attempts.items() if came != "absent"]
    if not tried:
        return Finding(name=title, state="note", text=f"not here: {trial.reason}")
    text = f"closes {len(tried) - len(trial.gaps)} of {len(tried)} ways out ({trial.ms} ms)"
    if trial.gaps:
        text += f"; leaves open: {', '.join(trial.gaps)}"
    return Finding(name=title, state="ok", text=text)


async def _limits() -> Finding:
    """Say what bounds a command here, and what does not."""
    from tui_agent.adapters.runner.cgroup import control_group
    from tui_agent.adapters.runner.sandbox_view import FILE_BYTES, PROCESSES

    group = control_group(PROCESSES)
    counts, measures = group is not None and group.counts, group is not None and group.measures
    if group is not None:
        await group.remove()
    by = "by a control group" if counts else "counted by us" if _is_root() else "by the kernel"
    text = f"a file {FILE_BYTES >> 30} GiB, {PROCESSES:,} processes a sandbox ({by})"
    if measures:
        text += ", three quarters of the memory (by a control group)"
    else:
        text += "; memory is not limited, since no control group can be made here: where it runs"
        text += " out, commands end first"
    return Finding(name="limits", state="ok" if measures else "note", text=text)


def _not_hidden(around: Around, tier: str, view: SandboxView) -> Finding | None:
    """Say what the rules deny and this tier cannot keep from a command that runs."""
    if tier not in {"B", "none", "container"} or not around.settings.rules:
        return None
    from tui_agent.core.rules import hidden_from_commands

    denied = hidden_from_commands(around.settings.rules)
    if not denied:
        return None
    there = f" ({len(view.denied)} files)" if view.denied else ""
    text = f"{', '.join(denied)}{there} is denied, but tier {tier} cannot hide it from a command"
    text += " that runs: what could read it unseen asks, in every mode"
    return Finding(name="denied paths", state="note", text=text)


async def _container(around: Around) -> Finding:
    from tui_agent.adapters.runner.container import engine
    from tui_agent.adapters.runner.tier_missing import TierMissingError

    try:
        found = await engine(around.environ)
    except TierMissingError as error:
        return Finding(name="container", state="note", text=f"not available: {error}")
    image = around.settings.confinement.image
    text = f"{found.program} {found.version} answers; --sandbox container uses {image}"
    return Finding(name="container", state="ok", text=text)


def _is_root() -> bool:
    from tui_agent.adapters.kernel.process import is_root

    return is_root()
