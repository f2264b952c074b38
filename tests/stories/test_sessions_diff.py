"""What a session changed on disk can be seen afterwards, what its commands did included."""

from __future__ import annotations

import pytest

from tests.stories.program import Program, call, edit, script, with_sample
from tests.support.repository import Repository


@pytest.fixture
def program(repository: Repository) -> Program:
    return Program(with_sample(repository).root)


def test_the_diff_of_a_session_holds_edits_and_what_commands_did(
    program: Program, repository: Repository
) -> None:
    repository.write("gone.txt", "1\n2\n")
    repository.write("run.sh", "echo\n")
    repository.write("way", "to be a link\n")
    command = "rm gone.txt; printf 'é\\n' > 'made by a command.txt'; echo '#' >> answer.py"
    command += "; chmod +x run.sh; ln -sf answer.py way"
    model = script(
        repository.root.parent,
        [
            {"call": [edit("answer.py", "41", "42")]},
            {"call": [call("shell", command=command)]},
            {"text": "Done."},
        ],
    )
    done = program.run("--model", model, "--approve-all", "--no-sandbox", "-p", "fix it")
    assert done.status == 0, done.err
    shown = program.run("sessions", "diff").out
    assert "answer.py  changed  +2 −1" in shown
    assert "-    return 41\n+    return 42\n" in shown
    assert "gone.txt  deleted  +0 −2" in shown
    assert "made by a command.txt  added  +1 −0" in shown
    assert "+é" in shown
    facts = [(one["path"], one["kind"]) for one in program.run("sessions", "diff", "--json").lines]
    assert facts == [
        ("answer.py", "changed"), ("gone.txt", "deleted"), ("made by a command.txt", "added"),
        ("run.sh", "may be run now"), ("way", "a link now"),
    ]  # fmt: skip


def test_a_session_that_changed_nothing_says_so(program: Program, repository: Repository) -> None:
    model = script(repository.root.parent, [{"text": "Hello."}])
    program.run("--model", model, "-p", "hello")
    assert program.run("sessions", "diff").err == "Nothing that was recorded changed.\n"
