"""`/compact` while no turn is open: what stands against it is said before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tui_agent.agent.compaction import compact
from tui_agent.agent.governor import stop_for
from tui_agent.core.actions import Compact
from tui_agent.core.events import ModelFailed, Notice

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine

RUNNING = "A turn is open: answer what waits, let it end, or stop it with Esc."


async def compact_when_idle(engine: Engine, words: str) -> None:
    """Compact the conversation as the user wishes, or say why not."""
    try:
        await _compact(engine, words)
    finally:
        engine.under_way.end(engine.agent_id)
        engine.compacting = False


async def _compact(engine: Engine, words: str) -> None:
    if not engine.agent.messages:
        _tell(engine, "There is nothing to compact yet.", "info")
        return
    stop = await stop_for(engine, Compact(by="limit"))
    if stop is not None:
        _tell(engine, f"Not compacted: {stop.text}. /budget raises the cap.")
    elif not await compact(engine, "user", words):
        _tell(engine, "Not compacted: the model gave no summary. Nothing was changed.")


def _tell(engine: Engine, text: str, level: Literal["info", "warning"] = "warning") -> None:
    engine.emit(Notice(text=text, level=level, about="compaction"))


def cut_off_summary(engine: Engine, message: str) -> None:
    """Record that a summary which no turn is open for was cut off: the conversation stays."""
    engine.compacting = False
    agent = engine.agent
    if agent.summarising and agent.turn is None and agent.asked is not None:
        request_id = agent.asked.request_id
        engine.emit(ModelFailed(request_id=request_id, kind="cancelled", message=message))
