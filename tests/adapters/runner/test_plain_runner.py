from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.repository import Repository
from tui_agent.adapters.runner.environment import (
    command_environment,
    own_path,
    search_path,
    virtual_environment,
)
from tui_agent.adapters.runner.launching import Launching
from tui_agent.adapters.runner.plain import PlainRunner
from tui_agent.core.ports import Exit
from tui_agent.core.proposal import Command

USUAL = {"PATH": "/usr/bin:/bin", "HOME": "/home/somebody", "LC_ALL": "C.UTF-8"}


async def _run(root: Path, text: str, cwd: str = ".", **environ: str) -> Exit:
    launching = Launching(root=root, environ=USUAL | environ, held=lambda: {"the-held-secret"})
    runner = PlainRunner(launching)
    return await runner.run(Command(text=text, cwd=cwd, timeout_seconds=5), lambda _: None)


def _made_here(folder: Path) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\n")
    return folder


async def test_a_command_runs_in_its_folder_of_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    assert (await _run(tmp_path, "pwd -P", "sub")).output == f"{(tmp_path / 'sub').resolve()}\n"


@pytest.mark.capability("S0.16", part="confined folder")
@pytest.mark.parametrize("cwd", ["..", "/", "missing", "out", "file"])
async def test_a_folder_outside_or_missing_starts_nothing(tmp_path: Path, cwd: str) -> None:
    (tmp_path / "out").symlink_to("/")
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"workspace|not a folder"):
        await _run(tmp_path, "touch ran", cwd)
    assert not (tmp_path / "ran").exists()


@pytest.mark.case(52)
async def test_no_key_reaches_a_command_under_any_name(tmp_path: Path) -> None:
    keys = {
        "OPENAI_API_KEY": "sk-1",
        "GH_TOKEN": "t",
        "AWS_SECRET_ACCESS_KEY": "s",
        "HARMLESS": "the-held-secret",
        "UNLISTED": "x",
    }
    runner = PlainRunner(
        Launching(
            root=tmp_path,
            environ=USUAL | keys,
            allowed=[*keys, "LC_ALL"],
            held=lambda: ["the-held-secret"],
        )
    )
    printed = (await runner.run(Command(text="env"), lambda _: None)).output
    names = {line.partition("=")[0] for line in printed.split("\n")}
    assert names & keys.keys() == {"UNLISTED"}
    assert "the-held-secret" not in printed


@pytest.mark.case(53)
@pytest.mark.property
@pytest.mark.capability("S0.16", part="no key in any environment")
@given(
    environ=st.dictionaries(
        st.from_regex(r"[A-Z][A-Z_]{0,12}", fullmatch=True),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8),
        max_size=12,
    )
)
def test_nothing_but_the_list_is_ever_passed_on(
    environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    got = command_environment(tmp_path_factory.getbasetemp(), environ)
    passed = {name: value for name, value in got.items() if environ.get(name) == value}
    listed = {"HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "USER", "LOGNAME", "SHELL", "CI", "TERM"}
    listed |= {"NO_COLOR", "PAGER", "GIT_PAGER", "GIT_EDITOR", "GIT_TERMINAL_PROMPT", "PATH"}
    assert {name for name in passed if not name.startswith("LC_")} <= listed


async def test_nothing_waits_for_an_answer_or_paints(tmp_path: Path) -> None:
    printed = (await _run(tmp_path, "echo $TERM $PAGER $GIT_TERMINAL_PROMPT $CI")).output
    assert printed == "dumb cat 0 1\n"


def test_the_path_holds_no_empty_relative_or_workspace_entry(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    environ = {"PATH": f":/usr/bin:.:bin:{tmp_path}/bin:/usr/bin/../bin:"}
    assert own_path(tmp_path, environ) == "/usr/bin:/usr/bin/../bin"
    assert own_path(tmp_path, {"PATH": ""}).startswith("/usr/local/bin:")


def test_the_projects_own_environment_comes_first(repository: Repository, tmp_path: Path) -> None:
    repository.write("a.py", "")
    repository.commit()
    active = _made_here(tmp_path / "active")
    environ = {"PATH": "/usr/bin", "VIRTUAL_ENV": str(active)}
    assert virtual_environment(repository.root, environ) == active
    folder = _made_here(repository.root / ".venv")
    path = search_path(repository.root, environ)
    assert path == f"{folder}/bin:/usr/bin:{Path(sys.executable).parent}"


def test_an_environment_that_came_with_the_clone_is_not_used(repository: Repository) -> None:
    _made_here(repository.root / ".venv")
    repository.write(".venv/bin/git", "#!/bin/sh\necho trap\n")
    repository.git("add", "--force", ".")
    assert virtual_environment(repository.root, {}) is None


async def test_a_command_with_a_nul_character_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="NUL"):
        await _run(tmp_path, "echo a\0b")
