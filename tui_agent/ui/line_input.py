"""How line mode asks: a line, a key, a longer text; and how it does so on a capable terminal."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Collection
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Protocol, TextIO, TypeVar, cast

from tui_agent.ui.line_reading import READ_TOGETHER, Interrupted, Left, Stops

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

ARMED_AFTER = 0.4
"""Seconds after a question appeared in which keys were meant for something else: ignored."""


BETWEEN_WRITES = 0.02
"""Seconds: what is printed above a question is gathered for so long, so that it flickers less."""

Answer = TypeVar("Answer")


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

    async def line(self, prompt: str, *, hold: bool = True) -> str | None:
        """Ask for a line; None where `release` ended the question. Raises Interrupted, Left.

        `hold`: where question and output must take turns, the output waits for the answer.
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

    def __init__(self, stops: Stops) -> None:
        """Ask on this terminal."""
        from prompt_toolkit import PromptSession
        from prompt_toolkit.output.vt100 import Vt100_Output

        self.stops = stops
        self._output = Vt100_Output.from_pty(sys.stdout)
        # Asking the terminal where the cursor stands costs a round trip, and many never answer.
        self._output.enable_cpr = False
        self._session: PromptSession[str | None] = PromptSession(
            key_bindings=_line_keys(), output=self._output, erase_when_done=True
        )
        self._armed_at = 0.0

    async def line(self, prompt: str, *, hold: bool = True) -> str | None:
        """Ask for a line."""
        del hold  # what is said stands above
        return await _asked(self._session, prompt)

    async def key(self, prompt: str, keys: Collection[str]) -> str:
        """Ask for a key; what was typed before the question was there does not count."""
        from prompt_toolkit import PromptSession

        session: PromptSession[str] = PromptSession(
            key_bindings=_answer_keys(keys, self._armed_at),
            output=self._output,
            erase_when_done=True,
        )
        return await _asked(session, prompt)

    async def text(self, start: str) -> str:
        """Edit a text in place; Alt-Enter keeps it."""
        from prompt_toolkit import PromptSession

        session: PromptSession[str] = PromptSession(
            multiline=True, output=self._output, erase_when_done=True
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
        """Ignore keys for a moment."""
        self._armed_at = time.monotonic() + ARMED_AFTER

    def release(self) -> None:
        """Give way to a question, unless something is being typed."""
        app = self._session.app
        answered = app.future is None or app.future.done()
        if app.is_running and not answered and not app.current_buffer.text:
            app.exit(result=None)


async def _asked(session: PromptSession[Answer], prompt: str, start: str = "") -> Answer:
    """Ask, with what is printed meanwhile above the question, and nothing of it held back after."""
    above = _Above(sys.stdout)
    try:
        with redirect_stdout(cast("TextIO", above)), redirect_stderr(cast("TextIO", above)):
            return await session.prompt_async(prompt, default=start, handle_sigint=False)
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


class _Pastes:
    """Knows when something was pasted: what is read together with it was not typed.

    A pasted text may hold the sign that ends a paste, so that its rest looks like keys.
    """

    def __init__(self) -> None:
        self._at = float("-inf")

    def note(self) -> None:
        """Something was pasted, or read together with it."""
        self._at = time.monotonic()

    def just_now(self) -> bool:
        """Return whether a key that is handled now came with the paste."""
        if time.monotonic() - self._at > READ_TOGETHER:
            return False
        self.note()
        return True


def _line_keys() -> KeyBindings:
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.keys import Keys

    keys = KeyBindings()
    pastes = _Pastes()

    @keys.add(Keys.BracketedPaste)
    def paste(event: KeyPressEvent) -> None:
        pastes.note()
        event.current_buffer.insert_text(event.data.replace("\r\n", "\n").replace("\r", "\n"))

    @keys.add("enter")
    def send_or_break(event: KeyPressEvent) -> None:
        if pastes.just_now():
            event.current_buffer.insert_text("\n")
        else:
            event.current_buffer.validate_and_handle()

    @keys.add("c-c")
    def clear_or_leave(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt())

    return keys


def _answer_keys(keys: Collection[str], armed_at: float) -> KeyBindings:
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.keys import Keys

    bound = KeyBindings()

    pastes = _Pastes()

    def answer(event: KeyPressEvent) -> None:
        if time.monotonic() >= armed_at and not pastes.just_now():
            event.app.exit(result=event.data)

    def nothing(_event: KeyPressEvent) -> None:
        """Swallow a key that means nothing here."""
        pastes.just_now()

    @bound.add(Keys.BracketedPaste)
    def pasted(_event: KeyPressEvent) -> None:
        pastes.note()

    bound.add(Keys.Any)(nothing)
    bound.add("enter")(answer if "\r" in keys else nothing)
    for key in keys:
        if key != "\r":
            bound.add(key)(answer)

    @bound.add("c-c")
    def interrupt(event: KeyPressEvent) -> None:
        event.app.exit(exception=KeyboardInterrupt())

    @bound.add("c-d")
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(exception=EOFError())

    return bound
