"""What is imported when: counted in a fresh process, because that is what a user waits for."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {
    "git",
    "httpx",
    "litellm",
    "prompt_toolkit",
    "pydantic",
    "pygments",
    "rapidfuzz",
    "rich",
    "textual",
    "unidiff",
    "zstandard",
}


def _loaded(code: str) -> set[str]:
    """Run `code` in a new interpreter and return the modules it has loaded."""
    tell = "import json, sys; sys.stderr.write(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tell}"], capture_output=True, text=True, check=True
    )
    modules: set[str] = set(json.loads(done.stderr))
    return modules


def _ours(modules: set[str]) -> set[str]:
    return {name for name in modules if name.partition(".")[0] == "tui_agent"}


def test_the_version_is_told_without_loading_anything_else() -> None:
    loaded = _loaded("from tui_agent.cli import main; main(['--version'])")
    assert _ours(loaded) == {"tui_agent", "tui_agent.cli"}
    assert not loaded & (HEAVY | {"argparse", "asyncio", "importlib.metadata"})


def test_the_core_loads_no_library() -> None:
    modules = "events, state, commands, settings, policy, next_action, context, codec, ports"
    loaded = _loaded(f"from tui_agent.core import {modules}")
    assert not loaded & (HEAVY - {"rapidfuzz"} | {"asyncio", "socket", "subprocess"})


def test_starting_a_host_loads_no_library_and_no_event_loop() -> None:
    loaded = _loaded("import tui_agent.adapters.models.start")
    assert not loaded & (HEAVY | {"asyncio"})
    assert len(_ours(loaded)) <= 12


def test_the_first_start_loads_no_event_loop_and_no_parser_of_arguments() -> None:
    code = "import os; os.environ.clear(); from tui_agent.wiring.hosts import start_first"
    loaded = _loaded(f"{code}; start_first(['--model', 'script:none'])")
    assert not loaded & (HEAVY | {"argparse", "asyncio", "tomllib", "tempfile"})
    assert len(_ours(loaded)) <= 16, sorted(_ours(loaded))


def test_what_is_drawn_first_is_the_shell_with_its_theme_and_keys() -> None:
    loaded = _loaded("import tui_agent.cli, tui_agent.wiring.screen")
    assert not loaded & (HEAVY - {"rich", "textual"})
    assert not {name for name in loaded if name.startswith(("tui_agent.core", "tui_agent.agent"))}
    assert len(_ours(loaded)) <= 22, sorted(_ours(loaded))
