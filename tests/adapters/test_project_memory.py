from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tui_agent.adapters.project_memory import ProjectMemory

KEEP_TWENTY = """
import sys
from pathlib import Path
from tui_agent.adapters.project_memory import ProjectMemory
memory = ProjectMemory(Path(sys.argv[1]), "p", str)
for n in range(20):
    memory.remember(f"{sys.argv[2]} {n}")
"""


def memory(folder: Path) -> ProjectMemory:
    return ProjectMemory(folder / "m" / "p.md", "p", lambda text: text.replace("hunter2", "[x]"))


def texts(made: ProjectMemory) -> list[str]:
    return [one.text for one in made.entries()]


def test_what_is_kept_is_a_line_that_can_be_read_edited_and_taken_back(tmp_path: Path) -> None:
    made = memory(tmp_path)
    assert texts(made) == []
    assert made.remember("use tabs\nin  here").number == 1
    made.remember("the password is hunter2")
    path = Path(made.place)
    assert path.stat().st_mode & 0o77 == 0
    edited = path.read_text().replace("use tabs in here", "use TABS") + "\nA note of my own.\n"
    path.write_text(edited)
    made.remember("release with `make tag`")
    assert texts(made) == ["use TABS", "the password is [x]", "release with `make tag`"]
    assert made.forget(2).text == "the password is [x]"
    assert texts(made) == ["use TABS", "release with `make tag`"]
    assert "A note of my own." in path.read_text()
    with pytest.raises(LookupError, match="no entry 7"):
        made.forget(7)
    for text in (" \n ", "x" * 2001):
        with pytest.raises(ValueError, match=r"remember|characters"):
            made.remember(text)


@pytest.mark.capability("S4.6", part="memory searched by words")
def test_entries_are_found_by_words_and_their_beginnings(tmp_path: Path) -> None:
    made = memory(tmp_path)
    for text in ("Release with make tag", "Tags are signed", "Ünïcode paths: see docs", "a-b c"):
        made.remember(text)
    assert [one.number for one in made.search("TAG")] == [2, 1]
    assert [one.number for one in made.search("tag release")] == [1]
    assert [one.number for one in made.search("unicode")] == [3]
    assert made.search("nothing of it") == []
    assert len(made.search('"*')) == 4, "signs alone ask for nothing"


def test_two_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "p.md"
    command = [sys.executable, "-c", KEEP_TWENTY, str(path)]
    running = [subprocess.Popen([*command, name]) for name in ("one", "two")]
    assert [each.wait(30) for each in running] == [0, 0]
    assert len(texts(ProjectMemory(path, "p", str))) == 40
