"""Line mode: a conversation in plain lines, for any terminal, a screen reader or a dumb one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from time import monotonic

from tui_agent.core.commands import (
    Close,
    Command,
    Decide,
    DraftVerdicts,
    GoOn,
    Interrupt,
    RunShell,
    Submit,
    TryHunks,
)
from tui_agent.core.events import MAIN_AGENT, Record, TurnEnded, TurnStarted
from tui_agent.core.patch import HunkDecision
from tui_agent.core.ports import Client
from tui_agent.core.state import Waiting, place_of
from tui_agent.ui.farewell import farewell
from tui_agent.ui.figures import plural
from tui_agent.ui.line_approval import Approvals
from tui_agent.ui.line_commands import SlashCommands
from tui_agent.ui.line_doors import Others
from tui_agent.ui.line_editing import Editing
from tui_agent.ui.line_input import Editor, Input
from tui_agent.ui.line_offers import Offering
from tui_agent.ui.line_reading import Interrupted, Left
from tui_agent.ui.report import ending
from tui_agent.ui.text import Paper
from tui_agent.ui.transcript import Detail, Transcript

TAKEN_UP_SECONDS = 2.0
"""How long a message may take to begin its turn; one that is refused never does."""
SETTLING_SECONDS = 0.25
"""How long the answer to a command may take to stand before the next question."""
AWAY_SECONDS = 10.0
"""Who has typed nothing for so long may look elsewhere: the terminal does not say it in lines."""
LEAVING_SECONDS = 10.0
"""How long the agent may take to leave in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSetup:
    """What line mode begins with."""

    prompt: str = ""
    """The first message."""
    first: Command | None = None
    """What is sent in its place."""
    past: int = 0
    """The number of the last record that was there before."""
    editor: Editor | None = None
    """The external editor; None: there is none."""
    others: Others = field(default_factory=Others)
    greeting: tuple[str, ...] = ()
    folder_goes: bool = False
    """Whether the workspace is removed at the end."""
    notice: Callable[[str], str] = lambda _: ""
    """Returns the sequence that tells somebody who looks elsewhere of these words."""
    away_after: float = AWAY_SECONDS


