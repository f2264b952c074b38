"""A run without a person: one message in, records out as text or JSON lines, an exit status."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tui_agent.core.commands import Close, Command, Compact, Interrupt, Submit
from tui_agent.core.events import (
    MAIN_AGENT,
    ContextCompacted,
    Event,
    ModelFailed,
    ModelResponded,
    Notice,
    Record,
    TurnEnded,
)
from tui_agent.core.messages import Attachment
from tui_agent.core.ports import Client
from tui_agent.ui.exit_status import DONE, FAILED, INTERRUPTED, USAGE, status_of
from tui_agent.ui.jsonl import final_line, record_line, wanted
from tui_agent.ui.review_list import review_lines
from tui_agent.ui.text import Paper
from tui_agent.ui.transcript import Detail, Transcript

ALL = 2
"""How many `-v` tell everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a headless run is asked for."""

    prompt: str = ""
    """Empty: only what is open is taken on."""
    attachments: tuple[Attachment, ...] = ()
    first: Command | None = None
    """What is sent in the place of a message."""
    json: bool = False
    verbose: int = 0
    refusals_wanted: bool = False
    """Whether `--reject-all` was given, so that a refusal is no failure."""
    past: int = 0
    """The number of the last record that was there before."""


async def run_headless(client: Client, request: Request, paper: Paper) -> int:
    """Send the message, tell what happens, and return the exit status."""
    run = _Run(client, request, paper)
    with _interrupts(run):
        if request.first is not None:
            client.send(request.first)
        elif request.prompt:
            client.send(Submit(text=request.prompt, attachments=request.attachments))
        async for record in client.events():
            await run.see(record)
    return run.finish()


class _Run:
    def __init__(self, client: Client, request: Request, paper: Paper) -> None:
        self._client, self._request, self._paper = client, request, paper
        self._told = Transcript(
            client.blob,
            Detail(
                tools=request.verbose >= 1,
                deltas=request.verbose >= ALL,
                phases=request.verbose >= ALL,
                output=request.verbose >= 1,
            ),
        )
        self._ended: TurnEnded | None = None
        self._failure: ModelFailed | None = None
        self._answer = ""
        self._interrupts = 0
        self._refused = False
        self._compacts = isinstance(request.first, Compact)
        self._idle = False

    async def see(self, record: Record) -> None:
        event = record.event
        if record.seq <= self._request.past and record.h:
            self._told.fold(record)
            self._close_if_idle()
            return
        if isinstance(event, ModelFailed) and record.agent_id == MAIN_AGENT:
            self._failure = event if event.retry_seconds is None else self._failure
        if isinstance(event, ModelResponded) and record.agent_id == MAIN_AGENT:
            self._answer = await self._told.text_of(event.text) or self._answer
        await self._write(record)
        if self._compacts and record.agent_id == MAIN_AGENT:
            self._close_if_compacted(event)
        if isinstance(event, Notice) and event.level == "error":
            self._give_up(logged=bool(record.h))
        if isinstance(event, TurnEnded) and record.agent_id == MAIN_AGENT:
            self._ended = event
            if not self._told.state.queue:
                self._client.send(Close())

    async def _write(self, record: Record) -> None:
        told = await self._told.tell(record)
        if self._request.json:
            if wanted(record, deltas=self._request.verbose >= ALL):
                self._paper.data(record_line(record))
            return
        turns = self._told.state.main.turns
        ended = isinstance(record.event, TurnEnded) and record.agent_id == MAIN_AGENT
        if ended and (listed := review_lines(turns[-1])):
            self._paper.say(*listed)
        if told.answer:
            self._paper.put(*told.answer)
        if told.aside:
            self._paper.say(*told.aside)

    def _close_if_idle(self) -> None:
        """Leave at the end of the past where nothing is open and nothing was asked."""
        state = self._told.state
        if state.seq == self._request.past and not (self._request.prompt or self._request.first):
            turn, queue = state.main.turn, state.queue
            if turn is None and not queue:
                self._paper.say("Nothing is open in this session.")
                self._idle = True
                self._client.send(Close())

    def _close_if_compacted(self, event: Event) -> None:
        """Leave where the compaction that was asked for has been done, or comes to nothing."""
        done = isinstance(event, ContextCompacted) and event.by == "user"
        failed = isinstance(event, Notice) and event.about == "compaction"
        cut_off = isinstance(event, ModelFailed) and event.kind == "cancelled"
        if done or failed or cut_off:
            self._idle = done
            self._client.send(Close())

    def _give_up(self, *, logged: bool) -> None:
        """Leave where the message was refused, or where nothing can be recorded any more."""
        state = self._told.state
        if not logged or (state.main.turn is None and not state.queue):
            self._refused = logged
            self._client.send(Close())

    def interrupt(self) -> None:
        """End the turn at the first signal; leave at the second."""
        self._interrupts += 1
        self._client.send(Interrupt() if self._interrupts == 1 else Close())

    def suspend(self) -> None:
        """Leave, with everything open kept open."""
        self._interrupts = 2
        self._client.send(Close())

    def finish(self) -> int:
        ended = self._ended
        if ended is not None:
            status = status_of(ended, refusals_wanted=self._request.refusals_wanted)
        elif self._interrupts:
            status = INTERRUPTED
        elif self._refused:
            status = USAGE
        else:
            status = DONE if self._idle else FAILED
        if self._request.json:
            state = self._told.state
            self._paper.data(final_line(state, ended, self._failure, self._answer, status))
        return status


@contextmanager
def _interrupts(run: _Run) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    handlers = {
        signal.SIGINT: run.interrupt,
        signal.SIGTERM: run.suspend,
        signal.SIGHUP: run.suspend,
    }
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)
