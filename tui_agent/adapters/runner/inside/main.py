"""The first lines of a runner's process; run by path, as `main.py ROOT`, isolated (`-I -S`).

Standard input is the host's socket. Its first line says how to confine oneself; the answer says
what that took and, where it was wished, what trying to escape came to. Then commands are kept.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys

LONGEST_LINE = 1 << 20
_ABOVE = 10
"""Descriptors of ours stand above those that commands get."""


def main(root: str) -> int:
    """Serve until the host's end of the socket is closed."""
    if root not in sys.path:
        sys.path.insert(0, root)
    channel = socket.socket(fileno=fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, _ABOVE))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    line = _first_line(channel)
    if not line:
        return 1
    from tui_agent.adapters.processes.inside import serve
    from tui_agent.adapters.processes.trial import in_a_fork
    from tui_agent.adapters.runner.inside.confinement import Confinement

    plan = json.loads(line)
    said: dict[str, object] = {}
    try:
        confinement = Confinement(plan)
        said["layers"] = confinement.layers
        if plan["probe"]:
            from tui_agent.adapters.runner.inside.escapes import attempts

            said["attempts"] = in_a_fork(lambda: attempts(plan["probe"]), confinement.of_a_command)
    except OSError as error:
        said["fault"] = f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")
        _say(channel, said)
        return 1
    _say(channel, said)
    serve(channel, confinement.of_a_command, int(plan["limits"]["counted"]))
    return 0


def _say(channel: socket.socket, said: dict[str, object]) -> None:
    channel.sendall(json.dumps(said).encode() + b"\n")


def _first_line(channel: socket.socket) -> bytes:
    """Return the plan's line. Nothing follows it before the answer, so nothing is read too far."""
    data = b""
    while not data.endswith(b"\n"):
        piece = channel.recv(1 << 16)
        if not piece or len(data) > LONGEST_LINE:
            return b""
        data += piece
    return data


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
