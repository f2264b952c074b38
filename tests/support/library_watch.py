"""An environment that notes what a program loads, in all its processes, or takes a library away.

It works from the environment's own start-up file, so that it holds for isolated children too.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from tests.support.sources import ROOT

HOOK = """
import os, sys
from pathlib import Path
HERE = Path(__file__).parent / "watch"
NAMES = frozenset((HERE / "names").read_text().split())
MISSING = (HERE / "missing").read_text().strip()

def _is_only_asked_for():
    frame = sys._getframe(2)
    while frame is not None and "importlib" in frame.f_code.co_filename:
        if "util" in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False

class Watch:
    def __init__(self, finder):
        self._finder = finder

    def __getattr__(self, name):
        return getattr(self._finder, name)

    def find_spec(self, name, path=None, target=None):
        if name == MISSING:
            return None
        if name in NAMES and not _is_only_asked_for():
            os.close(os.open(HERE / "loaded" / name, os.O_CREAT | os.O_WRONLY))
        return self._finder.find_spec(name, path, target)

sys.meta_path[-1] = Watch(sys.meta_path[-1])
"""


@dataclass(frozen=True, slots=True)
class WatchedPython:
    """A Python with the project and its libraries, whose imports are seen."""

    executable: Path
    folder: Path
    """Where it keeps what it has seen."""

    def take_away(self, library: str) -> None:
        """Let every later import of `library` fail; an empty name gives all back."""
        (self.folder / "missing").write_text(library, encoding="utf-8")

    def loaded(self) -> set[str]:
        """Return the watched libraries that were loaded since this was last asked."""
        found = list((self.folder / "loaded").iterdir())
        for path in found:
            path.unlink()
        return {path.name for path in found}


def make_watched_python(folder: Path, names: list[str]) -> WatchedPython:
    """Make the environment in `folder`."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    [packages] = folder.glob("lib/python*/site-packages")
    watch = packages / "watch"
    (watch / "loaded").mkdir(parents=True)
    (watch / "names").write_text("\n".join(names), encoding="utf-8")
    (watch / "missing").write_text("", encoding="utf-8")
    (packages / "library_watch_hook.py").write_text(HOOK, encoding="utf-8")
    (packages / "watched.pth").write_text(
        f"{sysconfig.get_path('purelib')}\n{ROOT}\nimport library_watch_hook\n", encoding="utf-8"
    )
    return WatchedPython(folder / "bin" / "python", watch)
