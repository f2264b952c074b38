"""Runs `agent` under an audit hook and prints, as JSON, who opened for writing and who spawned.

Started as a program of its own by `test_who_touches_the_world`: an audit hook cannot be taken away
again.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

SPAWNS = {"subprocess.Popen", "os.posix_spawn", "os.exec", "os.fork", "os.forkpty", "os.system"}
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

seen: list[dict[str, str]] = []


def hook(event: str, arguments: tuple[Any, ...]) -> None:
    """Note an event that may change the world, with the module of ours that caused it."""
    kind = "spawn" if event in SPAWNS else "write" if _writes(event, arguments) else ""
    if kind:
        what = arguments[0] if arguments else ""
        words = arguments[1] if kind == "spawn" and len(arguments) > 1 else ""
        seen.append(
            {"kind": kind, "event": event, "what": str(what), "words": str(words), "who": _who()}
        )


def _writes(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":
        _, mode, flags = arguments
        by_mode = isinstance(mode, str) and bool(set(mode) & set("wax+"))
        return by_mode or (isinstance(flags, int) and bool(flags & WRITING))
    return event in CHANGES


def _who() -> str:
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - the stack is what is asked for
    while frame is not None:
        names: Mapping[str, Any] = frame.f_globals
        name = str(names.get("__name__", ""))
        if name.startswith("tui_agent"):
            return name
        frame = frame.f_back
    return ""


def run() -> int:
    """Run the command lines that follow, a `--next` between them, and print what each did."""
    sys.addaudithook(hook)
    from tui_agent.cli import main

    for line in _command_lines(sys.argv[1:]):
        seen.clear()
        try:
            status = main(line)
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        sys.stdout.flush()
        sys.stdout.write("\n" + json.dumps({"status": status, "seen": seen}) + "\n")
    return 0


def _command_lines(words: list[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for word in words:
        if word == "--next":
            found.append([])
        else:
            found[-1].append(word)
    return found


if __name__ == "__main__":
    sys.exit(run())
