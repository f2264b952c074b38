"""How line mode asks: a line, a key, a longer text; and how it does so on a capable terminal."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Protocol, TextIO, TypeVar, cast

from tui_agent.ui.line_reading import Interrupted, Left, Stops

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.key_binding import KeyPressEvent

    from tui_agent.ui.line_offers import Offering

ARMED_AFTER = 0.4
"""Seconds after a question appeared in which keys were meant for something else: ignored."""
TYPED_AHEAD = 0.1
"""Seconds after a prompt appeared in which what is read was typed before it stood there."""


BETWEEN_WRITES = 0.02
"""Seconds: what is printed above a question is gathered for so long, so that it flickers less."""

Answer = TypeVar("Answer")
Editor = Callable[[str], Awaitable[str]]
"""Opens the external editor on a text. Raises OSError."""
Earlier = Callable[[], Sequence[str]]
"""Gives what was said before, oldest first."""


class Input(Protocol):
    """Where line mode's answers come from."""

    @property
    def strict(self) -> bool:
        """Whether output and input must take turns."""
        ...

    @property
    def stops(self) -> Stops:
        """Who is told of Ctrl-C where no prompt reads it."""
        ...

    def session(self, offering: Offering, queued: Callable[[], bool]) -> None:
        """Begin a session: what it offers to complete, and whether a message waits in it."""
        ...

    async def line(self, prompt: str, *, hold: bool = True, start: str = "") -> str | None:
        """Ask for a line; None where `release` ended the question. Raises Interrupted, Left.

        `hold`: where question and output must take turns, the output waits for the answer.
        `start`: what stands there already, where it can be changed.
        """
        ...

    async def key(self, prompt: str, keys: Collection[str]) -> str:
        """Ask for one of `keys`, which needs no Enter where a terminal can do so.

        Raises Interrupted, Left.
        """
        ...

    async def text(self, start: str) -> str:
        """Ask for a longer text, beginning with `start`. Raises Interrupted, Left."""
        ...

    async def meanwhile(self, changed: asyncio.Event) -> str | None:
        """Wait until something changes (None), or until a line was typed, and return it.

        Raises Interrupted, Left.
        """
        ...

    def early(self) -> list[str]:
        """Return what was typed before anything was asked."""
        ...

    def arm(self) -> None:
        """Begin a new question: for a moment, keys were meant for something else."""
        ...

    def release(self) -> None:
        """Let an open `line` give way to a question, where nothing has been typed yet."""
        ...


