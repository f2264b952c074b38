"""What is measured: our program and the floor, each with its environment and an empty home."""

from __future__ import annotations

import os
import subprocess
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


def floor(root: Path) -> Program:
    """Return the smallest Textual program."""
    return Program(
        name="floor",
        argv=(sys.executable, "-m", "bench.floor"),
        environ=_environ(root.parent / "home"),
        cwd=root,
    )


def make_repository(folder: Path) -> Path:
    """Make a small repository in `folder`, with a home beside it; return its root."""
    root = folder / "repository"
    root.mkdir()
    (folder / "home").mkdir()
    (root / "README.md").write_text("# A project to measure in\n", encoding="utf-8")
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    return root


def agent(root: Path, base_url: str, arguments: tuple[str, ...] = ()) -> Program:
    """Return our program in a repository, its model the server at `base_url`."""
    environ = _environ(root.parent / "home")
    environ |= {"OPENAI_API_KEY": "made-up", "OPENAI_BASE_URL": f"{base_url}/v1"}
    return Program(
        name="agent",
        argv=(sys.executable, "-m", "tui_agent", "--model", "openai/scripted", *arguments),
        environ=environ,
        cwd=root,
    )
