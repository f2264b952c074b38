"""What line mode offers to complete: commands, what may follow them, files, servers' things."""

from __future__ import annotations

from asyncio import timeout
from collections.abc import Callable, Sequence
from contextlib import suppress

from tui_agent.core.state import Session
from tui_agent.core.undo import rewind_points
from tui_agent.ui.line_commands import ALIASES, MODES, SlashCommands
from tui_agent.ui.line_sessions import FORMATS
from tui_agent.ui.offering import (
    Files,
    Offered,
    after_at,
    offered_prompts,
    offered_resources,
    written,
)

MOST = 50
WHOLE_SECONDS = 0.25
"""How long a list of files may become better before it is shown as far as it is known."""
_OF_FILES = ("blame", "attach")
_WORDS = {
    "mode": MODES,
    "export": FORMATS,
    "budget": ("turn", "session", "day", "off"),
    "plan": ("edit",),
    "output": ("list",),
}


class Offering:
    """Knows what may stand in the place of the last word."""

    def __init__(
        self, commands: SlashCommands, state: Callable[[], Session], files: Files | None
    ) -> None:
        """Offer what this session has."""
        self._commands, self._state, self._files = commands, state, files

    def begun(self, before: str) -> bool:
        """Return whether a word has begun that may be completed."""
        return after_at(before) is not None or before.startswith("/")

    async def follow(self, before: str) -> tuple[str, Sequence[Offered]]:
        """Return the beginning of the word before the caret, and what it may become."""
        typed = after_at(before)
        if typed is not None:
            found = offered_resources(self._state().servers, typed)
            return typed, found or await self._paths(typed, written)
        if not before.startswith("/"):
            return "", ()
        name, blank, rest = before[1:].partition(" ")
        if not blank:
            return before, () if "/" in name else self._names(name)
        name = ALIASES.get(name, name)
        if name in _OF_FILES:
            return rest, await self._paths(rest, str)
        return rest, [one for one in self._values(name) if one.text.startswith(rest)]

    def _names(self, typed: str) -> list[Offered]:
        names = self._commands.names
        first = [name for name in names if name.startswith(typed)]
        found = first + [name for name in names if typed in name and name not in first]
        prompts = offered_prompts(self._state().servers, typed)
        return [*(Offered(f"/{name}", names[name]) for name in found), *prompts]

    async def _paths(self, typed: str, spelt: Callable[[str], str]) -> list[Offered]:
        """Return the files that fit best, among all of them where that is known soon enough."""
        paths: Sequence[str] = ()
        if self._files is None:
            return []
        with suppress(TimeoutError):
            async with timeout(WHOLE_SECONDS):
                async for some in self._files(typed):
                    paths = some
        return [Offered(spelt(path)) for path in paths[:MOST]]

    def _values(self, name: str) -> list[Offered]:
        """Return what may follow a command."""
        state = self._state()
        if name == "rewind":
            points = reversed(rewind_points(state.main))
            return [Offered(one.name, f"{one.place}: {one.text}") for one in points]
        if name == "approvals":
            texts = enumerate((grant.text for grant in state.grants.values()), 1)
            return [*(Offered(str(number), text) for number, text in texts), Offered("all")]
        if name == "mcp":
            return [Offered(f"restart {server}") for server in state.servers]
        return [Offered(word) for word in _WORDS.get(name, ())]
