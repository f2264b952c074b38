"""Runs commands in a sandbox for a test that wants them run by another user, too.

Started as a program of its own: the first line of its input says where and how, each further line
is a command; each is answered by a line. It needs nothing but the standard library.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from tui_agent.adapters.runner.launching import Launching
from tui_agent.adapters.runner.plain import PlainRunner
from tui_agent.adapters.runner.sandbox_view import PROCESSES
from tui_agent.adapters.runner.sandboxed import Choosing, SandboxedRunner
from tui_agent.adapters.runner.session_view import Wishes, session_view
from tui_agent.adapters.runner.views import Views
from tui_agent.core.proposal import Command


def runner_of(given: dict[str, Any]) -> SandboxedRunner:
    root = Path(given["root"])
    environ = given["environ"]
    launching = Launching(root=root, environ=environ)
    views = Views(Path(given["state"]) / "views", root)
    wishes = Wishes(records=Path(given["state"]), **given.get("wishes", {}))
    return SandboxedRunner(
        launching,
        lambda folder: session_view(folder, environ, wishes),
        PlainRunner(launching, views),
        views,
        Choosing(
            tiers=tuple(given["tiers"]),
            required=given.get("required", True),
            names="it",
            grouped=given.get("grouped", True),
            processes=given.get("processes", PROCESSES),
        ),
    )


async def serve() -> None:
    loop = asyncio.get_running_loop()
    runner = runner_of(json.loads(sys.stdin.readline()))
    try:
        await runner.begin()
    except OSError as error:
        tell({"pid": os.getpid(), "tier": "none", "reason": str(error)})
        return
    attempts = dict(runner.trials[-1].attempts) if runner.trials else {}
    tell({"pid": os.getpid(), "tier": runner.tier, "reason": runner.reason, "attempts": attempts})
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        tell(await answered(runner, json.loads(line)))
    await runner.close()


async def answered(runner: SandboxedRunner, given: dict[str, Any]) -> dict[str, Any]:
    command = Command(
        text=given["text"],
        cwd=given.get("cwd", "."),
        timeout_seconds=given.get("timeout", 8.0),
        reach=given.get("reach", "workspace"),
    )
    shown: list[str] = []
    running = asyncio.create_task(runner.run(command, shown.append))
    if "interrupt" in given:
        await asyncio.wait({running}, timeout=given["interrupt"])
        running.cancel()
    try:
        done = await running
    except asyncio.CancelledError:
        return {"interrupted": True}
    except OSError as error:
        return {"error": str(error)}
    return {
        "code": done.exit_code,
        "output": done.output,
        "timed_out": done.timed_out,
        "omitted": done.omitted,
        "held": done.held,
        "ms": done.ms,
    }


def tell(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve())
