"""Keeps what goes wrong in a task that nobody waits for: asyncio would print it over everything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.wiring.world import Wiring


def fault_keeper(
    wiring: Wiring,
) -> Callable[[asyncio.AbstractEventLoop, dict[str, object]], None]:
    """Return what writes a fault's report into a file, without a secret in it."""

    def keep(_loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        from tui_agent.ui.crash import keep_report

        error = context.get("exception")
        if isinstance(error, Exception):
            keep_report(
                error, lambda: wiring.state.path / "faults", lambda text: wiring.redact(text)[0]
            )

    return keep
