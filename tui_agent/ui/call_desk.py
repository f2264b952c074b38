"""Calls of another program: taken one after the other, made through a session, and answered."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from tui_agent.core.blob import Blob
from tui_agent.core.commands import CallTools, ForeignCall, Interrupt
from tui_agent.core.events import MAIN_AGENT, Notice, Record, ToolFinished, TurnEnded
from tui_agent.core.ports import Client
from tui_agent.core.proposal import ToolOutput

AT_ONCE = 8
"""How many calls that only read run together."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Asked:
    call: ForeignCall
    client: str
    answer: ToolOutput | None = None
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    def settle(self, answer: ToolOutput | None = None) -> None:
        if not self.settled.is_set():
            self.answer = answer
            self.settled.set()


class CallDesk:
    """Makes the calls of other programs in one session, in the order in which they come.

    Calls that only read and follow each other make one turn, and run together; any other call is a
    turn of its own. `follow` must run meanwhile.
    """

    def __init__(self, client: Client, reads: Collection[str], ids: Callable[[str], str]) -> None:
        """Begin with nothing asked for; `reads` are the tools that only read."""
        self._client, self._reads, self._ids = client, reads, ids
        self._queue: deque[_Asked] = deque()
        self._open: tuple[_Asked, ...] = ()
        self._fault = ""
        """What went wrong inside during the open turn."""
        self._closed = ""
        """Why no call can be made any more."""

    async def call(self, tool: str, arguments: str, client: str) -> ToolOutput:
        """Make one call and return what came of it, with its text whole.

        Cancelled, it is taken back: it is not begun, or it is stopped.
        """
        asked = _Asked(
            call=ForeignCall(call_id=self._ids("call"), tool=tool, arguments=arguments),
            client=client,
        )
        if self._closed:
            return _nothing(self._closed)
        self._queue.append(asked)
        self._next()
        try:
            await asked.settled.wait()
        except asyncio.CancelledError:
            self._take_back(asked)
            raise
        return asked.answer or _nothing("It was stopped.")

    async def follow(self) -> None:
        """Answer calls as the session tells how they ended; return when the session is closed."""
        try:
            async for record in self._client.events():
                await self._see(record)
        finally:
            self._close("The session is closed.")

    def _next(self) -> None:
        if self._open or not self._queue:
            return
        chosen = [self._queue.popleft()]
        while self._queue and len(chosen) < AT_ONCE and self._go_together(chosen[0]):
            chosen.append(self._queue.popleft())
        self._open, self._fault = tuple(chosen), ""
        self._client.send(
            CallTools(calls=tuple(one.call for one in chosen), client=chosen[0].client)
        )

    def _go_together(self, first: _Asked) -> bool:
        other = self._queue[0]
        both_read = {first.call.tool, other.call.tool} <= set(self._reads)
        return both_read and first.client == other.client

    async def _see(self, record: Record) -> None:
        event = record.event
        if isinstance(event, ToolFinished):
            for asked in self._open:
                if asked.call.call_id == event.call_id:
                    asked.settle(await self._whole(event.output))
        elif isinstance(event, Notice) and event.level == "error":
            self._fault = event.text
            if not record.h:
                self._close(event.text)
        elif isinstance(event, TurnEnded) and record.agent_id == MAIN_AGENT:
            for asked in self._open:
                asked.settle(_nothing(self._fault))
            self._open = ()
            self._next()

    async def _whole(self, output: ToolOutput) -> ToolOutput:
        if output.error == "cancelled" and self._fault:
            return _nothing(self._fault)
        if isinstance(output.text, Blob):
            data = await self._client.blob(output.text.sha)
            return replace(output, text=data.decode("utf-8", "surrogatepass"))
        return output

    def _take_back(self, asked: _Asked) -> None:
        if asked in self._queue:
            self._queue.remove(asked)
            return
        if asked.settled.is_set():
            return
        asked.settle()
        if all(one.settled.is_set() for one in self._open):
            self._client.send(Interrupt())

    def _close(self, why: str) -> None:
        self._closed = self._closed or why
        for asked in (*self._open, *self._queue):
            asked.settle(_nothing(self._closed))
        self._queue.clear()


def _nothing(why: str) -> ToolOutput:
    """Return the answer to a call that nothing came of, through no fault of its own."""
    text = f"Not done: {why}" if why else "Not done."
    return ToolOutput(ok=False, text=text, error="not_done", summary="not done")
