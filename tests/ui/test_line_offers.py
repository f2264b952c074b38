"""What line mode's prompt offers: commands with what follows them, files, things of servers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.ui.story import Story
from tests.ui.test_line_commands import Typed
from tests.ui.tui.test_servers import with_server
from tui_agent.adapters.git_workspace.finder import Finder
from tui_agent.adapters.git_workspace.paths import Confined
from tui_agent.core.confines import Confines
from tui_agent.ui.line_offers import Offering
from tui_agent.ui.offering import Files


def offering(story: Story | None = None, files: Files | None = None) -> Offering:
    typed = Typed(story or Story().start())
    return Offering(typed.commands, lambda: typed.told.state, files)


async def words(at: Offering, before: str) -> list[str]:
    typed, found = await at.follow(before)
    assert before.endswith(typed)
    assert at.begun(before) or not found
    return [one.text for one in found]


@pytest.mark.parametrize(
    ("before", "offered"),
    [
        ("/mod", ["/mode", "/model"]),
        ("/ost", ["/cost"]),
        ("/mode a", ["ask", "auto"]),
        ("/export b", ["bundle"]),
        ("/mcp ", ["restart docs"]),
        ("/expl", ["/mcp__docs__explain_it"]),
        ("/plan ", ["edit"]),
        ("/usr/b", []),
        ("say /mod", []),
        ("look at a@b", []),
    ],
)
async def test_commands_and_what_follows_them_are_offered(before: str, offered: list[str]) -> None:
    assert await words(offering(with_server()), before) == offered


async def test_files_are_found_by_letters_in_their_order_and_quoted_where_they_must_be(
    tmp_path: Path,
) -> None:
    for name in ("calc/sub.py", "calc/my sub.py", "docs/subject.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    finder = Finder(Confined(tmp_path, Confines()), dict(os.environ))
    at = offering(files=finder.find)
    assert await words(at, "look at @sub") == [
        "calc/sub.py",
        "docs/subject.md",
        '"calc/my sub.py"',
    ]
    assert await words(at, "/blame csub") == ["calc/sub.py", "calc/my sub.py"]
    assert await words(at, "look at @nothing") == []
    finder.close()


async def test_a_list_that_takes_long_is_offered_as_far_as_it_is_known() -> None:
    async def files(_typed: str) -> AsyncIterator[Sequence[str]]:
        yield ["a.py"]
        await asyncio.Event().wait()

    assert await words(offering(files=files), "@a") == ["a.py"]
