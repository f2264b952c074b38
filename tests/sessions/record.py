"""Plays our own stories for real and keeps each as a bundle beside this file: `make golden`.

Run it again whenever the prompts, the tools or the gate have changed on purpose; what has changed
without purpose is what the check is for.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from io import StringIO
from pathlib import Path

from tests.sessions.stories import CODE, STORIES, Player, Story
from tests.support.repository import IDENTITY, Repository, make_repository
from tui_agent.ui.commands.typed import Options
from tui_agent.ui.self_play import self_play
from tui_agent.ui.text import Paper
from tui_agent.wiring.around import Around
from tui_agent.wiring.demo import lay_out

HERE = Path(__file__).resolve().parent
SERVER = HERE.parent / "servers" / "mcp_server.py"


def environ_of(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return (
        kept
        | IDENTITY
        | {
            "HOME": str(folder / "home"),
            "AGENT_HOME": str(folder / "state"),
            "XDG_CONFIG_HOME": str(folder / "home"),
            "TERM": "dumb",
        }
    )


async def keep(around: Around, session: Path, name: str) -> None:
    made = await around.reruns.bundle(str(session), HERE / f"{name}.agentz")
    sys.stdout.write(f"{made.path.name}  {made.records} records, {made.size:,} bytes\n")


async def record(name: str, story: Story, folder: Path) -> None:
    repository = sample(folder / name, story)
    script = folder / f"{name}.json"
    script.write_text(json.dumps({"turn": [*story.turns]}))
    if story.servers:
        write_servers(story.servers, folder)
    settings = (("model", "--model", f"script:{script}"), ("mode", "--mode", story.mode))
    options = Options(settings=settings, trust=True, no_sandbox=True)
    around = Around(options, environ_of(folder), quiet(), cwd=repository.root)
    await played(around, name, story.play)


def write_servers(text: str, folder: Path) -> None:
    """Write the user's settings of servers: our own server for tests, in this Python."""
    (folder / "marks").mkdir()
    (folder / "state").mkdir(exist_ok=True)
    args = json.dumps([str(SERVER), "none", str(folder / "marks")])
    filled = text.format(command=json.dumps(sys.executable), args=args)
    (folder / "state" / "config.toml").write_text(filled)


async def played(around: Around, name: str, play: Callable[[Player], Awaitable[None]]) -> None:
    opened = await around.open(attended=True)
    try:
        await play(Player(agent=opened.agent))
    finally:
        await opened.agent.close()
    assert opened.folder is not None
    await keep(around, opened.folder, name)
    await around.close()


def record_demo(folder: Path) -> None:
    told = lay_out()
    try:
        options = Options(
            prompt=told.message,
            trust=True,
            settings=(("model", "demo", "script:../demo.toml"), ("mode", "demo", "ask")),
        )
        paper = quiet()
        around = Around(options, environ_of(folder), paper, cwd=told.root)
        asyncio.run(played(around, "demo", lambda person: demo_alone(person, paper, told.message)))
    finally:
        shutil.rmtree(told.folder, ignore_errors=True)


async def demo_alone(person: Player, paper: Paper, message: str) -> None:
    await self_play(person.agent, paper, message)


def sample(root: Path, story: Story) -> Repository:
    repository = make_repository(root)
    repository.write("code.txt", CODE)
    repository.write(".agentrc", story.settings)
    for name, (head, turns) in story.children.items():
        script = root.parent / f"{root.name}-{name}.json"
        script.write_text(json.dumps({"turn": [*turns]}))
        text = f"---\n{head}model: script:{script}\n---\nYou mend one line.\n"
        repository.write(f".agent/agents/{name}.md", text)
    repository.commit("Thirty lines")
    return repository


def quiet() -> Paper:
    return Paper({"TERM": "dumb"}, out=StringIO(), err=StringIO())


def main() -> None:
    """Record all stories, or those that are named."""
    chosen = sys.argv[1:] or [*STORIES, "demo"]
    os.environ.update(IDENTITY)
    folder = Path(tempfile.mkdtemp(prefix="agent-golden-")).resolve()
    try:
        for name in chosen:
            if name == "demo":
                record_demo(folder)
            else:
                asyncio.run(record(name, STORIES[name], folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
