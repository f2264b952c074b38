"""What is remembered about a project is told to the model of the next session, and only there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.stories.line_terminal import at_terminal
from tests.stories.program import Program, script
from tests.support.repository import Repository


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.capability("S4.6", part="memory recalled in the next session")
def test_what_is_remembered_in_one_session_is_told_in_the_next_and_forgotten_on_request(
    repository: Repository, tmp_path: Path
) -> None:
    repository.write("a.txt", "x\n")
    repository.commit()
    model = script(tmp_path, [{"text": "Hello."}])
    with at_terminal(repository.root, "--model", model) as person:
        person.says("/remember deploys happen on Tuesdays")
        person.sees("/forget 1 takes it back")
        person.says("/memory deploys")
        person.sees("1  deploys happen on Tuesdays")
        assert person.leaves() == 0
    program = Program(repository.root)
    done = program.run("-p", "hi", "--json", "--model", model)
    added = [one["text"] for each in done.events("ModelRequested") for one in each["added"]]
    assert any("deploys happen on Tuesdays" in str(text) for text in added)
    parts = program.run("context").out.split("\n")
    assert "what the user asked you to remember" in "".join(parts)
    assert len({line.index(" bytes") for line in parts if " bytes, about" in line}) == 1
    assert not repository.git("status", "--porcelain"), "nothing is written into the repository"
    told = json.loads(program.run("memory", "--json").out)
    assert Path(told["file"]).read_text().count("Tuesdays") == 1
    assert program.run("memory", "forget", "tuesdays").out == (
        "Forgotten: deploys happen on Tuesdays\n"
    )
    refused = program.run("memory", "forget", "tuesdays")
    assert refused.status == 2
    assert "no entry has these words" in refused.err
    assert "asked you to remember" not in program.run("-p", "hi", "--json", "--model", model).out
