"""Copying by way of the programs that are there."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from tests.stories.program import Program, script, with_sample
from tests.support.repository import Repository
from tests.support.screen import Screen
from tui_agent.wiring.clipboard import clipboard_of


def program(folder: Path, name: str, script: str) -> None:
    """Put a program on the PATH."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


async def test_the_desktops_program_takes_the_text_and_stays_behind(tmp_path: Path) -> None:
    # As xclip does: what hands the text out later holds the streams that it was given.
    script = f'cat > "{tmp_path}/$1$2"; sleep 30 & echo $! > "{tmp_path}/pid"'
    program(tmp_path / "bin", "xclip", script)
    program(tmp_path / "bin", "xsel", f"touch {tmp_path}/asked-too")
    environ = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "DISPLAY": ":1"}
    copy = clipboard_of(environ)
    assert copy is not None
    try:
        assert await copy("two\nlines ü")
    finally:
        os.kill(int((tmp_path / "pid").read_text()), 9)
    assert (tmp_path / "-selectionclipboard").read_text() == "two\nlines ü"
    assert not (tmp_path / "asked-too").exists()


@pytest.mark.parametrize(("code", "taken"), [(0, True), (1, False)])
async def test_inside_tmux_one_that_takes_it_is_enough(
    tmp_path: Path, code: int, *, taken: bool
) -> None:
    program(tmp_path / "bin", "tmux", f"cat >/dev/null; exit {code}")
    program(tmp_path / "bin", "wl-copy", "cat >/dev/null; exit 1")
    environ = {"PATH": f"{tmp_path}/bin:/bin:/usr/bin", "TMUX": "x", "WAYLAND_DISPLAY": "w"}
    copy = clipboard_of(environ)
    assert copy is not None
    assert await copy("text") is taken


@pytest.mark.parametrize("code", [0, 1])
def test_a_copy_inside_tmux_makes_one_buffer(
    repository: Repository, tmp_path: Path, code: int
) -> None:
    loaded = tmp_path / "loaded"
    program(tmp_path / "bin", "tmux", f'cat > "{loaded}"; exit {code}')
    path = f"{tmp_path}/bin:{os.environ['PATH']}"
    started = Program(with_sample(repository).root, TMUX="x", PATH=path)
    answer = "It is a sample."
    argv = started.command("--model", script(tmp_path, [{"text": answer}]), "what is it?")
    sequence = b"\x1b]52;c;" + base64.b64encode(answer.encode()) + b"\a"
    passed_on = b"\x1bPtmux;\x1b" + sequence + b"\x1b\\"
    with Screen(argv, started.environ, repository.root) as screen:
        screen.wait(answer, "answered")
        screen.press("\x19")
        screen.wait("Copied")
        while not loaded.exists() or (code and screen.said.count(sequence) < 3):
            screen.look(0.05)
        screen.press("ctrl-d")
        assert screen.ended() == 0
        assert loaded.read_text() == answer
        plain = screen.said.count(sequence) - screen.said.count(passed_on)
        assert plain == code, "tmux makes a buffer of what is sent plainly, too"


def test_where_no_program_copies_none_is_asked(tmp_path: Path) -> None:
    assert clipboard_of({"PATH": str(tmp_path), "DISPLAY": ":1"}) is None
    assert clipboard_of({"PATH": os.environ["PATH"]}) is None
