"""Where events go besides the screen: plugins that were installed, and a file that rotates."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from logging import LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path

from tui_agent.core.codec import dumps
from tui_agent.core.events import Record
from tui_agent.core.sink import Sink
from tui_agent.core.wire import encode_record

GROUP = "tui_agent.sinks"
"""The group of entry points that a plugin names its sinks in."""

KEPT_FILES = 3
"""Older files beside the one that is written."""


_FAULTS = (ImportError, AttributeError, TypeError, ValueError, LookupError, OSError, RuntimeError)


class SinkError(ValueError):
    """A sink cannot be had; the message says which and what to do."""


def plugin_sinks(names: Iterable[str]) -> list[Sink]:
    """Make the sinks of these names from what is installed.

    Raises:
        SinkError: there is none of that name, or it cannot be made.
    """
    from importlib.metadata import entry_points

    wanted = list(names)
    if not wanted:
        return []
    known = {one.name: one for one in entry_points(group=GROUP)}
    made: list[Sink] = []
    for name in wanted:
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            message = f"no sink {name!r} is installed (found: {there}); it comes with a package"
            raise SinkError(message)
        try:
            made.append(known[name].load()())
        except _FAULTS as error:
            message = f"the sink {name!r} cannot be made: {type(error).__name__}: {error}"
            raise SinkError(message) from None
    return made


class RotatingFile:
    """Fills the port `Sink`: each logged record as a line of JSON, as the session's log has it.

    A file that would grow over `size` bytes is renamed to `NAME.1`, and so on up to `NAME.3`.
    Only the user can read them. Raises OSError where it cannot be written.
    """

    def __init__(self, path: Path, size: int) -> None:
        """Open the file, and make its folder where there is none."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        self._file = RotatingFileHandler(
            path, maxBytes=size, backupCount=KEPT_FILES, encoding="utf-8"
        )
        self._file.rotator = _renamed

    def take(self, record: Record) -> None:
        """Write a record; what only streams by is left out."""
        if record.h:
            line = dumps({**encode_record(record), "h": record.h})
            entry = LogRecord(GROUP, 0, "", 0, line, None, None)
            # Not `emit`, which prints what fails in place of raising it.
            if self._file.shouldRollover(entry):
                self._file.doRollover()
            stream = self._file.stream
            if stream is not None:  # It is there from the start: the handler does not delay.
                stream.write(line + "\n")
                stream.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _renamed(path: str, older: str) -> None:
    """Make room for a new file that, too, only the user can read."""
    Path(path).replace(older)
    Path(path).touch(mode=0o600)


async def feed(sink: Sink, records: AsyncIterator[Record], past: int) -> None:
    """Give a sink every record after number `past`, and close it. Raises what the sink raises."""
    async for record in records:
        if record.seq > past or not record.h:
            sink.take(record)
    sink.close()
