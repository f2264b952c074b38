"""What `agent doctor` looks at, and what it says of each thing."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

from tui_agent import __version__
from tui_agent.adapters.places import path_of
from tui_agent.ui.commands.contract import Finding
from tui_agent.wiring.doctor_models import model_findings
from tui_agent.wiring.doctor_sandbox import sandbox_findings
from tui_agent.wiring.trusting import notice

if TYPE_CHECKING:
    from tui_agent.wiring.around import Around

FEWEST_COLUMNS, FEWEST_LINES = 40, 10
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
    environ = around.environ
    for one in (*_program(environ), *_libraries(environ), *_repository(around), *_state(around)):
        yield one
    for one in _settings(around):
        yield one
    if any(one.state == "missing" and one.name == "settings" for one in _settings(around)):
        return
    try:
        async for found in sandbox_findings(around):
            yield found
    except OSError as error:
        text = f"cannot be tried: {path_of(error)}: {error.strerror or error}"
        yield _note("sandbox", text, mend="agent --no-sandbox, knowingly, or another account")
    for one in model_findings(around):
        yield one
    yield await _servers(around)


async def _servers(around: Around) -> Finding:
    try:
        servers = await around.local_servers()
    except OSError as error:
        return _note("servers", f"no model host can be started: {error.strerror or error}")
    names = ", ".join(f"{one.name} at {one.base_url}" for one in servers)
    text = names or "none answers here (Ollama, LM Studio, llama.cpp, vLLM)"
    return _note("servers", text, ok=True)


def _program(environ: Mapping[str, str]) -> Iterator[Finding]:
    python = platform.python_version()
    yield _note("agent", f"{__version__}, Python {python}, {platform.system()}", ok=True)
    encoding = (sys.stdout.encoding or "ascii").lower()
    utf = encoding.startswith("utf")
    text = f"output is {encoding}" + ("" if utf else "; signs are drawn in ASCII")
    yield _note("terminal", text, ok=utf, mend="export LANG=C.UTF-8")
    if environ.get("TERM", "") in ("", "dumb"):
        text = "TERM is not set" if not environ.get("TERM") else "TERM is dumb"
        mend = "export TERM=xterm-256color"
        yield _note("terminal", f"{text}: line mode is used, without colours", mend=mend)
    elif sys.stdout.isatty():
        columns, lines = shutil.get_terminal_size()
        small = columns < FEWEST_COLUMNS or lines < FEWEST_LINES
        text = f"{columns} by {lines}"
        if small:
            text += f": the screen wants {FEWEST_COLUMNS} by {FEWEST_LINES}"
        yield _note("terminal", text, ok=not small, mend="agent --plain, or a larger window")


def _libraries(environ: Mapping[str, str]) -> Iterator[Finding]:
    from tui_agent.adapters.git_workspace.ripgrep import ripgrep

    missing = [f"{name} ({use})" for name, use in LIBRARIES.items() if find_spec(name) is None]
    if missing:
        yield Finding(
            name="libraries",
            state="missing",
            text=f"not installed: {', '.join(missing)}",
            mend="pip install --force-reinstall tui-agent",
        )
    else:
        yield _note("libraries", f"all {len(LIBRARIES)} are there", ok=True)
    git = shutil.which("git", path=environ.get("PATH", ""))
    text = git or "not on PATH: no trees are recorded, so no undo of commands, no diffs later"
    yield _note("git", text, ok=bool(git), mend=_installed_by("git", environ))
    found = ripgrep(environ)
    text = found or "no ripgrep: searches are slower, not different"
    yield _note("search", text, ok=True)


def _repository(around: Around) -> Iterator[Finding]:
    from tui_agent.adapters.git_facts import git_facts

    facts = git_facts(around.cwd)
    if facts is None:
        text = f"{around.cwd} is no git repository; it works all the same"
        yield _note("repository", text, mend="git init")
    else:
        where = facts.branch or f"detached at {(facts.head or 'no commit')[:10]}"
        yield _note("repository", f"{facts.root}, {where}", ok=True)
    text = notice(around) or "trusted, or nothing here steers it"
    yield _note("trust", text, ok=around.trusted, mend="agent trust")


def _state(around: Around) -> Iterator[Finding]:
    state = around.state
    if state.notice:
        mend = "export AGENT_HOME=… names a folder that can be written"
        yield _note("sessions", state.notice, mend=mend)
        return
    count = len(around.shelf.here())
    yield _note("sessions", f"{count} of this folder, in {state.path}", ok=True)


def _settings(around: Around) -> Iterator[Finding]:
    from tui_agent.adapters.settings import SettingsError

    try:
        loaded = around.loaded
    except SettingsError as error:
        mend = "edit that file; agent config show lists what may stand there"
        yield Finding(name="settings", state="missing", text=str(error), mend=mend)
        return
    files = ", ".join(loaded.files) or "no file; the defaults hold"
    yield _note("settings", files, ok=True)
    for warning in loaded.warnings:
        yield _note("settings", warning)


def _installed_by(package: str, environ: Mapping[str, str]) -> str:
    """Return the command that installs a package here."""
    path = environ.get("PATH", "")
    for program, words in _INSTALLERS.items():
        if shutil.which(program, path=path):
            return f"{words} {package}"
    return f"install {package} with this system's packages"


_INSTALLERS = {
    "apt-get": "sudo apt-get install",
    "dnf": "sudo dnf install",
    "pacman": "sudo pacman -S",
    "apk": "sudo apk add",
    "zypper": "sudo zypper install",
    "brew": "brew install",
}


def _note(name: str, text: str, *, ok: bool = False, mend: str = "") -> Finding:
    return Finding(name=name, state="ok" if ok else "note", text=text, mend="" if ok else mend)
