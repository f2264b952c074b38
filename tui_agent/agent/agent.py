"""The agent: takes commands, owns each turn's task, and is the client that every front end sees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from tui_agent.agent import decisions
from tui_agent.agent.approvals import Approvals
from tui_agent.agent.brought_diff import kept_diff
from tui_agent.agent.budget_question import set_cap
from tui_agent.agent.children import Children, close_children, remove_copies
from tui_agent.agent.compacting import RUNNING, compact_when_idle, cut_off_summary
from tui_agent.agent.engine import Engine
from tui_agent.agent.granted import revoke
from tui_agent.agent.keeping import record_cut_off
from tui_agent.agent.manner import Manner
from tui_agent.agent.own_fault import end_with_fault, faults_told, say_not_done
from tui_agent.agent.resume import resume
from tui_agent.agent.rewinding import own_turn_for
from tui_agent.agent.seeing import seen
from tui_agent.agent.server_wishes import ServerWishes
from tui_agent.agent.session import LiveSession, LogWriteError
from tui_agent.agent.setup import setup_of
from tui_agent.agent.stopping import close_turn, suspend
from tui_agent.agent.trials import Trials
from tui_agent.agent.turn import begin_for_client, call_for_user, run_turn
from tui_agent.core import commands as ask
from tui_agent.core.events import (
    MAIN_AGENT,
    Labelled,
    MessageQueued,
    MessageRecalled,
    Notice,
    PlanUpdated,
    Record,
    SessionStarted,
    SettingChanged,
    TurnStarted,
    UserSteered,
)
from tui_agent.core.messages import NOT_SENT, Attachment
from tui_agent.core.settings import MODES
from tui_agent.core.undo import UNDO_TOOL, NothingToUndoError

if TYPE_CHECKING:
    from tui_agent.core.settings import Settings
    from tui_agent.core.state import Session
    from tui_agent.core.world import World


class Agent:
    """The main agent of one session; implements `core.ports.Client`.

    Open it with `open`, which starts or resumes the session, then send commands from the event
    loop's thread.
    """

    def __init__(
        self, world: World, settings: Settings, manner: Manner, past: Sequence[Record] = ()
    ) -> None:
        """Make an agent over a world; `past` is what the session's log already holds."""
        self._manner = manner
        self._live = LiveSession(world.log, world.clock, world.redact, past)
        self._engine = Engine(
            world=world,
            live=self._live,
            approvals=Approvals(),
            settings=settings,
            agent_id=MAIN_AGENT,
            attended=manner.attended,
            answer=manner.answer,
            unconfined=manner.unconfined,
            trusted=manner.trusted,
            agents_of=Children,
        )
        self._trials = Trials(self._engine)
        self._inbox: asyncio.Queue[ask.Command] = asyncio.Queue()
        self._wishes = ServerWishes(self._engine, self._inbox.put_nowait)
        self._turn: asyncio.Task[None] | None = None
        self._worker: asyncio.Task[None] | None = None
        self._facts: asyncio.Task[None] | None = None
        self._halted = False
        """Whether the log could not be written, and nobody has gone on since."""

    @property
    def state(self) -> Session:
        """The fold of the log, live. Only to be read."""
        return self._live.state

    @property
    def engine(self) -> Engine:
        """The means of the main agent, for one call through the real gate."""
        return self._engine

    async def open(self, started: SessionStarted | None) -> None:
        """Begin the session with its first record, or take up the one that `past` tells of."""
        if started is not None:
            self._live.emit(replace(started, setup=setup_of(self._engine)))
        else:
            await resume(self._engine, self._manner.program, self._manner.argv)
        self._facts = asyncio.create_task(self._learn_facts())
        self._worker = asyncio.create_task(self._work())
        if self._engine.agent.turn is not None:
            self._go()

    def send(self, command: ask.Command) -> None:
        """Take a command; an answer is recorded before this returns."""
        try:
            if isinstance(command, ask.Decide):
                if decisions.take(self._engine, command):
                    self._trials.answered(command.request_id)
                    if self._halted:
                        self._inbox.put_nowait(ask.GoOn())
            elif isinstance(command, ask.DraftVerdicts):
                decisions.draft(self._engine, command)
            elif isinstance(command, ask.AskServers):
                self._wishes.begin(command)
            else:
                self._inbox.put_nowait(command)
        except LogWriteError:
            self._drop_turn()

    def events(self) -> AsyncIterator[Record]:
        """Give the past, then the live."""
        return self._live.subscribe()

    async def blob(self, sha: str) -> bytes:
        """Load a payload. Raises KeyError where it is missing."""
        return self._engine.world.log.get(sha)

    async def wait_idle(self) -> None:
        """Wait until every command sent so far is carried out and no turn runs."""
        await self._wishes.settle(self._inbox)
        while self._turn is not None and not self._turn.done():
            await asyncio.wait({self._turn})
            await self._inbox.join()

    async def close(self) -> None:
        """Suspend an open turn and give up the log; safe to call twice."""
        if self._worker is None:
            self._live.close()
            await self._let_go()
            return
        for task in (self._worker, self._facts):
            if task is not None and task is not asyncio.current_task():
                task.cancel()
        self._worker = None
        self._wishes.cancel()
        await self._cancel_turn()
        with suppress(LogWriteError):  # It was said when it happened; the log stays as it is.
            suspend(self._engine)
        self._live.close()
        await self._let_go()

    async def _let_go(self) -> None:
        for one in (self._engine.world.copies, self._engine.world.servers):
            if one is not None:
                await one.close()
        await self._engine.world.runner.close()

    async def _work(self) -> None:
        while True:
            command = await self._inbox.get()
            try:
                with faults_told(partial(say_not_done, self._engine)):
                    if self._halted and not isinstance(command, ask.Interrupt | ask.Close):
                        await self._go_on()
                    await self._carry_out(command)
            except* LogWriteError:
                self._drop_turn()
            finally:
                self._inbox.task_done()
            if isinstance(command, ask.Close):
                await self.close()
                return

    async def _carry_out(self, command: ask.Command) -> None:
        match command:
            case ask.Submit():
                await self._submit(command)
            case ask.Interrupt():
                await self._interrupt()
            case ask.RunShell() | ask.RunChecks():
                self._checks_or_shell(command)
            case ask.CallTools() if begin_for_client(self._engine, command):
                self._go()
            case ask.TryHunks():
                await self._trials.begin(command)
            case ask.Review():
                self._review(command)
            case ask.Undo() | ask.Rewind():
                await self._take_back(command)
            case ask.Compact():
                self._compact(command.instructions)
            case ask.SetModel():
                self._change("model", command.model, self.state.model)
                self._facts = asyncio.create_task(self._learn_facts())
            case _:
                self._set(command)

    def _checks_or_shell(self, command: ask.RunShell | ask.RunChecks) -> None:
        if isinstance(command, ask.RunShell):
            self._own_turn(f"! {command.command}", "shell", {"command": command.command})
        else:
            self._own_turn("run the checks", "checks")

    def _set(self, command: ask.Command) -> None:
        match command:
            case ask.SetMode() if command.mode in MODES:
                self._change("mode", command.mode, self.state.mode)
            case ask.SetMode():
                self._notice(f"There is no mode {command.mode!r}; modes: {', '.join(MODES)}.")
            case ask.SetBudget():
                set_cap(self._engine, command)
            case ask.Recall():
                if any(one.id == command.message_id for one in self.state.queue):
                    self._live.emit(MessageRecalled(message_id=command.message_id))
            case ask.EditPlan():
                approved = self._engine.agent.plan_approved
                self._live.emit(PlanUpdated(plan=command.plan, approved=approved))
            case ask.Revoke():
                revoke(self._engine, command)
            case ask.Steer():
                self._steer(command)
            case ask.Label():
                self._live.emit(Labelled(text=command.text))

    def _change(self, key: str, value: str, old: str) -> None:
        if value != old:
            self._live.emit(SettingChanged(key=key, value=value, old=old))

    def _notice(self, text: str, level: Literal["info", "warning", "error"] = "warning") -> None:
        self._live.emit(Notice(text=text, level=level))

    async def _submit(self, command: ask.Submit) -> None:
        if not command.text.strip() and not command.attachments:
            self._notice("The message is empty: nothing was sent.")
            return
        if self._wishes.takes(command):
            return
        try:
            files = "" if command.as_it_stands else self._wishes.without(command.text)
            found = await self._engine.world.workspace.attach(files)
        except (OSError, ValueError) as error:
            self._notice(f"{str(error).rstrip('.')}. {NOT_SENT}.", "error")
            return
        attachments = seen(self._engine.facts, (*command.attachments, *found), self._notice)
        if self._engine.busy:
            self._live.emit(
                MessageQueued(
                    message_id=self._engine.world.ids("queued"),
                    text=self._engine.stored(command.text),
                    attachments=attachments,
                )
            )
            return
        self._begin(command.text, attachments)

    def _begin(self, text: str, attachments: tuple[Attachment, ...]) -> None:
        self._live.emit(
            TurnStarted(
                text=self._engine.stored(text),
                mode=self.state.mode,
                attachments=attachments,
            )
        )
        self._go()

    def _steer(self, command: ask.Steer) -> None:
        if self._engine.agent.turn is None:
            self._inbox.put_nowait(ask.Submit(text=command.text))
        elif command.text.strip():
            self._live.emit(UserSteered(text=self._engine.stored(command.text)))

    def _own_turn(
        self,
        text: str,
        kind: Literal["shell", "checks", "review", "undo", "rewind"],
        arguments: Mapping[str, object] | None = None,
        attachments: tuple[Attachment, ...] = (),
    ) -> None:
        """Begin a turn of the user's own that calls no model."""
        if self._engine.busy:
            self._notice(RUNNING)
            return
        started = TurnStarted(text=text, mode=self.state.mode, kind=kind, attachments=attachments)
        self._live.emit(started)
        if arguments is not None:
            tool = UNDO_TOOL if kind == "rewind" else kind
            call_for_user(self._engine, tool, arguments)
        self._go()

    def _review(self, command: ask.Review) -> None:
        """Begin the turn that asks about a diff."""
        kept = kept_diff(self._engine, command)
        if kept is not None:
            self._own_turn(f"review {command.source}", "review", kept.arguments, kept.attachments)

    async def _take_back(self, command: ask.Undo | ask.Rewind) -> None:
        """Find what is meant, and begin the turn that takes it back."""
        if self._engine.busy:
            self._notice(RUNNING)
            return
        try:
            wanted = await own_turn_for(self._engine, command)
        except NothingToUndoError as error:
            self._notice(str(error))
        except (KeyError, OSError) as error:
            self._notice(f"It cannot be taken back: {error}.", "error")
        else:
            self._own_turn(wanted.text, wanted.kind, wanted.arguments)

    def _compact(self, words: str) -> None:
        if self._engine.busy:
            self._engine.emit(Notice(text=RUNNING, about="compaction"))
        else:
            self._engine.compacting = True
            self._go(lambda engine: compact_when_idle(engine, words))

    def _go(self, work: Callable[[Engine], Awaitable[None]] = run_turn) -> None:
        self._turn = asyncio.create_task(self._run(self._turn, work))

    async def _run(
        self, before: asyncio.Task[None] | None, work: Callable[[Engine], Awaitable[None]]
    ) -> None:
        """Run the open turn, or compact, once what the turn before still keeps is kept."""
        broken = False
        try:
            await asyncio.gather(*([before] if before is not None else []), return_exceptions=True)
            with faults_told(partial(end_with_fault, self._engine)):
                await work(self._engine)
                await remove_copies(self._engine)
        except* LogWriteError:
            broken = self._halted = True
        if not broken:
            with suppress(OSError):  # What is left is copied at the end of the next turn.
                await self._engine.world.snapshots.keep()
            self._next_queued()

    def _next_queued(self) -> None:
        if self._engine.agent.turn is None and self.state.queue:
            queued = self.state.queue[0]
            self._live.emit(MessageRecalled(message_id=queued.id))
            self._begin(self._engine.loaded(queued.text), queued.attachments)

    async def _interrupt(self) -> None:
        await self._cancel_turn()
        turn = self._engine.agent.turn
        if turn is not None:
            await record_cut_off(self._engine)
            close_children(self._engine)
            close_turn(self._engine, turn)
        cut_off_summary(self._engine, "Stopped by you.")
        self._next_queued()

    async def _cancel_turn(self) -> None:
        await self._trials.stop()
        task, self._turn = self._turn, None
        if task is not None and not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._halted = False

    async def _go_on(self) -> None:
        """Take the open turn up as another process would: what was cut off is mended first."""
        await self._cancel_turn()
        if self._engine.agent.turn is not None:
            await resume(self._engine, self._manner.program, self._manner.argv)
            self._go()

    def _drop_turn(self) -> None:
        """The log cannot be written: stop before the next effect, and leave the turn suspended."""
        self._halted = True
        if self._turn is not None:
            self._turn.cancel()

    async def _learn_facts(self) -> None:
        model = self.state.model
        facts = await self._engine.world.model.facts(model)
        if model == self.state.model:  # Else another was chosen meanwhile, which is asked itself.
            self._engine.facts = facts
