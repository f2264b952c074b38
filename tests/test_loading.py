"""What is imported when: counted in a fresh process, because that is what a user waits for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.sources import ROOT

HEAVY = {
    "git",
    "httpx",
    "litellm",
    "mcp",
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


@pytest.mark.parametrize("typed", ["--version", "version"])
def test_the_version_is_told_without_loading_anything_else(typed: str) -> None:
    loaded = _loaded(f"from tui_agent.cli import main; main([{typed!r}])")
    assert _ours(loaded) == {"tui_agent", "tui_agent.cli"}
    assert not loaded & (HEAVY | {"argparse", "asyncio", "importlib.metadata"})


def test_the_core_loads_no_library() -> None:
    modules = "events, state, commands, settings, policy, next_action, context, codec, ports"
    loaded = _loaded(f"from tui_agent.core import {modules}")
    assert not loaded & (HEAVY - {"rapidfuzz"} | {"asyncio", "socket", "subprocess"})


def test_what_starts_and_asks_servers_of_tools_loads_nothing_of_their_protocol() -> None:
    loaded = _loaded("import tui_agent.wiring.tool_servers, tui_agent.wiring.servers")
    assert "tui_agent.adapters.mcp.session_servers" in loaded
    assert not loaded & {"mcp", "mcp_types", "pydantic", "anyio", "httpx2", "litellm", "httpx"}


def test_starting_a_host_loads_no_library_and_no_event_loop() -> None:
    loaded = _loaded("import tui_agent.adapters.models.start")
    assert not loaded & (HEAVY | {"asyncio"})
    assert len(_ours(loaded)) <= 12


def test_the_first_start_loads_no_event_loop_and_no_parser_of_arguments() -> None:
    code = "import os; os.environ.clear(); from tui_agent.wiring.hosts import start_first"
    loaded = _loaded(f"{code}; start_first(['--model', 'script:none'])")
    assert not loaded & (HEAVY | {"argparse", "asyncio", "tomllib", "tempfile"})
    assert len(_ours(loaded)) <= 16, sorted(_ours(loaded))


NOT_TWICE = {"dataclasses", "inspect", "pathlib", "re", "signal", "typing", "urllib.parse"}
"""Modules that cost more than the rest of the first start, and that the second loads again."""


def test_the_first_start_with_a_key_loads_only_what_starts_the_hosts() -> None:
    tell = """
import os, sys
before = set(sys.modules)

def _tell(event, arguments):
    if event == "os.exec":
        sys.stderr.write(" ".join(sorted(set(sys.modules) - before)))
        sys.stderr.flush()
        os._exit(0)

sys.addaudithook(_tell)
from tui_agent.cli import main
main(["--model", "openai/any"])
"""
    environ = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "OPENAI_API_KEY": "made-up"}
    argv = [sys.executable, "-S", "-c", tell]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, env=environ)
    loaded = set(done.stderr.split())
    assert "tui_agent.adapters.models.endpoints" in loaded
    assert not loaded & (HEAVY | NOT_TWICE), sorted(loaded & NOT_TWICE)
    assert len(_ours(loaded)) <= 19, sorted(_ours(loaded))


TELL_OF_HOSTS = """
import os, sys

def _tell(event, arguments):
    if event == "os.posix_spawn":
        with open(os.environ["TOLD"], "a") as file:
            file.write(" ".join(arguments[1][-2:]) + "\\n")
    if event == "os.exec":
        os._exit(0)

sys.addaudithook(_tell)
"""


def test_the_hosts_import_nothing_while_a_screen_is_still_to_be_drawn(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(TELL_OF_HOSTS, encoding="utf-8")
    told = tmp_path / "told"
    paths = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "TOLD": str(told), "OPENAI_API_KEY": "made-up"}
    argv = [sys.executable, "-m", "tui_agent", "--model", "openai/any"]
    with PseudoTerminal(argv, os.environ | paths, tmp_path) as terminal:
        assert not terminal.shows("It ends before it draws", seconds=20.0)
    assert told.read_text(encoding="utf-8") == "direct asleep\nlitellm asleep\n"
    told.unlink()
    subprocess.run([*argv, "-p", "hello"], env=os.environ | paths, check=True, timeout=30)
    assert told.read_text(encoding="utf-8") == "direct eager\nlitellm lazy\n"


TELL_AT_THE_FIRST_PAINT = """
import gc, os, sys

