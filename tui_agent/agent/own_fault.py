"""A fault of ours in the middle of a turn: said, and the turn is ended."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui_agent.agent.children import close_children
from tui_agent.agent.stopping import close_turn

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine


def end_with_fault(engine: Engine, group: ExceptionGroup[Exception]) -> None:
    """Say what went wrong inside, and end the turn: nothing of the session is lost."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    detail = f"{type(error).__name__}: {error}"
    asyncio.get_running_loop().call_exception_handler(
        {"message": "a turn failed", "exception": error}
    )
    engine.notice(f"A fault inside agent stopped the turn: {detail}", "error")
    turn = engine.agent.turn
    if turn is not None:
        close_children(engine)
        close_turn(engine, turn, detail)
