"""Starts sandboxes in processes that are killed at moments around the start; a program of its own.

Its input is a line for `confined_driver.runner_of`; it says how many it has killed. Each is a fork
of this process, so that what it imports does not stand between the moments.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from typing import Any

from tests.support.confined_driver import runner_of
from tui_agent.adapters.runner.trials import started

SPAN = 0.06
"""Seconds after the fork within which each is killed: most of a start on an idle machine."""


async def _begin(given: dict[str, Any]) -> None:
    await runner_of(given).begin()
    await asyncio.sleep(60)


def main() -> None:
    assert callable(started), "it is loaded before the first fork"
    given = json.loads(sys.stdin.readline())
    moments = random.Random(given["seed"])
    for _ in range(given["kills"]):
        pid = os.fork()
        if not pid:
            asyncio.run(_begin(given))
            os._exit(1)
        time.sleep(moments.random() * SPAN)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    sys.stdout.write(json.dumps({"killed": given["kills"]}) + "\n")


if __name__ == "__main__":
    main()
