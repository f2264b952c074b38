"""The Output pane: what the running command prints, or what the last one or a search gave."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tui_agent.core.blob import Blob, Text, preview_of
from tui_agent.core.proposal import ToolOutput
from tui_agent.core.state import Call, Session, Turn, calls_by_turn, command_of
from tui_agent.ui.tui.call_line import object_of
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.messages import Restated
from tui_agent.ui.tui.notes_items import Sentence
from tui_agent.ui.tui.output_items import found_items, output_items
from tui_agent.ui.tui.pane import Said
from tui_agent.ui.tui.reviewed import Load
from tui_agent.ui.tui.virtual_lines import VirtualLines
from tui_agent.ui.tui.words import duration

EMPTY = "What commands print is shown here."
KEPT = 50
"""How many long outputs stay loaded."""


class OutputPane(VirtualLines):
    """Follows what is printed, unless somebody has scrolled up."""

    title = "Output"
    short_title = "Out"
    key_context = "output"

    def __init__(self, *, load: Load, plane: str = "surface", id: str | None = None) -> None:
        """Take what loads an output that is too long for the log's lines."""
        super().__init__(plane=plane, follow=True, thumb="away", id=id)
        self._load = load
        self._loaded: dict[str, str] = {}
        self._call: Call | None = None
        self._wraps = True
        self.featured = False
        self._made: tuple[object, ...] = ()
        self._silent: Turn | None = None
        """The last turn up to which nothing was run or searched for."""

    # What it shows

    def show(self, state: Session) -> None:
        """Show the command that runs, or the last command or search."""
        call = self._shown(state)
        if call is self._call and self._made:
            return
        another = self._call is None or call is None or call.id != self._call.id
        self._call = call
        self._draw()
        if another and call is not None and call.status == "finished" and call.tool == "search":
            self.go_to_row(0)

    def _shown(self, state: Session) -> Call | None:
        """Return the call to show; turns that have ended without one are not gone through again."""
        alone = len(state.agents) == 1
        call = shown_call(state, self._silent if alone else None)
        if call is None and alone:
            ended = (turn for turn in reversed(state.main.turns) if turn.ended is not None)
            self._silent = next(ended, None)
        return call

    def _draw(self) -> None:
        call = self._call
        text = self._text(call)
        made = (call.id if call else "", text, self._wraps)
        if made != self._made:
            self._made = made
            self.set_items(self._items(call, text))
        self.post_message(Restated())

    def _items(self, call: Call | None, text: str) -> list[Item]:
        if call is None:
            return [Sentence(text=EMPTY)]
        if call.tool == "search":
            return list(found_items(text, pattern_of(call)))
        if not text:
            words = "Nothing printed yet." if call.status == "running" else "It printed nothing."
            return [Sentence(text=words)]
        return output_items(text, wraps=self._wraps)

    def _text(self, call: Call | None) -> str:
        if call is None:
            return ""
        output = given(call)
        if output is None:
            return call.live
        said: Text = output.output or output.text
        if isinstance(said, str):
            return said
        loaded = self._loaded.get(said.sha)
        if loaded is None:
            self.run_worker(self._fetch(said), exclusive=True, group="output")
            return preview_of(said)
        return loaded

    async def _fetch(self, blob: Blob) -> None:
        try:
            data = await self._load(blob.sha)
        except (KeyError, OSError):
            return
        while len(self._loaded) >= KEPT:
            del self._loaded[next(iter(self._loaded))]
        self._loaded[blob.sha] = data.decode("utf-8", "replace")
        self._draw()

    @property
    def waits(self) -> bool:
        """Output asks for nothing; in a replay it may get the room."""
        return self.featured

    def header(self, *, folded: bool) -> tuple[Sequence[Said], Sequence[Said]]:
        """Return the command, how it ended, and how long it took."""
        call = self._call
        if call is None:
            return (), (("none", "text-3"),)
        sign, ink = self._sign(call)
        verb = "search " if call.tool == "search" else ""
        left: list[Said] = [(f"{verb}{_command(call)}", "text-2")]
        if folded or call.tool != "search":
            left.insert(0, (f"{sign} ", ink))
        return left, self._result(call)

    def _sign(self, call: Call) -> tuple[str, str]:
        glyphs = self._glyphs()
        output = given(call)
        if output is None:
            return glyphs.running, "accent"
        if not output.ok:
            return glyphs.failed, "removed"
        return glyphs.done, "text-3"

    def _result(self, call: Call) -> list[Said]:
        output = given(call)
        if output is None:
            return [("running", "text-3")]
        words = output.summary
        if not words and output.exit_code is not None:
            words = f"exit {output.exit_code}"
        ink = "text-2" if output.ok else "removed"
        said: list[Said] = [(words, ink)] if words else []
        ran = call.proposal.ran if call.proposal is not None else None
        ms = call.ms or (ran.ms if ran is not None else 0)
        if ms:
            said.append((("  " if said else "") + duration(ms / 1000), "text-2"))
        return said

    def tab(self) -> Sequence[Said]:
        """Return how the last command ended."""
        return (self._sign(self._call),) if self._call is not None else ()

    def wanted_rows(self, width: int) -> int:
        """Return the rows of everything."""
        return self.total if self.size.width else sum(i.height_hint(width) for i in self.items)

    def arm(self, *, armed: bool) -> None:
        """Hear keys at any time: none of them decides anything."""

    def hints(self) -> Sequence[tuple[str, str]] | None:
        """Return the keymap's own."""
        return None

    # Keys

    def act(self, action: str) -> bool:
        """Move, or wrap lines otherwise."""
        if action == "output.wrap":
            self._wraps = not self._wraps
            self._draw()
            return True
        return self.scroll_by_key(action)


def shown_call(state: Session, silent: Turn | None = None) -> Call | None:
    """Return the command that runs, or else the last command or search that has begun.

    Up to the turn `silent` there is none.
    """
    for turn, made in zip(reversed(state.main.turns), calls_by_turn(state), strict=True):
        if turn is silent:
            return None
        calls = [call for call in made if _prints(call)]
        running = [call for call in calls if call.status == "running"]
        if running or calls:
            return (running or calls)[-1]
    return None


def _prints(call: Call) -> bool:
    proposal = call.proposal
    if call.started is None and call.status != "running":
        return False
    if call.tool == "search" or proposal is None:
        return call.tool == "search"
    return "execute" in proposal.effects or (
        proposal.ran is not None and proposal.ran.command is not None
    )


def given(call: Call) -> ToolOutput | None:
    """Return what a call gave: at its end, or in the copy where its command has run already."""
    ran = call.proposal.ran if call.proposal is not None else None
    return call.output or (ran.output if ran is not None else None)


def _command(call: Call) -> str:
    return " ".join(command_of(call).split()) or object_of(call)


def pattern_of(call: Call) -> str:
    """Return what a search looked for, as a regular expression."""
    text = call.proposal.arguments if call.proposal is not None else preview_of(call.arguments)
    try:
        given = json.loads(text)
    except ValueError:
        return ""
    pattern = given.get("pattern", "") if isinstance(given, dict) else ""
    if not isinstance(pattern, str):
        return ""
    return f"(?i:{pattern})" if given.get("ignore_case") else pattern
