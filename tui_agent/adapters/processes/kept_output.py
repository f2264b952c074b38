"""What is kept of a command's output, and how much of it is shown while it runs."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from tui_agent.core.excerpt import without_first_word, without_last_word

CONTINUATION = bytes(range(0x80, 0xC0))
"""UTF-8: the bytes that no letter begins with."""


class KeptOutput:
    """The first and the last bytes of a stream, however long it is; memory stays bounded."""

    def __init__(self, *, head: int, tail: int) -> None:
        self._head_limit = head
        self._tail_limit = tail
        self._head = bytearray()
        self._tail = bytearray()
        self.total = 0
        """Bytes that came."""

    def add(self, data: bytes) -> None:
        """Take a piece."""
        self.total += len(data)
        room = self._head_limit - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        self._tail += data
        if len(self._tail) > 2 * self._tail_limit:
            self._tail = self._last()

    @property
    def omitted(self) -> int:
        """Bytes left out between head and tail."""
        return self.total - len(self._head) - min(len(self._tail), self._tail_limit)

    def text(self) -> str:
        """Head and tail as text, with a line that says what is missing between them.

        The words in which it was cut are missing, too: half a secret is not known as one.
        """
        if not self.omitted:
            return decoded(self._head + self._tail)
        whole = _decoder().decode(self._head)
        rest = decoded(self._last().lstrip(CONTINUATION))
        head, tail = without_last_word(whole), without_first_word(rest)
        words = whole[len(head) :] + rest[: len(rest) - len(tail)]
        gone = self.omitted + len(words.encode())
        return f"{head}\n… {gone:,} bytes left out …\n{tail}"

    def data(self) -> bytes:
        """Head and tail, nothing between them."""
        return bytes(self._head + self._last())

    def _last(self) -> bytearray:
        return self._tail[max(0, len(self._tail) - self._tail_limit) :]


class Shown:
    """Passes output on in pieces that a screen can follow: not too often, not too much at once."""

    def __init__(
        self, show: Callable[[str], None], *, seconds: float = 0.04, limit: int = 16_000
    ) -> None:
        self._show = show
        self._seconds = seconds
        self._limit = limit
        self._decoder = _decoder()
        self._waiting: list[str] = []
        self._size = 0
        self._due = 0.0

    def add(self, data: bytes, now: float) -> bool:
        """Take a piece at the time `now` (seconds); return whether some of it still waits."""
        text = self._decoder.decode(data)
        if text:
            self._waiting.append(text)
            self._size += len(text)
        if self._size > 4 * self._limit:
            self._shorten()
        if now >= self._due:
            self.flush(now)
        return bool(self._waiting)

    def flush(self, now: float) -> None:
        """Show what waits."""
        if not self._waiting:
            return
        self._shorten()
        text = "".join(self._waiting)
        self._waiting.clear()
        self._size = 0
        self._due = now + self._seconds
        self._show(text)

    def end(self, now: float) -> None:
        """Show the rest, with a letter that was cut off at the end."""
        rest = self._decoder.decode(b"", final=True)
        if rest:
            self._waiting.append(rest)
        self.flush(now)

    def _shorten(self) -> None:
        text = "".join(self._waiting)
        if len(text) > self._limit:
            half = self._limit // 2
            head, tail = without_last_word(text[:half]), without_first_word(text[-half:])
            gone = len(text) - len(head) - len(tail)
            text = f"{head}\n… {gone:,} characters not shown …\n{tail}"
        self._waiting = [text]
        self._size = len(text)


def decoded(data: bytes | bytearray) -> str:
    """Decode output as UTF-8; what is none becomes U+FFFD."""
    return data.decode("utf-8", "replace")


def _decoder() -> codecs.IncrementalDecoder:
    """Return a decoder that keeps back a letter that is not complete yet."""
    return codecs.getincrementaldecoder("utf-8")("replace")
