"""What is measured: our program and the floor, each with its environment and an empty home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 60.0
"""Seconds that a run without a terminal may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that can be started in a terminal or without one."""

    name: str
    argv: tuple[str, ...]
    environ: dict[str, str]
    cwd: Path

    def printed(self) -> bytes | None:
        """Run it without a terminal to its end; return its output, or None if it failed."""
        done = subprocess.run(
            self.argv,
            cwd=self.cwd,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT,
            check=False,
        )
        return done.stdout if done.returncode == 0 else None

    def records(self) -> list[dict[str, Any]] | None:
        """Return the records that it prints as JSON lines, or None if it failed."""
        printed = self.printed()
        return (
            None if printed is None else [json.loads(line) for line in printed.split(b"\n") if line]
        )


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


def agent(root: Path, base_url: str, arguments: tuple[str, ...] = (), window: int = 0) -> Program:
    """Return our program in a repository, its model the server at `base_url`.

    `window`: how many tokens the model can take, as the user's settings say; 0: they say nothing.
    """
    environ = _environ(root.parent / "home")
    environ |= {"OPENAI_API_KEY": "made-up", "OPENAI_BASE_URL": f"{base_url}/v1"}
    model = "openai/scripted"
    if window:
        model = "here/scripted"
        settings = root.parent / "home" / ".config" / "agent" / "config.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text(
            f'[[endpoints]]\nname = "here"\nbase_url = "{base_url}/v1"\n'
            f'key_variable = "OPENAI_API_KEY"\ncontext_tokens = {window}\n',
            encoding="utf-8",
        )
    return Program(
        name="agent",
        argv=(sys.executable, "-m", "tui_agent", "--model", model, *arguments),
        environ=environ,
        cwd=root,
    )