class TerminalInput:
    """Asks through prompt-toolkit."""

    strict = False

    def __init__(self, stops: Stops, editor: Editor | None, earlier: Earlier) -> None:
        """Ask on this terminal. `earlier`: what was said in sessions before."""
        from prompt_toolkit import PromptSession
        from prompt_toolkit.filters import Condition
        from prompt_toolkit.history import ThreadedHistory
        from prompt_toolkit.output.vt100 import Vt100_Output

        from tui_agent.ui.line_completion import Offers, Remembered
        from tui_agent.ui.line_keys import line_keys

        self.stops, self._editor = stops, editor
        self._queued: Callable[[], bool] = bool
        self._output = Vt100_Output.from_pty(sys.stdout)
        # Asking the terminal where the cursor stands costs a round trip, and many never answer.
        self._output.enable_cpr = False
        self._offers = Offers()
        self._session: PromptSession[str | None] = PromptSession(
            key_bindings=line_keys(self._edit, self._has_queued, self._typed_ahead),
            output=self._output,
            erase_when_done=True,
            enable_suspend=True,
            completer=self._offers,
            # The menu takes its rows only where there may be something in it.
            complete_while_typing=Condition(self._begun),
            history=ThreadedHistory(Remembered(earlier)),
        )
        self._reads_since = 0.0
        self._asked_at: float | None = None
        """When the present question was first shown."""

    def session(self, offering: Offering, queued: Callable[[], bool]) -> None:
        """Begin a session."""
        self._offers.source, self._queued = offering, queued

    async def line(self, prompt: str, *, hold: bool = True, start: str = "") -> str | None:
        """Ask for a line."""
        del hold  # what is said stands above
        return await _asked(self._session, prompt, start, self._reads)

    def _reads(self) -> None:
        self._reads_since = time.monotonic()

    def _typed_ahead(self) -> bool:
        return time.monotonic() - self._reads_since < TYPED_AHEAD

    def _has_queued(self) -> bool:
        return self._queued()

    def _begun(self) -> bool:
        return self._offers.begun(self._session.default_buffer.document.text_before_cursor)

    def _edit(self, event: KeyPressEvent) -> None:
        """Open the editor on what was typed; the prompt waits for it."""
        if self._editor is not None:
            event.app.create_background_task(self._edited(event, self._editor))

    async def _edited(self, event: KeyPressEvent, editor: Editor) -> None:
        from prompt_toolkit.application import in_terminal

        buffer = event.current_buffer
        async with in_terminal():
            with self.stops.told(lambda: None):
                try:
                    buffer.text = (await editor(buffer.text)).rstrip("\n")
                except OSError as error:
                    sys.stdout.write(f"! {error}\n")
        buffer.cursor_position = len(buffer.text)

    async def key(self, prompt: str, keys: Collection[str]) -> str:
        """Ask for a key; what was typed before the question was there does not count."""
        from prompt_toolkit import PromptSession

        from tui_agent.ui.line_keys import answer_keys

        session: PromptSession[str] = PromptSession(
            key_bindings=answer_keys(keys, self._armed),
            output=self._output,
            erase_when_done=True,
            enable_suspend=True,
        )
        return await _asked(session, prompt, begins=self._asks)

    def _asks(self) -> None:
        """Begin to count when a new question stands there: it may take a while to be shown."""
        if self._asked_at is None:
            self._asked_at = time.monotonic()

    def _armed(self) -> bool:
        return self._asked_at is not None and time.monotonic() - self._asked_at >= ARMED_AFTER

    async def text(self, start: str) -> str:
        """Edit a text in place; Alt-Enter keeps it."""
        from prompt_toolkit import PromptSession

        session: PromptSession[str] = PromptSession(
            multiline=True, output=self._output, erase_when_done=True, enable_suspend=True
        )
        return await _asked(session, "", start)

    async def meanwhile(self, changed: asyncio.Event) -> str | None:
        """Wait until something changes: what is typed here is typed at a prompt."""
        stopped = False

        def stop() -> None:
            nonlocal stopped
            stopped = True
            changed.set()

        with self.stops.told(stop):
            await changed.wait()
        if stopped:
            raise Interrupted
        return None

    def early(self) -> list[str]:
        """A key that comes too early is ignored, and a line stands in its prompt."""
        return []

    def arm(self) -> None:
        """Ignore keys for a moment once it is asked."""
        self._asked_at = None

    def release(self) -> None:
        """Give way to a question, unless something is being typed."""
        app = self._session.app
        answered = app.future is None or app.future.done()
        if app.is_running and not answered and not app.current_buffer.text:
            app.exit(result=None)


async def _asked(
    session: PromptSession[Answer],
    prompt: str,
    start: str = "",
    begins: Callable[[], None] | None = None,
) -> Answer:
    """Ask, with what is printed meanwhile above the question, and nothing of it held back after."""
    above = _Above(sys.stdout)
    try:
        with redirect_stdout(cast("TextIO", above)), redirect_stderr(cast("TextIO", above)):
            return await session.prompt_async(
                prompt, default=start, handle_sigint=False, pre_run=begins
            )
    except KeyboardInterrupt:
        raise Interrupted from None
    except EOFError:
        raise Left from None
    finally:
        await above.close()


class _Above:
    """Standard output while a question stands: what is printed appears above it, in order.

    Everything is printed from the event loop's thread, so no queue and no thread is needed.
    """

    encoding = "utf-8"

    def __init__(self, real: TextIO) -> None:
        self._real = real
        self._text = ""
        self._showing: asyncio.Task[None] | None = None

    def isatty(self) -> bool:
        """Whether colours make sense: as before."""
        return self._real.isatty()

    def write(self, text: str) -> int:
        """Take a text, to be shown soon."""
        self._text += text
        if self._showing is None or self._showing.done():
            self._showing = asyncio.create_task(self._show())
        return len(text)

    def flush(self) -> None:
        """It is shown soon."""

    async def close(self) -> None:
        """Show what is left, now that no question stands any more."""
        if self._showing is not None:
            await asyncio.wait({self._showing})
        self._put()

    async def _show(self) -> None:
        from prompt_toolkit.application import run_in_terminal

        await asyncio.sleep(BETWEEN_WRITES)
        await run_in_terminal(self._put)

    def _put(self) -> None:
        text, self._text = self._text, ""
        self._real.write(text)
        self._real.flush()
