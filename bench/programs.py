"""What is measured: our program and the floor, each with its environment and an empty home."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that can be started in a terminal or without one."""

    name: str
    argv: tuple[str, ...]
    environ: dict[str, str]
    cwd: Path


def _environ(home: Path) -> dict[str, str]:
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "NO_PROXY": "127.0.0.1,localhost",
    }


def floor(folder: Path) -> Program:
    """Return the smallest Textual program."""
    return Program(
        name="floor",
        argv=(sys.executable, "-m", "bench.floor"),
        environ=_environ(folder),
        cwd=folder,
    )


def agent(folder: Path, *, base_url: str = "", arguments: tuple[str, ...] = ()) -> Program:
    """Return our program in a repository; with `base_url`, its model is the server there."""
    environ = _environ(folder)
    if base_url:
        environ |= {"OPENAI_API_KEY": "made-up", "OPENAI_BASE_URL": f"{base_url}/v1"}
    return Program(
        name="agent",
        argv=(sys.executable, "-m", "tui_agent", *arguments),
        environ=environ,
        cwd=folder,
    )