def _tell(event, arguments):
    if event == "import" and arguments[0] == "textual.drivers.linux_driver":
        with open(os.environ["TOLD"], "w") as file:
            file.write("\\n".join(sys.modules))
            file.write(f"\\nframes:{sys.modules['textual.constants'].MAX_FPS}")
            file.write(f"\\ncycles:{gc.get_stats()[0]['collections'] // 40}")

sys.addaudithook(_tell)
"""
"""The driver of the terminal is the last thing that Textual loads before it draws."""


@pytest.mark.timeout(60)
def test_the_first_paint_loads_the_shell_with_its_theme_and_keys_and_not_the_engine(
    tmp_path: Path,
) -> None:
    (tmp_path / "sitecustomize.py").write_text(TELL_AT_THE_FIRST_PAINT, encoding="utf-8")
    (tmp_path / "script.toml").write_text('[[turn]]\ntext = "Hello."\n', encoding="utf-8")
    told = tmp_path / "told"
    environ = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}", "TOLD": str(told)}
    argv = [sys.executable, "-m", "tui_agent", "--model", f"script:{tmp_path / 'script.toml'}"]
    with PseudoTerminal(argv, environ, tmp_path) as terminal:
        assert terminal.shows("Say what is to be done", seconds=40.0), terminal.text
    loaded = set(told.read_text(encoding="utf-8").split())
    assert not loaded & (HEAVY - {"rich", "textual"})
    assert not loaded & {"json", "ssl"}
    assert {"frames:120", "cycles:0"} < loaded
    core = {name for name in loaded if name.startswith("tui_agent.core.")}
    assert not core
    assert not {name for name in loaded if name.startswith(("tui_agent.agent", "tui_agent.tools"))}
    assert not {name for name in loaded if name.startswith("tui_agent.adapters.settings")}
    assert "argparse" not in loaded
    assert len(_ours(loaded)) <= 46, sorted(_ours(loaded))


TELL_OF_A_RUN = """
import atexit, gc, os, sys

def _say(what):
    with open(os.environ["TOLD"], "a") as file:
        file.write(what + "\\n")

def _tell(event, arguments):
    if event == "subprocess.Popen":
        _say("before the agent" if "tui_agent.agent.agent" not in sys.modules else "after it")

class Kept:
    def __del__(self, write=os.write, end=os.open(os.environ["TOLD"], os.O_CREAT | os.O_RDWR)):
        write(end, b"taken apart, over everything else")

sys.addaudithook(_tell)
atexit.register(lambda: _say(f"at exit, cycles looked for: {gc.isenabled()}"))
kept = Kept()
"""
"""What a module holds goes when the interpreter takes itself apart."""


def test_a_headless_run_tries_its_sandbox_while_it_imports_the_agent_and_ends_at_once(
    tmp_path: Path,
) -> None:
    (tmp_path / "sitecustomize.py").write_text(TELL_OF_A_RUN, encoding="utf-8")
    (tmp_path / "script.toml").write_text('[[turn]]\ntext = "Hello."\n', encoding="utf-8")
    told = tmp_path / "told"
    environ = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}", "TOLD": str(told)}
    argv = [sys.executable, "-m", "tui_agent", "--model", f"script:{tmp_path / 'script.toml'}"]
    subprocess.run([*argv, "-p", "hello"], env=environ, cwd=tmp_path, check=True, timeout=30)
    lines = told.read_text(encoding="utf-8").strip().split("\n")
    assert (lines[0], lines[-1]) == ("before the agent", "at exit, cycles looked for: True")
