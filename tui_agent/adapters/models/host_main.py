"""The first lines of a model host's process; run by path, as `host_main.py ROOT NAME START`.

Python starts isolated (`-I`), so that neither the working directory nor PYTHONPATH decides what is
imported; ROOT, the folder that holds our package, is therefore given and added here. A *lazy* host
imports nothing until the first request stands in its pipe; nor does one that was *asleep*, which
tells by an empty line when it can no longer be read by other processes.
"""

from __future__ import annotations

import os
import signal
import site
import sys


def main(root: str, name: str, start: str) -> int:
    """Keep the host `name` running until our end of its input is closed."""
    if root not in sys.path:
        sys.path.insert(0, root)
    from tui_agent.adapters.processes.model_hosts import harden, keep_running, wait_for_input

    harden()
    os.chdir("/")  # the workspace is foreign: no library of ours looks for files in it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if start == "asleep":
        os.write(1, b"\n")
    if start != "eager" and not wait_for_input(0):
        return 0

    def host() -> int:
        site.main()  # the keeper was started without it, and needs no installed package
        from tui_agent.adapters.models.host_loop import run

        return run(name)

    return keep_running(host)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
