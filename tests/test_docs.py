from __future__ import annotations

import dataclasses
import subprocess
import sys
import tomllib
from pathlib import Path

from tui_agent.core.settings import Settings

ROOT = Path(__file__).parent.parent


def test_the_reference_says_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_file_without_its_signs_holds_exactly_the_defaults() -> None:
    text = (ROOT / ".agentrc.example").read_text(encoding="utf-8")
    bare = [line.removeprefix("#") for line in text.split("\n") if not line.startswith("##")]
    defaults = dataclasses.asdict(Settings())
    lists_of_tables = {name for name in defaults if f"[[{name}]]" in text}
    given = tomllib.loads("\n".join(bare))
    assert _as_lists({k: v for k, v in defaults.items() if k not in lists_of_tables}) == given


def _as_lists(value: object) -> object:
    if isinstance(value, dict):
        return {key: _as_lists(inner) for key, inner in value.items()}
    return list(value) if isinstance(value, tuple) else value
