"""What the gate says to a command here and now, without a session: for `agent rules test`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_agent.adapters.bash_reader import BashReader
from tui_agent.adapters.session_log import MemoryLog
from tui_agent.core.policy import Circumstances, Outcome, decide
from tui_agent.core.proposal import Command, Proposal
from tui_agent.core.shell.describe import described

if TYPE_CHECKING:
    from tui_agent.wiring.world import Wiring


async def at_the_gate(wiring: Wiring, text: str) -> tuple[Proposal, Circumstances, Outcome]:
    """Return the proposal of a command, the circumstances of this folder, and the answer.

    Raises OSError where the sandbox that is required cannot be had.
    """
    world, settings = wiring.world(MemoryLog()), wiring.settings
    try:
        await world.runner.begin()
        tier = world.runner.tier
    finally:
        await world.runner.close()
    found = described(Command(text=text), BashReader(), world.workspace)
    proposal = Proposal(
        call_id="test",
        tool="shell",
        title=text,
        effects=found.effects,
        command=found.command,
        targets=found.targets,
        hosts=found.hosts,
    )
    now = Circumstances(
        mode=settings.mode,
        tier=tier,
        unconfined=wiring.options.no_sandbox or settings.sandbox == "none",
        rules=settings.rules,
        now=world.clock.now(),
        write_paths=settings.write_paths,
        read_paths=settings.read_paths,
        programs=settings.programs,
        toolsets=tuple(wiring.toolsets),
    )
    return proposal, now, decide(proposal, now)
