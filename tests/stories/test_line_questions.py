"""Line mode's other questions: the model's, a plan that waits, a budget that is spent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.stories.line_terminal import LINES, at_terminal
from tests.stories.program import call, script
from tests.support.repository import Repository

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def sample(repository: Repository) -> Repository:
    repository.write("lines.py", "".join(LINES))
    repository.commit()
    return repository


def test_a_question_is_answered_by_its_key_or_in_own_words(
    sample: Repository, tmp_path: Path
) -> None:
    ask = call("ask", question="Which colour?", choices=[{"label": "red"}, {"label": "blue"}])
    turns: list[dict[str, Any]] = [
        {"text": "First.", "call": [ask]},
        {"text": "Blue it is.", "when": {"contains": "blue"}, "call": [ask]},
        {"text": "Ochre, then.", "when": {"contains": "ochre"}},
    ]
    with at_terminal(sample.root, "--model", script(tmp_path, turns), "paint") as person:
        person.sees("1  red")
        person.says("2")
        person.sees("Blue it is.")
        person.sees("Answer")
        person.says("ochre, please")
        person.sees("Ochre, then.")
        assert person.leaves() == 0


def test_a_plan_with_calls_waits_may_be_edited_and_then_runs(
    sample: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nprintf 'look at the file\\nhave a break\\n' > \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    look = {"tool": "read", "arguments": {"path": "lines.py"}}
    steps = [{"text": "look at the file", "calls": [look]}, {"text": "rewrite it all"}]
    turns: list[dict[str, Any]] = [
        {"text": "A plan.", "call": [call("plan", steps=steps)]},
        {"text": "As planned."},
    ]
    with at_terminal(sample.root, "--model", script(tmp_path, turns), "plan it") as person:
        person.sees("2 rewrite it all")
        person.presses("e", first=True)
        person.sees("2 have a break")
        person.sees("read     lines.py")
        person.sees("As planned.")
        assert person.leaves() == 0


def test_a_call_that_would_pass_the_cap_waits_for_a_key_and_an_amount(
    sample: Repository, tmp_path: Path
) -> None:
    spend = {"usage": {"input_tokens": 10, "output_tokens": 10, "cost_usd": 0.02}}
    turns: list[dict[str, Any]] = [
        {"text": "Dear.", "call": [call("list", path=".")], **spend},
        {"text": "Dearer.", "call": [call("read", path="lines.py")], **spend},
        {"text": "Dearest.", **spend},
    ]
    model = script(tmp_path, turns)
    with at_terminal(sample.root, "--model", model, "--budget", "0.01", "spend") as person:
        person.sees("the session has cost $0.02 of $0.01")
        person.sees("Nothing more has been sent.")
        person.sees("b  raise the cap to $0.05")
        person.says("b 0.03")
        person.sees("Dearer.")
        person.sees("the session has cost $0.04 of $0.03")
        person.says("stop")
        person.sees("✗ Stopped")
        person.sees("session ! $0.04 of $0.03")
        person.says("/budget turn 0.5")
        person.says("/cost")
        person.sees("today, all sessions")
        person.sees("By model")
        assert person.leaves() == 0
