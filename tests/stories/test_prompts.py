"""What the model is told: shown, named by its hash in the log, and the user's to change."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.stories.program import Program, script
from tests.support.repository import Repository

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]
OWN = "You are a careful pair programmer. Answer in haiku.\n"


@pytest.mark.capability("S4.5", part="prompts shown with the hash of the events, overridable")
def test_prompts_are_shown_with_the_hash_that_the_log_carries_and_may_be_the_users(
    repository: Repository, home: Path, tmp_path: Path
) -> None:
    agent = Program(repository.root)
    model = script(tmp_path, [{"text": "Hello."}])

    def heard() -> dict[str, object]:
        done = agent.run("-p", "hello", "--model", model, "--no-sandbox", "--json")
        request: dict[str, object] = done.events("ModelRequested")[0]
        return request

    shown = agent.run("prompts", "show", "system")
    ours = hashlib.sha256(shown.out.rstrip("\n").encode()).hexdigest()
    assert f"sha256 {ours}, built in" in shown.err
    assert heard()["prompt"] == ours

    file = home / "agent" / "prompts" / "system.md"
    file.parent.mkdir(parents=True)
    file.write_text(OWN, encoding="utf-8")
    told = json.loads(agent.run("prompts", "show", "system", "--json").out)
    theirs = hashlib.sha256(OWN.strip().encode()).hexdigest()
    assert told == {
        "name": "system", "sha256": theirs, "origin": str(file), "text": OWN.strip()
    }  # fmt: skip
    request = heard()
    assert (request["prompt"], request["system"]) == (theirs, OWN.strip())
    assert f"system       {theirs[:12]}  {file}" in agent.run("prompts").out
    again = agent.run("replay", "--check", "last")
    assert again.status == 0, again.out + again.err

    file.write_bytes(b"\xff\xfe")
    broken = agent.run("-p", "hello", "--model", model)
    assert (broken.status, f"{file} cannot be read: it is not UTF-8" in broken.err) == (2, True)
