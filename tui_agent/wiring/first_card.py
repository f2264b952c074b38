"""What a person without a model is offered: keys and servers that are there, or a key to paste."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from tui_agent import __version__
from tui_agent.ui.tui.choices import Fact, FirstRun, ModelFound

if TYPE_CHECKING:
    from tui_agent.wiring.around import Around

_WHERE = {"environment": "in your environment", "api_key_cmd": "from your command"}
_KEYS = (
    ("sk-ant-", "ANTHROPIC_API_KEY"),
    ("sk-or-", "OPENROUTER_API_KEY"),
    ("AIza", "GEMINI_API_KEY"),
    ("gsk_", "GROQ_API_KEY"),
    ("xai-", "XAI_API_KEY"),
    ("sk-", "OPENAI_API_KEY"),
)


async def first_run(around: Around) -> FirstRun:
    """Look for keys and for servers of one's own."""
    where = {
        one.provider: _WHERE.get(one.sources[0], f"in the {one.sources[0]}")
        for one in around.keys.states()
        if one.sources
    }
    models = [
        ModelFound(model=one.default_model, source=one.variable, where=where[one.name])
        for one in around.providers()
        if one.found and one.default_model
    ]
    servers = await around.local_servers()
    models += [
        ModelFound(model=model, source=one.name, where="on this machine")
        for one in servers
        for model in one.models[:3]
    ]
    ports = "" if servers else "No answer on ports 11434 (Ollama), 1234, 8080, 8000."
    trusted = around.trusted
    folder = [Fact(sign="done", role="added", name=_short(around), detail=_ground(around))]
    if not trusted:
        detail = f"{', '.join(around.folder.names)} wait until you say so"
        folder.append(Fact(sign="waiting", role="pending", name="not trusted yet", detail=detail))
    return FirstRun(
        version=__version__,
        models=tuple(models),
        looked=ports,
        folder=tuple(folder),
        trusted=trusted,
        question=around.folder.question(),
        ring=await asyncio.to_thread(around.keys.ring),
    )


def keep_key(key: str) -> str:
    """Put a pasted key where the model hosts look when they are started; say under which name.

    They are started at once with the program itself, which is then without it.
    """
    variable = next((name for begin, name in _KEYS if key.startswith(begin)), "")
    if variable:
        os.environ[variable] = key
    return variable


def _ground(around: Around) -> str:
    """Say what the folder is, as far as its files tell."""
    from tui_agent.adapters.git_facts import git_facts

    facts = git_facts(around.root)
    if facts is None:
        return "no git here"
    return f"git, branch {facts.branch}" if facts.branch else "git, no branch"


def _short(around: Around) -> str:
    home, root = around.environ.get("HOME", ""), str(around.root)
    return "~" + root.removeprefix(home) if home and root.startswith(home + "/") else root
