"""What `agent doctor` looks at, and what it says of each thing."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

from tui_agent import __version__
from tui_agent.ui.commands.contract import Finding
from tui_agent.wiring.doctor_sandbox import sandbox_findings
from tui_agent.wiring.trusting import notice

if TYPE_CHECKING:
    from tui_agent.wiring.around import Around

LIBRARIES = {
    "textual": "the screen",
    "rich": "colours",
    "prompt_toolkit": "line mode",
    "litellm": "most providers",
    "httpx": "OpenAI-compatible servers",
    "rapidfuzz": "diffs",
    "git": "what is staged",
    "unidiff": "diffs of others",
}


async def findings(around: Around) -> AsyncIterator[Finding]:
    """Yield one finding a thing, the cheap ones first."""
    for one in (*_program(), *_libraries(around.environ), *_repository(around), *_state(around)):
        yield one
    for one in _settings(around):
        yield one
    if any(one.state == "missing" and one.name == "settings" for one in _settings(around)):
        return
    async for found in sandbox_findings(around):
        yield found
    for one in _models(around):
        yield one
    servers = await around.local_servers()
    names = ", ".join(f"{one.name} at {one.base_url}" for one in servers)
    yield _note(
        "servers", names or "none answers here (Ollama, LM Studio, llama.cpp, vLLM)", ok=True
    )


def _program() -> Iterator[Finding]:
    python = platform.python_version()
    yield _note("agent", f"{__version__}, Python {python}, {platform.system()}", ok=True)
    encoding = (sys.stdout.encoding or "ascii").lower()
    text = f"output is {encoding}"
    if not encoding.startswith("utf"):
        text += "; signs are drawn in ASCII. export LANG=C.UTF-8 changes that"
    yield _note("terminal", text, ok=encoding.startswith("utf"))


def _libraries(environ: Mapping[str, str]) -> Iterator[Finding]:
    from tui_agent.adapters.git_workspace.ripgrep import ripgrep

    missing = [f"{name} ({use})" for name, use in LIBRARIES.items() if find_spec(name) is None]
    if missing:
        yield Finding(
            name="libraries",
            state="missing",
            text=f"not installed: {', '.join(missing)}. pip install tui-agent installs them",
        )
    else:
        yield _note("libraries", f"all {len(LIBRARIES)} are there", ok=True)
    git = shutil.which("git")
    yield _note("git", git or "not on PATH: no snapshots, so no diffs in replay", ok=bool(git))
    found = ripgrep(environ)
    text = found or "no ripgrep: searches are slower, not different"
    yield _note("search", text, ok=True)


def _repository(around: Around) -> Iterator[Finding]:
    from tui_agent.adapters.git_facts import git_facts

    facts = git_facts(around.cwd)
    if facts is None:
        yield _note("repository", f"{around.cwd} is no git repository; it works all the same")
    else:
        where = facts.branch or f"detached at {(facts.head or 'no commit')[:10]}"
        yield _note("repository", f"{facts.root}, {where}", ok=True)
    yield _note("trust", notice(around) or "trusted, or nothing here steers it", ok=around.trusted)


def _state(around: Around) -> Iterator[Finding]:
    state = around.state
    if state.notice:
        yield _note("sessions", state.notice)
        return
    count = len(around.shelf.here())
    yield _note("sessions", f"{count} of this folder, in {state.path}", ok=True)


def _settings(around: Around) -> Iterator[Finding]:
    from tui_agent.adapters.settings import SettingsError

    try:
        loaded = around.loaded
    except SettingsError as error:
        yield Finding(name="settings", state="missing", text=str(error))
        return
    files = ", ".join(loaded.files) or "no file; the defaults hold"
    yield _note("settings", files, ok=True)
    for warning in loaded.warnings:
        yield _note("settings", warning)


def _models(around: Around) -> Iterator[Finding]:
    found = [one.variable for one in around.providers() if one.found]
    if found:
        yield _note("keys", f"found: {', '.join(found)}", ok=True)
    else:
        looked = ", ".join(one.variable for one in around.providers() if one.variable)
        yield _note("keys", f"none in the environment; we looked for {looked}")
    model = around.settings.model
    default = next((one.default_model for one in around.providers() if one.found), "")
    if model or default:
        yield _note("model", model or f"{default}, by the key found", ok=True)
    else:
        yield _note("model", "none chosen: export ANTHROPIC_API_KEY=…, or agent --model …")


def _note(name: str, text: str, *, ok: bool = False) -> Finding:
    return Finding(name=name, state="ok" if ok else "note", text=text)
