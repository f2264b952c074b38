from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BUILT_FROM = ("tui_agent", "themes", "pyproject.toml", "README.md", "LICENSE")


def _run(*argv: str, cwd: Path) -> str:
    done = subprocess.run(
        argv, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel in an environment of its own that shares nothing but the libraries."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in BUILT_FROM:
        origin = ROOT / name
        if origin.is_dir():
            shutil.copytree(origin, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, source / name)
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=source)
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"), cwd=folder)
    python = folder / "venv" / "bin" / "python"
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(_run(str(python), "-I", "-c", ask, cwd=folder).strip())
    [wheel] = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(packages)
    libraries = sysconfig.get_path("purelib")
    (packages / "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")
    script = python.with_name("pytest")
    script.write_text(f"#!{python}\nimport pytest\nraise SystemExit(pytest.main())\n")
    script.chmod(0o755)
    shutil.rmtree(source)
    return python


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.capability("K.5", part="the wheel finds its themes")
def test_the_wheel_brings_the_package_with_every_theme(installed: Path, tmp_path: Path) -> None:
    look = "import tui_agent.ui.tui.theme as t; print(t.__file__); print(t.theme_folder())"
    where, themes = _run(str(installed), "-I", "-c", look, cwd=tmp_path).split()
    assert Path(where).is_relative_to(installed.parent.parent)
    assert Path(themes).is_relative_to(installed.parent.parent)
    packed = {path.name: path.read_bytes() for path in Path(themes).iterdir()}
    assert packed == {path.name: path.read_bytes() for path in (ROOT / "themes").iterdir()}


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.capability("K.5")
def test_the_demo_mends_its_repository_from_the_wheel_alone(
    installed: Path, tmp_path: Path
) -> None:
    # The environment borrows its libraries; a command in the sandbox is to see them, too.
    (tmp_path / ".config/agent").mkdir(parents=True)
    reads = f"[confinement]\nreads = [{json.dumps(sysconfig.get_path('purelib'))}]\n"
    (tmp_path / ".config/agent/config.toml").write_text(reads, encoding="utf-8")
    said = _run(
        *("env", "-i", f"HOME={tmp_path}", f"PATH={installed.parent}:/usr/bin:/bin"),
        *(str(installed), "-P", "-m", "tui_agent", "demo"),
        cwd=tmp_path,
    )
    *_, last_check = [line for line in said.split("\n") if "passed" in line]
    assert "python -m pytest -q" in last_check
    assert "Done, verified on tree" in said


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_the_wheel_brings_every_file_of_the_package(installed: Path) -> None:
    [packages] = installed.parent.parent.glob("lib/python*/site-packages")
    expected = {
        path.relative_to(ROOT)
        for path in (ROOT / "tui_agent").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert [str(path) for path in sorted(expected) if not (packages / path).is_file()] == []
