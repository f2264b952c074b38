"""`agent demo`: a throw-away repository and a scripted model; everything else is the real thing."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.adapters.runner.leftovers import prefix_of
from tui_agent.ui.commands.typed import Options
from tui_agent.ui.exit_status import FAILED
from tui_agent.ui.self_play import self_play

if TYPE_CHECKING:
    from tui_agent.ui.text import Paper
    from tui_agent.wiring.around import Around

DATA = Path(__file__).resolve().parent.parent / "demo"
AUTHOR = ("-c", "user.name=agent demo", "-c", "user.email=demo@example.invalid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sample repository that has been laid out."""

    folder: Path
    """Where everything lies; thrown away at the end."""
    root: Path
    message: str


def demo(paper: Paper, *, by_itself: bool, plain: bool = False) -> int:
    """Play the demo on the screen, in lines or by itself in text; return the exit status."""
    from tui_agent.wiring.around import Around

    sample = lay_out()
    try:
        options = Options(
            prompt=sample.message,
            trust=True,
            settings=(("model", "demo", "script:../demo.toml"), ("mode", "demo", "ask")),
            argv=("demo",),
            folder_goes=True,
        )
        environ = {name: value for name, value in os.environ.items() if name != "AGENT_PROFILE"}
        around = Around(options, environ, paper, cwd=sample.root)
        paper.say(
            [("bold", "A demo: "), ("", "the model is a script; files, diffs and tests are real.")],
            [("dim", f"It plays in {sample.root}, which is removed at the end.")],
        )
        if by_itself:
            return asyncio.run(_by_itself(around))
        status = _played(around, plain=plain or paper.plain)
        paper.say(
            [("bold", "In a repository of yours: "), ("", f'{_typed()} "make the tests pass"')]
        )
        return status
    finally:
        shutil.rmtree(sample.folder, ignore_errors=True)


def _played(around: Around, *, plain: bool) -> int:
    if plain:
        from tui_agent.wiring.line import line_mode

        return line_mode(around)
    from tui_agent.wiring.screen import screen

    return screen(around)


def _typed() -> str:
    """Return how the program is called from anywhere: by its name only where that is found."""
    beside = Path(sys.executable).with_name("agent")
    return "agent" if shutil.which("agent") or not beside.is_file() else str(beside)


def lay_out() -> Sample:
    """Write the sample repository into a new temporary folder. Raises OSError."""
    sample = tomllib.loads((DATA / "sample.toml").read_text(encoding="utf-8"))
    folder = Path(tempfile.mkdtemp(prefix=prefix_of("demo"))).resolve()
    root = folder / "basket"
    for name, text in sample["files"].items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.removeprefix("\n"), encoding="utf-8")
    shutil.copy(DATA / "session.toml", folder / "demo.toml")
    asyncio.run(_commit(root))
    return Sample(folder=folder, root=root, message=sample["message"])


async def _commit(root: Path) -> None:
    """Make it a git repository; without git, it stays a plain folder."""
    from tui_agent.adapters.processes.capture import ProgramError, capture

    environ = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(root.parent)}
    try:
        for arguments in (
            ("init", "--quiet", "--initial-branch=main"),
            ("add", "--all"),
            (*AUTHOR, "commit", "--quiet", "--message", "A basket with three faults"),
        ):
            await capture(["git", *arguments], cwd=str(root), environ=environ)
    except ProgramError:
        return


async def _by_itself(around: Around) -> int:
    try:
        opened = await around.open(attended=True)
        try:
            status = await self_play(opened.agent, around.paper, around.options.prompt)
        finally:
            await opened.agent.close()
    finally:
        await around.close()
    passed = await _tests_pass(around)
    session = opened.folder.name.rpartition("-")[2] if opened.folder is not None else ""
    around.paper.say("")
    if session:
        around.paper.say(f"See it again, step by step: agent replay {session}")
    return status if passed else FAILED


async def _tests_pass(around: Around) -> bool:
    """Run the sample's tests once more, apart from the session, whatever it says."""
    from tui_agent.adapters.processes.capture import ProgramError, capture
    from tui_agent.adapters.runner.environment import command_environment

    environ = command_environment(around.root, around.environ)
    argv = [sys.executable, "-m", "pytest", "-q"]
    try:
        done = await capture(argv, cwd=str(around.root), environ=environ)
    except ProgramError as error:
        around.paper.say(f"The tests could not be run: {error}")
        return False
    return done.code == 0
