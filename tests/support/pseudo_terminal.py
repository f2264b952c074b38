"""A program in a pseudo-terminal with a screen that can be read."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pexpect
import pyte


class PseudoTerminal:
    """One run of a program in `columns` by `rows`; used as a context manager."""

    def __init__(
        self,
        argv: Sequence[str],
        environ: Mapping[str, str],
        cwd: Path,
        size: tuple[int, int] = (100, 30),
    ) -> None:
        self.screen: Any = pyte.Screen(*size)
        self._stream: Any = pyte.ByteStream(self.screen)
        self._child: Any = pexpect.spawn(
            argv[0],
            list(argv[1:]),
            env=dict(environ),
            cwd=str(cwd),
            dimensions=(size[1], size[0]),
            echo=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._child.close(force=True)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def press(self, keys: str) -> None:
        """Type."""
        self._child.send(keys)

    def shows(self, words: str, seconds: float = 10.0) -> bool:
        """Wait until `words` stand on the screen, or the program has ended or the time is up."""
        end = time.monotonic() + seconds
        while words not in self.text and time.monotonic() < end:
            try:
                self._stream.feed(self._child.read_nonblocking(1 << 16, timeout=0.1))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                break
        return words in self.text
