"""`agent blame`: each line with the step that made it, or human."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.stories.program import Program, call, edit, script, with_sample
from tests.support.repository import Repository
from tests.support.screen import Screen

pytestmark = pytest.mark.timeout(90)

BY = "by mode.edit"
MANNER = ("--approve-all", "--mode", "edit", "--no-sandbox")


@pytest.fixture
def program(repository: Repository) -> Program:
    return Program(with_sample(repository).root)


def origins(program: Program, path: str) -> list[str]:
    """Return for each line `human`, or how it was decided."""
    done = program.run("blame", path, "--json")
    assert done.status == 0, done.err
    lines: list[dict[str, Any]] = json.loads(done.out)["lines"]
    return [one["origin"]["decision"] if one["origin"] else "human" for one in lines]


def session(program: Program, *calls: dict[str, Any], name: str = "script.json") -> str:
    """Let a session make these calls."""
    steps = [{"call": [one]} for one in calls]
    model = script(program.folder.parent, [*steps, {"text": "Done."}], name)
    done = program.run("--model", model, *MANNER, "-p", "do it")
    assert done.status == 0, done.err
    return model


def test_lines_of_a_session_stay_its_own_through_edits_renames_undo_and_later_sessions(
    program: Program, repository: Repository
) -> None:
    session(program, edit("answer.py", "41", "42"))
    assert origins(program, "answer.py") == ["human", "human", BY]
    repository.write("answer.py", b"# mine\n" + repository.read("answer.py"))
    assert origins(program, "answer.py") == ["human", "human", "human", BY]

    move = "*** Begin Patch\n*** Update File: answer.py\n*** Move to: deep/reply.py\n@@\n"
    move += "-def answer():\n+def reply():\n*** End Patch\n"
    session(program, call("read", path="answer.py"), call("apply_patch", patch=move), name="2.json")
    assert origins(program, "deep/reply.py") == ["human", BY, "human", BY]
    shown = program.run("blame", "deep/reply.py").out.split("\n")
    assert shown[0].startswith("human ")
    assert shown[0].endswith("1  # mine")
    first, second = shown[1].split()[0], shown[3].split()[0]
    assert first.partition("@")[0] != second.partition("@")[0]

    (repository.root / "deep" / "reply.py").rename(repository.root / "moved.py")
    assert origins(program, "moved.py") == ["human", BY, "human", BY]
    (repository.root / "moved.py").rename(repository.root / "deep" / "reply.py")

    assert program.run("undo").status == 0
    assert origins(program, "answer.py") == ["human", "human", "human", BY]


def test_what_a_command_wrote_is_its_steps(program: Program, repository: Repository) -> None:
    session(program, call("shell", command="sed -i s/41/43/ answer.py; git mv answer.py b.py"))
    repository.write("b.py", repository.read("b.py") + b"mine = 1\n")
    decided = origins(program, "b.py")
    assert decided[:2] == ["human", "human"]
    assert decided[2].startswith("by rule")
    assert decided[3] == "human"
    assert " by rule automat… " in program.run("blame", "b.py").out


def test_notes_and_trailer_name_the_model_and_install_nothing(
    program: Program, repository: Repository
) -> None:
    model = session(program, edit("answer.py", "41", "42"))
    before = set((repository.root / ".git" / "hooks").iterdir())
    nothing = program.run("blame", "--trailer")
    assert (nothing.out, nothing.status) == ("", 0)
    repository.git("add", "answer.py")
    trailer = program.run("blame", "--trailer").out.strip()
    assert trailer.startswith(f"Assisted-by: {model} (agent 0")
    repository.git("commit", "--quiet", "--message", "Answer", "--trailer", trailer)
    assert trailer in repository.git("log", "-1", "--format=%B")

    hook = repository.write(".git/hooks/reference-transaction", "#!/bin/sh\ntouch ran\nexit 1\n")
    hook.chmod(0o755)
    head = repository.git("rev-parse", "HEAD").strip()
    noted = program.run("blame", "--notes")
    assert noted.status == 0, noted.err
    assert not (repository.root / "ran").exists()
    hook.unlink()
    assert "answer.py:3 0" in repository.git("notes", "--ref=agent", "show", head)
    assert set((repository.root / ".git" / "hooks").iterdir()) == before
    assert repository.git("rev-parse", "HEAD").strip() == head


def test_programs_get_the_lines_as_they_are_and_nobody_an_empty_one(
    program: Program, repository: Repository
) -> None:
    session(program, edit("answer.py", "41", "42"))
    repository.write("odd.txt", "one\u202etwo\x1b…\n")
    told = program.run("blame", "odd.txt", "--json")
    assert told.lines[0]["lines"][0]["text"] == "one\u202etwo\x1b…"
    assert told.err == program.run("blame", "odd.txt").err == ""


def test_what_cannot_be_blamed_is_said(program: Program, repository: Repository) -> None:
    assert program.run("blame", "answer.py").out.count("human") == 3
    missing = program.run("blame", "nothing.py")
    assert (missing.status, missing.err.split(" in ")[0]) == (2, "there is no file nothing.py")
    repository.write("bytes.bin", b"\0\1")
    assert "has no lines to name" in program.run("blame", "bytes.bin").err
    assert program.run("blame").status == 2


def test_in_line_mode_and_on_the_screen_it_is_shown_as_well(
    program: Program, repository: Repository
) -> None:
    model = session(program, edit("answer.py", "41", "42"))
    argv = program.command("--model", model)
    with Screen(argv, {**program.environ, "TERM": "xterm-256color"}, repository.root) as screen:
        screen.wait("Ask, or type /")
        screen.press(*"/blame answer.py", "enter")
        screen.wait("return 42", BY, "human")
        screen.press("esc")
        screen.wait("Ask, or type /", gone="human")
        screen.press(*"/blame none.py", "enter")
        screen.wait("there is no file none.py")
        screen.press("ctrl-u", "ctrl-d")
    with Screen([*argv, "--plain"], program.environ, repository.root) as lines:
        lines.wait("/help lists the commands")
        lines.press(*"/blame answer.py", "enter")
        lines.wait("return 42", BY, "human")
