"""What a runner tries to reach from inside, laid out on this side and looked at again afterwards.

What has arrived counts, not what the runner says: an attempt that left a trace here came through,
whatever it was told inside.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from tui_agent.adapters.runner.leftovers import SHORT, prefix_of

LONGEST_NAME = 100
"""Bytes that the name of a socket may have everywhere."""
UNTOUCHED = 1_000_000_000
"""The modification time that the marked file has, in seconds."""


class Canaries:
    """Files, sockets and a process (ourselves) that no command may reach."""

    def __init__(self) -> None:
        self._folder = _folder()
        for name in ("secret", "mark", "doomed"):
            (self._folder / name).write_bytes(name.encode())
        os.utime(self._folder / "mark", (UNTOUCHED, UNTOUCHED))
        self._name = f"agent-{secrets.token_hex(8)}"
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self._file = _listener(str(self._folder / "listener"))
        self._abstract = _listener("\0" + self._name) if os.path.exists("/proc/net/unix") else None
        for one in self._sockets():
            one.settimeout(0)

    def probe(self, *, hooks: str, config: str, temporary: str) -> Mapping[str, object]:
        """Return what the runner is told: where everything is, and who we are.

        Args:
            hooks: The repository's folder of hooks, or nothing.
            config: Its configuration, or nothing.
            temporary: A folder inside that may be written.
        """
        return {
            "secret": str(self._folder / "secret"),
            "mark": str(self._folder / "mark"),
            "doomed": str(self._folder / "doomed"),
            "folder": str(self._folder),
            "listener": str(self._folder / "listener"),
            "abstract": self._name,
            "tcp": self._tcp.getsockname()[1],
            "udp": self._udp.getsockname()[1],
            "pid": os.getpid(),
            "pid_namespace": _link("/proc/self/ns/pid"),
            "terminal": _terminal(),
            "hooks": hooks,
            "config": config,
            "temporary": temporary,
        }

    def arrived(self) -> Mapping[str, bool]:
        """Return of each attempt that leaves a trace here whether it did."""
        mark = self._folder / "mark"
        return {
            "write outside": mark.read_bytes() != b"mark",
            "change times outside": mark.stat().st_mtime != UNTOUCHED,
            "create outside": (self._folder / "created").exists(),
            "remove outside": not (self._folder / "doomed").exists(),
            "reach TCP": _was_called(self._tcp),
            "reach UDP": _was_sent(self._udp),
            "reach a socket file": _was_called(self._file),
            **(
                {"reach an abstract socket": _was_called(self._abstract)}
                if self._abstract is not None
                else {}
            ),
        }

    def close(self) -> None:
        """Take everything away again."""
        for one in self._sockets():
            one.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _sockets(self) -> Iterator[socket.socket]:
        yield from (self._tcp, self._udp, self._file)
        if self._abstract is not None:
            yield self._abstract


def _folder() -> Path:
    """Make a folder in which a socket can have a name: where temporary ones lie may be too deep."""
    prefix, usual = prefix_of("canary"), tempfile.gettempdir()
    longest = os.path.join(usual, f"{prefix}12345678", "listener")
    place = usual if len(os.fsencode(longest)) <= LONGEST_NAME else SHORT
    return Path(tempfile.mkdtemp(prefix=prefix, dir=place))


def _listener(address: str) -> socket.socket:
    one = socket.socket(socket.AF_UNIX)
    one.bind(address)
    one.listen()
    return one


def _was_called(server: socket.socket) -> bool:
    with suppress(BlockingIOError):
        server.accept()[0].close()
        return True
    return False


def _was_sent(one: socket.socket) -> bool:
    with suppress(BlockingIOError):
        one.recv(64)
        return True
    return False


def _terminal() -> str:
    """Return the terminal that we are drawn on, if it is one."""
    for stream in (0, 1, 2):
        with suppress(OSError):
            return os.ttyname(stream)
    return ""


def _link(path: str) -> str:
    with suppress(OSError):
        return os.readlink(path)
    return ""
