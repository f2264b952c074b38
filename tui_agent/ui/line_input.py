"""How line mode asks: a line, a key, a longer text; on a capable terminal and on a dumb one."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

ARMED_AFTER = 0.4
"""Seconds after a question appeared in which keys were meant for something else: ignored."""


class Interrupted(Exception):  # noqa: N818 -- it is no error
    """Ctrl-C on an empty line."""


class Left(Exception):  # noqa: N818 -- it is no error
    """Ctrl-D on an empty line, or the end of the input."""


class Input(Protocol):
    """Where line mode's answers come from."""

    @property
    def strict(self) -> bool:
        """Whether output and input must take turns."""
        ...

    def shared(self) -> AbstractContextManager[object]:
        """Let output pass above the prompt while this is open."""
        ...

    async def line(self, prompt: str) -> str | None:
        """Ask for a line; None where `release` ended the question. Raises Interrupted, Left."""
        ...

    async def key(self, prompt: str, keys: Collection[str]) -> str:
        """Ask for one of `keys`, which needs no Enter where a terminal can do so.

        Raises Interrupted, Left.
        """
        ...

    async def text(self, start: str) -> str:
        """Ask for a longer text, beginning with `start`. Raises Interrupted, Left."""
        ...

    def release(self) -> bool:
        """End an open `line` on which nothing has been typed; tell whether none is open now."""
        ...


class TerminalInput:
    """Asks through prompt-toolkit."""

    strict = False

    def __init__(self) -> None:
        from prompt_toolkit import PromptSession

        self._session: PromptSession[str | None] = PromptSession(key_bindings=_line_keys())
        self._asking = False

    def shared(self) -> AbstractContextManager[object]:
        """Put what is printed above the prompt."""
        from prompt_toolkit.patch_stdout import patch_stdout

        return patch_stdout(raw=True)

    async def line(self, prompt: str) -> str | None:
        """Ask for a line."""
        self._asking = True
        try:
            return await self._session.prompt_async(prompt, handle_sigint=False)
        except KeyboardInterrupt:
            raise Interrupted from None
        except EOFError:
            raise Left from None
        finally:
            self._asking = False

    async def key(self, prompt: str, keys: Collection[str]) -> str:
        """Ask for a key; what was typed before the question was there does not count."""
        from prompt_toolkit import PromptSession

        session: PromptSession[str] = PromptSession(
            key_bindings=_answer_keys(keys, time.monotonic() + ARMED_AFTER)
        )
        try:
            return await session.prompt_async(prompt, handle_sigint=False)
        except KeyboardInterrupt:
            raise Interrupted from None
        except EOFError:
            raise Left from None

    async def text(self, start: str) -> str:
        """Edit a text in place; Alt-Enter keeps it."""
        from prompt_toolkit import PromptSession

        session: PromptSession[str] = PromptSession(multiline=True)
        try:
            return await session.prompt_async("", default=start, handle_sigint=False)
        except KeyboardInterrupt:
            raise Interrupted from None
        except EOFError:
            raise Left from None

    def release(self) -> bool:
        """Give way to a question, unless something is being typed."""
        if not self._asking:
            return True
        app = self._session.app
        if not app.is_running or app.current_buffer.text:
            return False
        app.exit(result=None)
        return True


def _line_keys() -> KeyBindings:
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()

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

    def answer(event: KeyPressEvent) -> None:
        if time.monotonic() >= armed_at:
            event.app.exit(result=event.data if event.data != "\r" else "\r")

    def nothing(_event: KeyPressEvent) -> None:
        """Swallow a key that means nothing here."""

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


class DumbInput:
    """Asks on a terminal that can only print and read lines: in turn, nothing drawn twice."""

    strict = True

    def shared(self) -> AbstractContextManager[object]:
        """Nothing is shared: output and input take turns."""
        return nullcontext()

    async def line(self, prompt: str) -> str | None:
        """Ask for a line."""
        return await self._read(prompt)

    async def key(self, prompt: str, keys: Collection[str]) -> str:
        """Ask until the line is one of the keys; an empty line is Enter."""
        while True:
            said = (await self._read(prompt)).strip()
            if (said or "\r") in keys:
                return said or "\r"

    async def text(self, start: str) -> str:
        """Ask for lines up to one with a single dot; none leaves the text as it is."""
        sys.stdout.write(f"{start}\nNew text, line by line; a single dot ends it.\n")
        lines: list[str] = []
        while (line := await self._read("")) != ".":
            lines.append(line)
        return "\n".join(lines) + "\n" if lines else start

    def release(self) -> bool:
        """There is never an open question while anything else happens."""
        return True

    async def _read(self, prompt: str) -> str:
        sys.stdout.write(prompt)
        sys.stdout.flush()
        line = await _interruptible_line()
        if not line:
            raise Left
        return line.rstrip("\n")


async def _interruptible_line() -> str:
    """Read a line without a thread, so that Ctrl-C and the end of the program are not held up."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    descriptor = sys.stdin.fileno()
    interrupted: list[Any] = []

    def stop() -> None:
        interrupted.append(True)
        ready.set()

    import signal

    loop.add_reader(descriptor, ready.set)
    loop.add_signal_handler(signal.SIGINT, stop)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
        loop.remove_signal_handler(signal.SIGINT)
    if interrupted:
        raise Interrupted
    return sys.stdin.readline()
