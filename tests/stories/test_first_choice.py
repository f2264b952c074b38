"""A model that is chosen where none was is the person's from then on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.stories.program import script
from tests.support.repository import Repository
from tui_agent.adapters.places import config_folder
from tui_agent.core.events import Notice
from tui_agent.ui.commands.typed import Options
from tui_agent.ui.text import Paper
from tui_agent.wiring.around import Around
from tui_agent.wiring.first_card import first_run
from tui_agent.wiring.screen_doors import Opening
from tui_agent.wiring.world import NoModelError


@pytest.mark.parametrize("keepable", [True, False])
async def test_a_model_chosen_on_the_first_card_is_the_next_starts_too(
    repository: Repository, tmp_path: Path, keepable: bool
) -> None:
    def begun() -> Around:
        return Around(Options(), os.environ, Paper(os.environ), cwd=repository.root)

    settings = Path(config_folder(os.environ)) / "config.toml"
    if keepable:
        settings.parent.mkdir(parents=True)
        settings.write_text('[interface]\ntheme = "light"\n')
    else:
        settings.parent.parent.mkdir(parents=True, exist_ok=True)
        settings.parent.write_text("no folder")
    name = script(tmp_path, [{"text": "Hi."}])
    opening = Opening(begun())
    doors = opening.doors()
    assert await doors.connect() is None
    assert doors.take_model is not None
    doors.take_model(name)
    assert await doors.connect() is not None
    try:
        assert opening.opened is not None
        agent = opening.opened.agent
        assert agent.state.model == name
        said = [
            one.event.text for one in agent.engine.live.records if isinstance(one.event, Notice)
        ]
    finally:
        await opening.close()
        await opening.around.close()
    if keepable:
        assert said == [f"{name} is your model from now on: `model` in {settings}:1."]
        assert begun().model_name == name
        assert begun().settings.interface.theme == "light"
    else:
        assert said[0].startswith(f"{name} is used this time; it was not kept for the next: ")
        with pytest.raises(NoModelError):
            assert begun().model_name


async def test_the_first_card_names_the_branch_of_a_linked_work_tree(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit()
    repository.git("worktree", "add", "-b", "side", str(tmp_path / "beside"))
    around = Around(Options(), os.environ, Paper(os.environ), cwd=tmp_path / "beside")
    try:
        assert (await first_run(around)).folder[0].detail == "git, branch side"
    finally:
        await around.close()
