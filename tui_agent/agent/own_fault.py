"""A fault of ours: said, and what it stopped is ended, so that the session goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui_agent.agent.children import close_children
from tui_agent.agent.session import LogWriteError
from tui_agent.agent.stopping import close_turn

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine


@contextmanager
def faults_told(tell: Callable[[BaseException], None]) -> Iterator[None]:
    """Tell of whatever else fails than the log, which is raised as a group."""
    try:
        yield
    except* LogWriteError:
        raise
    except* Exception as group:  # noqa: BLE001 -- a fault of ours must not leave anything hanging
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        tell(error)


def end_with_fault(engine: Engine, error: BaseException) -> None:
    """Say what went wrong inside, and end the turn: nothing of the session is lost."""
    detail = _reported("a turn failed", error)
    engine.notice(f"A fault inside agent stopped the turn: {detail}", "error")
    turn = engine.agent.turn
    if turn is not None:
        close_children(engine)
        close_turn(engine, turn, detail)


def say_not_done(engine: Engine, error: BaseException) -> None:
    """Say that a person's wish came to nothing, and why; the next one is carried out."""
    detail = _reported("a command failed", error)
    engine.notice(f"A fault inside agent: this was not done: {detail}", "error")


def _reported(what: str, error: BaseException) -> str:
    asyncio.get_running_loop().call_exception_handler({"message": what, "exception": error})
    return f"{type(error).__name__}: {error}"
