"""Finds a project's checks by its files, and says by which."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from tui_agent.adapters.git_workspace.paths import Confined, NotAFileError
from tui_agent.core.edits import EditError
from tui_agent.core.events import Check
from tui_agent.core.toml_text import NotTomlError, toml_table

NPM_PLACEHOLDER = "no test specified"
LARGEST = 1 << 20
"""Bytes; a larger project file is not read."""


def detect_checks(root: Confined, path: str) -> tuple[Check, ...]:
    """Return the check of each kind of project that is found here; settings come before all this.

    `path` is the PATH that the checks will run with.
    """
    found = [*_pytest(root, path), *_cargo(root), *_npm(root), *_go(root)]
    return tuple(found) or tuple(_make(root))


def _pytest(root: Confined, path: str) -> Iterator[Check]:
    origin = _pytest_origin(root)
    if origin:
        yield Check(name="pytest", command=f"{_pytest_program(path)} -q", origin=origin)


def _pytest_program(path: str) -> str:
    """Return how pytest is started: as a module if it can be, so that a flat layout imports."""
    python = shutil.which("python", path=path)
    beside = python and Path(python).with_name("pytest")
    return "python -m pytest" if beside and beside.is_file() else "pytest"


def _pytest_origin(root: Confined) -> str:
    if _is_file(root, "pytest.ini"):
        return "pytest.ini"
    for name in ("conftest.py", "tests/conftest.py", "test/conftest.py"):
        if _is_file(root, name):
            return name
    project = _toml(root, "pyproject.toml")
    told = [project.get(part, {}) for part in ("tool", "dependency-groups", "project")]
    if "pytest" in json.dumps(told, default=str):  # TOML has dates, too.
        return "pyproject.toml"
    for name, sign in (("tox.ini", r"\bpytest\b"), ("setup.cfg", r"\[tool:pytest\]|\bpytest\b")):
        if re.search(sign, _text(root, name)):
            return name
    for folder in ("tests", "test", "."):
        if _has_tests(root, folder):
            return "test_*.py" if folder == "." else f"{folder}/test_*.py"
    return ""


def _cargo(root: Confined) -> Iterator[Check]:
    if _is_file(root, "Cargo.toml"):
        yield Check(name="cargo test", command="cargo test --quiet", origin="Cargo.toml")


def _npm(root: Confined) -> Iterator[Check]:
    try:
        package = json.loads(_text(root, "package.json") or "{}")
    except (ValueError, RecursionError):
        return
    scripts = package.get("scripts") if isinstance(package, dict) else None
    script = scripts.get("test", "") if isinstance(scripts, dict) else ""
    if isinstance(script, str) and script and NPM_PLACEHOLDER not in script:
        yield Check(name="npm test", command="npm test --silent", origin="package.json")


def _go(root: Confined) -> Iterator[Check]:
    if _is_file(root, "go.mod"):
        yield Check(name="go test", command="go test ./...", origin="go.mod")


def _make(root: Confined) -> Iterator[Check]:
    for name in ("GNUmakefile", "Makefile", "makefile"):
        for target in ("test", "check"):
            if re.search(rf"(?m)^{target}\s*:(?!=)", _text(root, name)):
                yield Check(name=f"make {target}", command=f"make {target}", origin=name)
                return


def _is_file(root: Confined, name: str) -> bool:
    return root.mode(name) is not None


def _has_tests(root: Confined, folder: str) -> bool:
    try:
        with root.folder(folder) as descriptor, os.scandir(descriptor) as entries:
            return any(fnmatchcase(entry.name, "test_*.py") for entry in entries)
    except (OSError, EditError):
        return False


def _text(root: Confined, name: str) -> str:
    try:
        data = root.read(root.locate(name), LARGEST)
    except (OSError, NotAFileError, EditError):
        return ""
    return (data or b"").decode("utf-8", "replace")


def _toml(root: Confined, name: str) -> dict[str, object]:
    try:
        return toml_table(_text(root, name))
    except NotTomlError:
        return {}
