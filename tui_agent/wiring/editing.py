"""The external editor, as the settings and the environment name it; loaded when it is opened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tui_agent.wiring.appearance import appearance_of

if TYPE_CHECKING:
    from tui_agent.wiring.around import Around


def editor_of(around: Around) -> Callable[..., Awaitable[str]] | None:
    """Return the external editor; None where none is set, so that texts are edited in place.

    It raises OSError where the editor cannot be started or reports a failure.
    """
    own = appearance_of(around).editor
    environ = {**around.environ, **({"VISUAL": own} if own else {})}
    if not (environ.get("VISUAL") or environ.get("EDITOR")):
        return None

    async def edit(text: str, suffix: str = ".md") -> str:
        from tui_agent.adapters.processes.capture import ProgramError
        from tui_agent.adapters.processes.editor import edit_text

        try:
            return await edit_text(text, environ=environ, suffix=suffix)
        except ProgramError as error:
            raise OSError(str(error)) from error

    return edit
