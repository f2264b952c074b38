"""What the keys of a replay do outside of it: files, branch, export, copy, check, raw records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tui_agent.core.blob import Text
from tui_agent.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    CheckFinished,
    ModelResponded,
    Record,
    ToolFinished,
    TurnStarted,
    UserSteered,
)
from tui_agent.core.patch import FileView, PatchError, unified
from tui_agent.core.proposal import Proposal
from tui_agent.ui.clean import clean
from tui_agent.ui.tui.exporting import ask_export
from tui_agent.ui.tui.outlets import Outlets, Prepared
from tui_agent.ui.tui.screens.raw_records import RawRecords
from tui_agent.ui.tui.screens.tree_diff import trees_of
from tui_agent.ui.tui.words import count

if TYPE_CHECKING:
    from tui_agent.ui.tui.screens.replay import ReplayScreen

NOWHERE = "There is no way out of this replay."
HERE = 1
"""Which of a step's comparisons ends with the step's own tree: since the start."""


class ReplayOutside:
    """Leads out of one replay; `say` shows a sentence in its bar."""

    def __init__(self, screen: ReplayScreen, say: Callable[[str], None]) -> None:
        """Act on a screen."""
        self.screen = screen
        self.say = say

    @property
    def outlets(self) -> Outlets | None:
        """What there is outside."""
        return self.screen.outlets

    @property
    def number(self) -> int:
        """The present step's number; 0 where there is none."""
        stop = self.screen.replay.stop
        return stop.number if stop is not None else 0

    def act(self, name: str) -> bool:
        """Do what an action means by its name after `replay.`; return whether it is one of ours."""
        deed: Callable[[], None] | None = getattr(self, f"do_{name}", None)
        if deed is None:
            return False
        deed()
        return True

    def do_worktree(self) -> None:
        """Write the files as they were at this step into a folder of their own."""
        screen = self.screen
        trees = trees_of(screen.timeline.records, screen.replay.stops, screen.replay.index)
        _, tree = trees[HERE] if screen.replay.stops else ("", "")
        if not tree:
            self.say("No tree of files was recorded up to this step.")
        elif self.outlets is not None:
            self._work(self._files(self.outlets, tree, self.number))
        else:
            self.say(NOWHERE)

    async def _files(self, outlets: Outlets, tree: str, number: int) -> None:
        folder = await outlets.files(tree, number)
        self.screen.app.copy_to_clipboard(folder)
        self.say(f"The files of step {number} are in {folder}")

    def do_branch(self) -> None:
        """Begin a new session with the past up to this step."""
        if self.outlets is None:
            self.say(NOWHERE)
        else:
            self._work(self._branch(self.outlets, self.number))

    async def _branch(self, outlets: Outlets, number: int) -> None:
        session = await outlets.branch(number)
        self.screen.app.copy_to_clipboard(session)
        self.say(f"Branched at step {number} into {session[-8:]}; leave with q to go on there.")

    def do_export(self) -> None:
        """Choose a format and write it."""
        outlets, number = self.outlets, self.number
        if outlets is None:
            self.say(NOWHERE)
            return

        async def make(form: str) -> Prepared:
            return await outlets.export(form, number)

        ask_export(self.screen.app, make, self.say)

    def do_verify(self) -> None:
        """Check chain, payloads and decisions."""
        if self.outlets is None:
            self.say(NOWHERE)
        else:
            self.say("Checking the chain, the payloads and the decisions.")
            self._work(self._verify(self.outlets))

    async def _verify(self, outlets: Outlets) -> None:
        problems = await outlets.verify()
        if problems:
            more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
            self.say(f"Not sound: {problems[0]}{more}")
        else:
            records = count(len(self.screen.timeline), "record")
            self.say(f"Sound: {records}, an unbroken chain, every payload and decision")

    def do_record(self) -> None:
        """Show the records of this step."""
        records = self._records()
        if records:
            self.screen.app.push_screen(RawRecords(records))

    def do_copy(self) -> None:
        """Copy what this step is about."""
        self._work(self._copy())

    async def _copy(self) -> None:
        records = self._records()
        text = await self._text(records) if records else ""
        stop = self.screen.replay.stop
        text = text or (stop.text if stop is not None else "")
        self.screen.app.copy_to_clipboard(clean(text))
        lines = text.count("\n") + 1
        self.say(f"Copied {count(lines, 'line')} of step {self.number}")

    def _records(self) -> list[Record]:
        """Return the records that belong to the present step."""
        replay = self.screen.replay
        if replay.stop is None:
            return []
        first = next(
            at for at, one in enumerate(self.screen.timeline.records) if one.seq == replay.stop.seq
        )
        return self.screen.timeline.records[first : max(first + 1, replay.stop.count)]

    async def _text(self, records: list[Record]) -> str:
        match records[0].event:
            case TurnStarted(text=text) | UserSteered(text=text) | ModelResponded(text=text):
                return await self._whole(text)
            case ToolFinished(call_id=call_id, output=output):
                diff = await self._diff(call_id)
                return diff or await self._whole(output.output or output.text)
            case ApprovalDecided(call_id=call_id):
                return await self._diff(call_id)
            case CheckFinished(command=command, summary=summary):
                return f"{command}\n{summary}"
            case _:
                return ""

    async def _diff(self, call_id: str) -> str:
        """Return what a call proposed: its diff, or its command."""
        proposal = self._proposal(call_id)
        if proposal is None:
            return ""
        if proposal.patch is None:
            return proposal.command.text if proposal.command is not None else ""
        parts: list[str] = []
        for file in proposal.patch.files:
            try:
                sides = [
                    await self.screen.load(side.sha) if side is not None else None
                    for side in (file.before, file.after)
                ]
                parts.append(unified(FileView.of(file, sides[0], sides[1])))
            except (KeyError, PatchError):
                parts.append(f"(the text of {file.path} is missing)\n")
        return "".join(parts)

    def _proposal(self, call_id: str) -> Proposal | None:
        found = None
        for record in self.screen.timeline.records:
            event = record.event
            if isinstance(event, ApprovalRequested | ApprovalDecided) and event.call_id == call_id:
                found = event.proposal or found
        return found

    async def _whole(self, text: Text) -> str:
        if isinstance(text, str):
            return text
        try:
            return (await self.screen.load(text.sha)).decode("utf-8", "replace")
        except (KeyError, OSError):
            return text.preview

    def _work(self, work: Awaitable[None]) -> None:
        async def done() -> None:
            try:
                await work
            except (LookupError, OSError) as error:
                self.say(str(error.args[-1]) if error.args else "It cannot be done.")

        self.screen.run_worker(done(), name="outside", group="outside")
