"""The first lines of a tool server's host; run by path, as `host_main.py ROOT FOLDER…`.

Python starts isolated and without its site (`-I -S`), so that nothing of the workspace decides what
is imported; ROOT holds our package, each FOLDER libraries.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Mapping
from typing import Any

SERVERS_BYTES = 2 << 30
"""Memory of each of the server's processes."""
OWN_BYTES = 768 << 20
_READ_BYTES = 1 << 16


def main(root: str, folders: list[str]) -> int:
    """Serve until our end of the input is closed."""
    sys.path[:0] = [one for one in (root, *folders) if one not in sys.path]
    from tui_agent.adapters.kernel.process import limit, undumpable

    undumpable()
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_DATA, SERVERS_BYTES)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lines_in, lines_out = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    first, rest = _first_line(lines_in)
    if not first:
        return 1
    from tui_agent.adapters.mcp.host import run

    return run(json.loads(first), lines_in, lines_out, rest)


def spelled(plan: Mapping[str, Any]) -> bytes:
    """Return the plan as a host reads it."""
    return json.dumps(plan).encode()


def _first_line(fd: int) -> tuple[bytes, bytes]:
    data = b""
    while b"\n" not in data:
        piece = os.read(fd, _READ_BYTES)
        if not piece:
            return b"", b""
        data += piece
    first, _, rest = data.partition(b"\n")
    return first, rest


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