class LineMode:
    """One session in line mode."""

    def __init__(self, client: Client, paper: Paper, given: Input, setup: LineSetup) -> None:
        self._client, self._paper, self._input, self._setup = client, paper, given, setup
        self._told = Transcript(
            client.blob, Detail(tools=True, output=True, deltas=not given.strict)
        )
        edit = Editing(given, paper, setup.editor)
        self._approvals = Approvals(given, paper, self._told, edit)
        self._commands = SlashCommands(client, paper, self._told, edit, setup.others)
        offering = Offering(self._commands, lambda: self._told.state, setup.others.files)
        given.session(offering, lambda: bool(self._told.state.queue))
        self._later: set[str] = set()
        self._changed = asyncio.Event()
        self._closed = False
        self._warned = False
        self._listening = False
        self._spoke_at = monotonic()
        self._known = 0
        """How many questions wait, as far as it was said."""
        self._announced: Waiting | None = None
        """The question that the one who is typing was told of."""

    @property
    def then(self) -> tuple[str, ...]:
        """What the person goes on to: `("resume", ID)`, for one; empty: nothing."""
        return self._commands.then

    async def run(self) -> int:
        """Talk until the person leaves; an open turn is then suspended."""
        self._paper.put(*self._setup.greeting)
        following = asyncio.create_task(self._follow())
        try:
            with self._input.stops.told(self._stop):
                await self._begin()
                await self._talk()
        except Left:
            self._paper.put(self._farewell())
        except asyncio.CancelledError:
            with suppress(OSError):  # the terminal may be gone
                self._paper.put("", self._farewell())
            raise
        finally:
            with self._input.stops.closing():
                self._client.send(Close())
                await asyncio.wait({following}, timeout=LEAVING_SECONDS)
                following.cancel()
        if following.done() and not following.cancelled():
            following.result()
        return 0

    async def _begin(self) -> None:
        """Let what has been be known, and send what the command line said."""
        while self._told.state.seq < self._setup.past and not self._closed:
            self._changed.clear()
            await self._changed.wait()
        if self._setup.first is not None:
            self._client.send(self._setup.first)
            await self._taken_up()
        elif self._setup.prompt:
            self._paper.put([("accent", "› "), ("bold", self._setup.prompt)])
            await self._say(self._setup.prompt)
        elif self._setup.past:
            await self._settled()

    def _stop(self) -> None:
        """Ctrl-C came between two questions: it ends what runs."""
        if self._busy() and not self._told.state.waiting:
            self._client.send(Interrupt())

    async def _follow(self) -> None:
        try:
            await self._each()
        finally:
            self._closed = True
            self._changed.set()
            if self._listening and not self._input.strict:
                self._input.release()

    async def _each(self) -> None:
        async for record in self._client.events():
            if record.h and record.seq <= self._setup.past:
                self._told.fold(record)
                if record.seq == self._setup.past:
                    self._known = len(self._told.state.waiting)
                    self._retell()
            else:
                await self._tell(record)
                self._count()
            self._changed.set()
            if self._listening and self._waiting() not in (None, self._announced):
                self._announced = self._waiting()
                self._input.release()

    async def _tell(self, record: Record) -> None:
        if self._paper.spoken and isinstance(record.event, TurnStarted):
            self._paper.put("Working. Enter lets you say something meanwhile.")
        told = await self._told.tell(record)
        if told.answer or told.aside:
            self._paper.put(*told.answer, *told.aside)
        if isinstance(record.event, TurnEnded) and record.agent_id == MAIN_AGENT:
            self._notify("".join(ending(record.event)))

    def _notify(self, words: str) -> None:
        """Tell somebody who has not typed for a while, if the settings want it in lines, too."""
        if monotonic() - self._spoke_at >= self._setup.away_after:
            self._paper.signal(self._setup.notice(words))

    def _count(self) -> None:
        """Say that another question waits, while one is being answered."""
        known, self._known = self._known, len(self._told.state.waiting)
        if self._known > known:
            self._notify("A question waits")
        if self._known > known > 0 and not self._listening:
            self._paper.put(f"Another question waits behind this one: {self._known} in all.")

    def _retell(self) -> None:
        turns = self._told.state.main.turns
        title = turns[-1].users[0].text if turns and turns[-1].users else ""
        said = title if isinstance(title, str) else title.preview
        self._paper.put(f"Taken up again after {plural(len(turns), 'turn')}. You last said: {said}")

    async def _talk(self) -> None:
        while not self._closed:
            self._changed.clear()
            waiting = self._waiting()
            if waiting is not None:
                await self._guarded(partial(self._answer, waiting))
            elif self._input.strict and self._running():
                await self._guarded(self._watch)
            else:
                await self._guarded(self._listen)

    async def _guarded(self, step: Callable[[], Awaitable[None]]) -> None:
        """Carry out a step of the conversation; Ctrl-C interrupts, warns, and then leaves."""
        try:
            await step()
            self._warned = False
        except Interrupted:
            waits = bool(self._told.state.waiting)
            if self._busy() and not waits:
                await self._commands.message.stop()
            elif self._warned:
                raise Left from None
            else:
                self._warned = True
                what = "The question stays open. " if waits else ""
                self._paper.put(f"{what}Ctrl-C again leaves; agent -c goes on from here.")

    async def _listen(self) -> None:
        self._listening, self._announced = True, None
        start, self._commands.message.draft = self._commands.message.draft, ""
        try:
            said = await self._input.line(self._sign(), hold=self._running(), start=start)
        finally:
            self._listening = False
        if said is None:
            return
        self._spoke_at = monotonic()
        if not self._input.strict and said.strip():
            self._paper.put([("accent", "› "), ("bold", said)])
        await self._say(said)

    async def _watch(self) -> None:
        """Hear what happens until it is somebody's turn; Enter lets the person speak meanwhile."""
        said = await self._input.meanwhile(self._changed)
        if said is None:
            return
        if said.strip():
            await self._say(said)
        else:
            await self._listen()

    async def _say(self, said: str) -> None:
        """Do what was typed: nothing, a command of one's own, a slash command, a message."""
        text = said.strip()
        if not text:
            self._later.clear()
            if self._told.state.halted:
                self._client.send(GoOn())
        elif text.startswith("!") and text[1:].strip():
            self._client.send(RunShell(command=text[1:].strip()))
            await self._taken_up()
        elif text == "?" or self._commands.means(text):
            if not await self._commands.run(text if text != "?" else "/help"):
                raise Left
            said, self._commands.message.said = self._commands.message.said, ""
            await (self._send(said) if said else self._settled())
        else:
            await self._send(said)

    async def _send(self, said: str) -> None:
        """Send a message, now or after this turn."""
        queued = self._busy()
        self._client.send(Submit(text=said, attachments=self._commands.message.attached()))
        if queued:
            self._paper.put("Queued: it is sent when this turn has ended. /steer says it now.")
            await self._settled()
        else:
            await self._taken_up()

    def _sign(self) -> str:
        """Return what stands before what a person types."""
        if self._paper.spoken:
            return "Your message: "
        return "> " if self._paper.ascii_only else "› "

    async def _taken_up(self) -> None:
        """On a dumb terminal, let what was said begin its turn before the next question."""
        turns = len(self._told.state.main.turns)
        try:
            async with asyncio.timeout(TAKEN_UP_SECONDS if self._input.strict else 0):
                while len(self._told.state.main.turns) == turns and not self._closed:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return

    async def _settled(self) -> None:
        """Where question and output take turns, let what was asked for be told first."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLING_SECONDS if self._input.strict else 0):
                while not self._closed and not self._running():
                    self._changed.clear()
                    await self._changed.wait()

    async def _answer(self, waiting: Waiting) -> None:
        for line in self._input.early():
            if line.strip():
                await self._say(line)
        state = self._told.state
        call = state.call(waiting)
        decision = await self._approvals.decide(
            call,
            state.sandbox,
            place=place_of(state, waiting),
            try_hunks=partial(self._try, waiting.request_id),
            keep=partial(self._keep, waiting.request_id),
        )
        if decision is None:
            self._later.add(waiting.request_id)
            self._paper.put("It waits. An empty line comes back to it.")
            return
        told, self._spoke_at = self._told, monotonic()
        self._changed.clear()
        self._client.send(Decide(request_id=waiting.request_id, decision=decision))
        while waiting.request_id in told.state.waiting and not self._closed:
            await self._changed.wait()
            self._changed.clear()
            if told.state.halted:
                return  # It was not recorded: the question comes again.

    def _keep(self, request_id: str, hunks: tuple[HunkDecision, ...]) -> None:
        self._client.send(DraftVerdicts(request_id=request_id, hunks=hunks))

    async def _try(self, request_id: str, hunks: tuple[HunkDecision, ...]) -> None:
        """Run the checks on hunks and wait for their end; Ctrl-C stops them."""
        before = self._told.state.trials.get(request_id)
        self._client.send(TryHunks(request_id=request_id, hunks=hunks))
        while not self._closed and request_id in self._told.state.waiting:
            trial = self._told.state.trials.get(request_id)
            if trial is not None and trial != before and not trial.runs:
                return
            self._changed.clear()
            try:
                await self._input.meanwhile(self._changed)
            except Interrupted:
                self._client.send(TryHunks(request_id=request_id))

    def _waiting(self) -> Waiting | None:
        found = self._told.state.waiting.values()
        return next((one for one in found if one.request_id not in self._later), None)

    def _busy(self) -> bool:
        if self._told.state.main.summarising:
            return True
        state = self._told.state
        return state.main.turn is not None and not state.halted

    def _running(self) -> bool:
        """Return whether anything happens by itself: not where all of it waits for the person."""
        return self._busy() and not self._told.state.waiting

    def _farewell(self) -> str:
        words = farewell(self._told.state, busy=self._busy(), folder_goes=self._setup.folder_goes)
        return words or "Nothing of this session was recorded."
