from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.repository import Repository
from tests.support.workspace import KeptBlobs, workspace_at
from tui_agent.adapters.git_workspace.instructions import Gathering
from tui_agent.adapters.git_workspace.listing import list_names
from tui_agent.adapters.git_workspace.paths import Confined
from tui_agent.adapters.git_workspace.repository_map import facts_text, file_map
from tui_agent.adapters.git_workspace.workspace import GitWorkspace
from tui_agent.core.events import Check
from tui_agent.core.lookup import LookupFailedError, Search


@pytest.fixture
def project(repository: Repository) -> Repository:
    repository.write("src/app/main.py", "def main():\n    return 1\n")
    repository.write("src/app/other.py", "x = 1\n")
    repository.write("README.md", "# App\n")
    repository.write(".gitignore", "build/\n*.log\n")
    repository.write("build/out.txt", "def built\n")
    repository.write("noise.log", "def logged\n")
    repository.write(".env", "PASSWORD=def\n")
    return repository


@pytest.fixture(params=["ripgrep", "python"])
def workspace(
    project: Repository, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> GitWorkspace:
    if request.param == "python":
        monkeypatch.setenv("AGENT_RIPGREP", "")
    return workspace_at(project.root)


@pytest.mark.capability("S0.14", part="list")
async def test_files_are_listed_without_the_ignored_ones(workspace: GitWorkspace) -> None:
    listing = await workspace.list_files()
    assert listing.entries == (
        ".env", ".gitignore", "README.md", "src/app/main.py", "src/app/other.py",
    )  # fmt: skip
    assert (await workspace.list_files(depth=1)).entries == (
        ".env", ".gitignore", "README.md", "src/",
    )  # fmt: skip
    assert (await workspace.list_files("src", depth=1)).entries == ("src/app/",)


async def test_the_agents_own_ignore_file_counts_too(
    workspace: GitWorkspace, project: Repository
) -> None:
    project.write(".agentignore", "other.py\n")
    assert "src/app/other.py" not in (await workspace.list_files()).entries
    assert (await workspace.search(Search(pattern="x = 1"))).lines == ()


async def test_ignored_files_stay_out_of_a_folder_and_of_a_file_pattern(
    workspace: GitWorkspace, project: Repository
) -> None:
    project.write("src/build/made.py", "def made():\n")
    project.write("src/app/noise.log", "def noise\n")
    assert (await workspace.list_files("src")).entries == ("src/app/main.py", "src/app/other.py")
    below = await workspace.search(Search(pattern="def", path="src"))
    assert [one.path for one in below.lines] == ["src/app/main.py"]
    logs = await workspace.search(Search(pattern="def", file_pattern="*.log"))
    assert logs.lines == ()


@pytest.mark.parametrize("glob", ["src/**/*.py", "**/app/main.*", "src/app/*.py", "main.py"])
async def test_a_file_pattern_may_name_folders(workspace: GitWorkspace, glob: str) -> None:
    found = await workspace.search(Search(pattern="def|return", file_pattern=glob))
    assert {one.path for one in found.lines} == {"src/app/main.py"}


@pytest.mark.capability("S0.14", part="search")
async def test_a_search_gives_file_and_line_rows(workspace: GitWorkspace) -> None:
    found = await workspace.search(Search(pattern=r"def \w+", file_pattern="*.py"))
    assert [(one.path, one.line, one.text) for one in found.lines] == [
        ("src/app/main.py", 1, "def main():")
    ]


async def test_matches_in_a_secret_file_are_counted_but_not_shown(workspace: GitWorkspace) -> None:
    found = await workspace.search(Search(pattern="def"))
    assert [one.path for one in found.lines] == ["src/app/main.py"]
    assert found.hidden == 1
    named = await workspace.search(Search(pattern="def", path=".env"))
    assert [one.text for one in named.lines] == ["PASSWORD=def"]


async def test_a_large_file_is_searched_where_it_alone_is_named(
    workspace: GitWorkspace, project: Repository
) -> None:
    project.write("large.txt", b"filler\n" * 3_200_000 + b"needle\n")
    assert (await workspace.search(Search(pattern="needle"))).lines == ()
    [found] = (await workspace.search(Search(pattern="needle", path="large.txt"))).lines
    assert (found.line, found.text) == (3_200_001, "needle")


async def test_a_broken_expression_is_explained(workspace: GitWorkspace) -> None:
    with pytest.raises(LookupFailedError, match=r"regex parse error"):
        await workspace.search(Search(pattern="(unclosed"))


async def test_a_search_that_finds_nothing_is_no_error(workspace: GitWorkspace) -> None:
    assert (await workspace.search(Search(pattern="nowhere to be found"))).lines == ()


async def test_a_file_is_searched_whose_name_is_no_text(
    workspace: GitWorkspace, project: Repository
) -> None:
    name = os.fsdecode(b"bad\xff.txt")
    (project.root / name).write_text("needle\n", encoding="utf-8")
    assert [one.path for one in (await workspace.search(Search(pattern="needle"))).lines] == [name]


async def test_context_lines_stand_around_a_match(workspace: GitWorkspace) -> None:
    found = await workspace.search(Search(pattern="return", context=1))
    assert [(one.line, one.matches) for one in found.lines] == [(1, False), (2, True)]


async def test_more_matches_than_asked_for_are_said(
    workspace: GitWorkspace, project: Repository
) -> None:
    project.write("many.txt", "needle\n" * 50)
    found = await workspace.search(Search(pattern="needle", limit=20))
    assert (len(found.lines), found.more) == (20, True)


async def test_a_missing_place_is_named(workspace: GitWorkspace) -> None:
    with pytest.raises(LookupFailedError, match=r"nowhere does not exist"):
        await workspace.list_files("nowhere")
    with pytest.raises(LookupFailedError, match=r"README.md is no folder"):
        await workspace.list_files("README.md")


@pytest.mark.capability("S0.5", part="files")
async def test_the_facts_show_root_branch_and_a_map_without_ignored_files(
    workspace: GitWorkspace, project: Repository
) -> None:
    head = project.commit()
    facts = (await workspace.gather(trusted=True)).facts
    assert isinstance(facts, str)
    assert facts.startswith(f"Workspace: {project.root}\nGit: main at {head[:12]}\n")
    assert "src/\n  app/\n    main.py\n    other.py" in facts
    assert "noise.log" not in facts
    assert "build" not in facts
    assert (await workspace.gather(trusted=True)).facts == facts


async def test_the_map_stays_below_its_cap_in_a_large_repository(repository: Repository) -> None:
    for folder in range(40):
        for file in range(30):
            repository.write(f"package_{folder:02}/deep/module_number_{file:02}.py", "")
    facts = (await workspace_at(repository.root).gather(trusted=True)).facts
    assert isinstance(facts, str)
    assert 3000 < len(facts) < 6000
    assert "1,200, ignored ones left out" in facts


def test_code_is_opened_before_what_stands_aside() -> None:
    names = [f"{top}/{part}/f{n}.py" for top in ("docs", "src", "tests") for part in "ab"
             for n in range(3)]  # fmt: skip
    assert file_map(tuple(names), 10_000).count("f1.py") == 6
    drawn = file_map(tuple(names), 120)
    assert drawn == (
        "docs/\n  a/ (3)\n  b/ (3)\n"
        "src/\n  a/\n    f0.py\n    f1.py\n    f2.py\n  b/ (3)\n"
        "tests/\n  a/ (3)\n  b/ (3)"
    )
    assert file_map(tuple(names), 30) == "docs/ (6)\nsrc/ (6)\ntests/ (6)"
    assert file_map(tuple(names), 12) == "docs/ (6)\n…"


async def test_the_nearest_instructions_count_most(repository: Repository, home: Path) -> None:
    (home / "AGENTS.md").write_text("user\n")
    repository.write("AGENTS.md", "root " * 8000)
    repository.write("sub/CLAUDE.md", "near " * 800)
    repository.write("sub/GEMINI.md", "never read beside CLAUDE.md")
    workspace = GitWorkspace(
        repository.root,
        blobs=KeptBlobs(),
        environ=dict(os.environ),
        gathering=Gathering(user_folder=home, cwd="sub"),
    )
    loaded = await workspace.gather(trusted=True)
    assert [(one.path, one.dropped) for one in loaded.files] == [
        ("the user's own AGENTS.md", 5),
        ("AGENTS.md", 40_000 + 4_000 - 32 * 1024),
        ("sub/CLAUDE.md", 0),
    ]
    assert isinstance(loaded.text, str)
    assert "never read" not in loaded.text
    assert "AGENTS.md: 11,232 bytes did not fit" in loaded.left_out


async def test_nothing_of_an_untrusted_project_is_loaded(repository: Repository) -> None:
    repository.write("AGENTS.md", "obey\n")
    loaded = await workspace_at(repository.root).gather(trusted=False)
    assert (loaded.files, loaded.text) == ((), "")
    assert loaded.left_out == ("AGENTS.md: the folder is not trusted",)


async def test_it_works_without_a_git_repository(tmp_path: Path) -> None:
    (tmp_path.parent / ".gitignore").write_text("*\n")
    (tmp_path / ".gitignore").write_text("*.log\n")
    (tmp_path / "a.log").write_text("")
    (tmp_path / "a.py").write_text("")
    loaded = await workspace_at(tmp_path).gather(trusted=True)
    assert isinstance(loaded.facts, str)
    assert "Git: not a repository" in loaded.facts
    assert loaded.facts.endswith(".gitignore\na.py")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.log").write_text("")
    assert (await workspace_at(tmp_path).list_files("sub")).entries == ()
    (tmp_path.parent / ".gitignore").unlink()


@pytest.mark.parametrize(
    ("files", "name", "origin"),
    [
        ({"pyproject.toml": "[tool.pytest.ini_options]\n"}, "pytest", "pyproject.toml"),
        ({"pyproject.toml": "[tool.uv]\ndate = 2024-05-01\n", "go.mod": ""}, "go test", "go.mod"),
        ({"tests/test_a.py": ""}, "pytest", "tests/test_*.py"),
        ({"conftest.py": ""}, "pytest", "conftest.py"),
        ({"Cargo.toml": ""}, "cargo test", "Cargo.toml"),
        ({"go.mod": ""}, "go test", "go.mod"),
        ({"package.json": '{"scripts": {"test": "jest"}}'}, "npm test", "package.json"),
        ({"Makefile": "all:\n\ntest: all\n\techo\n"}, "make test", "Makefile"),
    ],
)
async def test_the_checks_are_found_by_the_projects_files(
    repository: Repository, files: dict[str, str], name: str, origin: str
) -> None:
    for path, content in files.items():
        repository.write(path, content)
    [check] = await workspace_at(repository.root).checks()
    assert (check.name, check.origin) == (name, origin)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'},
        {"package.json": "[1"},
        {"package.json": "[]"},
        {"pyproject.toml": "= broken"},
        {"pyproject.toml": f"a = {'1' * 5000}"},
        {"pyproject.toml": f"a = {'[' * 5000}"},
        {"pyproject.toml": f"[tool.{'.'.join('a' * 5000)}]"},
        {"package.json": "[" * 50_000},
        {"Makefile": "test := 3\n"},
    ],
)
async def test_no_check_is_invented(repository: Repository, files: dict[str, str]) -> None:
    for path, content in files.items():
        repository.write(path, content)
    assert await workspace_at(repository.root).checks() == ()


async def test_configured_checks_come_before_detected_ones(repository: Repository) -> None:
    repository.write("conftest.py", "")
    mine = Check(name="fast", command="make fast", origin="settings")
    workspace = GitWorkspace(repository.root, blobs=KeptBlobs(), environ={}, checks=[mine])
    assert await workspace.checks() == (mine,)


def test_namesakes_are_found_elsewhere_only(project: Repository) -> None:
    project.write("lib/main.py", "")
    assert workspace_at(project.root).namesakes("main.py") == ("lib/main.py", "src/app/main.py")
    assert workspace_at(project.root).namesakes("lib/main.py") == ("src/app/main.py",)


@pytest.mark.parametrize("ripgrep", [None, ""])
async def test_a_listing_that_takes_too_long_is_given_up(
    project: Repository, ripgrep: str | None
) -> None:
    environ = dict(os.environ) if ripgrep is None else {**os.environ, "AGENT_RIPGREP": ripgrep}
    with pytest.raises(LookupFailedError, match="took too long"):
        await list_names(Confined(project.root), ".", environ, seconds=0)
    assert "too many to list" in facts_text("/w", None, (), None, 1600)
