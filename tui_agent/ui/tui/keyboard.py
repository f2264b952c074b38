"""What comes from the keyboard: keys, and pastes that stay text whatever they hold."""

from __future__ import annotations

import os
import selectors
from codecs import getincrementaldecoder
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, cast

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from io import TextIOWrapper
    from typing import TextIO

    from textual.app import App

BEGIN, END, ESCAPE = "\x1b[200~", "\x1b[201~", "\x1b"
MARK = "␛"
"""What stands for an escape character inside a paste."""
MOST = 4096
"""Bytes that are read at once."""
LOOK_SECONDS = 0.1
AHEAD_SECONDS = 0.1
"""What is read so soon was typed before there was a screen."""


class Pastes:
    """Takes the escape characters out of pastes, in text that comes in pieces.

    The library reads what follows one as a sequence of the terminal and gives it as keys: a line
    feed in there would send the message, a letter could answer a question.
    """

    def __init__(self) -> None:
        """Begin outside of a paste."""
        self._inside = False
        self._before = ""
        """Outside: the end of what was given, which a sequence may have begun in."""
        self._held = ""
        """Inside: the end of what came, which may be the begin of the sequence that ends it."""

    def harmless(self, data: str) -> str:
        """Return the next piece: as it is outside of pastes, without escape characters inside."""
        given = ""
        while data:
            piece, data = self._leave(data) if self._inside else self._enter(data)
            given += piece
        return given

    def _enter(self, data: str) -> tuple[str, str]:
        whole = self._before + data
        found = whole.find(BEGIN)
        self._inside = found >= 0
        if not self._inside:
            self._before = whole[1 - len(BEGIN) :]
            return data, ""
        length = found + len(BEGIN) - len(self._before)
        self._before = ""
        return data[:length], data[length:]

    def _leave(self, data: str) -> tuple[str, str]:
        whole, self._held = self._held + data, ""
        found = whole.find(END)
        self._inside = found < 0
        if not self._inside:
            return whole[:found].replace(ESCAPE, MARK) + END, whole[found + len(END) :]
        begun = next((n for n in range(len(END) - 1, 0, -1) if whole.endswith(END[:n])), 0)
        self._held = whole[len(whole) - begun :]
        return whole[: len(whole) - begun].replace(ESCAPE, MARK), ""


def as_typed(ahead: str) -> str:
    """Return keys that were typed before anybody read them: the terminal made line feeds of Enter.

    Several lines were pasted: none of them is sent by itself.
    """
    ends = ahead.endswith("\n") and ahead.count("\n") == 1
    return f"{ahead[:-1]}\r" if ends else ahead


class Terminal:
    """What is written to; of a terminal that has gone away nobody misses it.

    The library's thread would end with the first write that fails, and the screen wait for it.
    """

    def __init__(self, file: TextIO) -> None:
        """Write to this file while it is there."""
        self._file = file

    def write(self, text: str) -> int:
        """Write a text, if anybody is there."""
        with suppress(OSError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        """Send what has been written."""
        with suppress(OSError):
            self._file.flush()

    def __getattr__(self, name: str) -> object:
        """Be in all else the file itself."""
        return getattr(self._file, name)


class Keyboard(LinuxDriver):
    """The library's driver with a reader of ours, and one that stands a terminal that goes away."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        """Take what the library gives a driver."""
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if self._file is not None:
            self._file = cast("TextIOWrapper", Terminal(self._file))

    def run_input_thread(self) -> None:
        """Read until the screen ends; bytes that are no UTF-8 end nothing."""
        parser, pastes = XTermParser(self._debug), Pastes()
        decode = getincrementaldecoder("utf-8")("replace").decode
        begun = monotonic()
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(LOOK_SECONDS):
                    raw = os.read(self.fileno, MOST)
                    if not raw:  # The terminal is gone; a signal says so, too.
                        self.exit_event.wait(LOOK_SECONDS)
                    text = decode(raw)
                    ahead = monotonic() - begun < AHEAD_SECONDS
                    data = pastes.harmless(as_typed(text) if ahead else text)
                    for message in parser.feed(data) if data else ():
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
        with suppress(EOFError, ParseError):
            list(parser.feed(""))
