"""`/compact` while no turn is open: what stands against it is said before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_agent.agent.compaction import compact
from tui_agent.agent.governor import stop_for
from tui_agent.core.next_action import Compact

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine


async def compact_when_idle(engine: Engine, words: str) -> None:
    """Compact the conversation as the user wishes, or say why not."""
    if engine.agent.turn is not None:
        engine.notice("A turn is running: compact when it has ended.", "warning")
        return
    if not engine.agent.messages:
        engine.notice("There is nothing to compact yet.")
        return
    stop = await stop_for(engine, Compact(by="limit"))
    if stop is not None:
        engine.notice(f"Not compacted: {stop.text}. /budget raises the cap.", "warning")
    elif not await compact(engine, "user", words):
        engine.notice("Not compacted: the model gave no summary. Nothing was changed.", "warning")
