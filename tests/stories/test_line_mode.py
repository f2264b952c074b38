"""Line mode on a real terminal: the same approvals by key, hunk after hunk, and a way out."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from tests.stories.line_terminal import FIRST, LINES, SECOND, THIRD, at_terminal
from tests.stories.program import call, edit, script
from tests.support.repository import Repository

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def sample(repository: Repository) -> Repository:
    repository.write("lines.py", "".join(LINES))
    repository.commit()
    return repository


@pytest.fixture
def three_hunks(tmp_path: Path) -> str:
    edits = call("edit", path="lines.py", edits=[FIRST, SECOND, THIRD])
    return script(tmp_path, [{"text": "Three changes.", "call": [edits]}, {"text": "I see."}])


@pytest.mark.capability("K.2", part="line mode")
@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_each_hunk_is_decided_by_a_key_and_exactly_that_is_written(
    sample: Repository, three_hunks: str, term: str
) -> None:
    with at_terminal(sample.root, "--model", three_hunks, "change it", term=term) as person:
        person.sees("1 line added and 1 line removed at line 1")
        person.sees("1/3 [")
        person.presses("y", first=True)
        person.sees("1/3 accepted")
        person.sees("2/3 [")
        person.presses("r")
        person.sees("Why?")
        person.says("no extras")
        person.sees("2/3 rejected, with your reason")
        person.sees("3/3 [")
        person.presses("n")
        person.sees("1 accepted, 2 rejected")
        person.sees("Enter applies this")
        assert sample.read("lines.py") == "".join(LINES).encode()
        person.presses("\r")
        person.sees("“no extras”")
        person.sees("I see.")
        person.sees("lines.py  +1 −1" if term != "dumb" else "lines.py")
        assert person.leaves() == 0
    expected = "".join(LINES).replace(FIRST["old"], FIRST["new"])
    assert sample.read("lines.py") == expected.encode()


@pytest.mark.capability("S0.15")
def test_the_rest_is_applied_when_one_is_rejected_and_nothing_when_the_file_has_changed(
    sample: Repository, three_hunks: str
) -> None:
    with at_terminal(sample.root, "--model", three_hunks, "change it") as person:
        person.sees("1/3 [")
        person.presses("y", first=True)
        person.sees("2/3 [")
        person.presses("n")
        person.sees("3/3 [")
        person.presses("y")
        person.sees("2 accepted, 1 rejected")
        person.presses("\r")
        person.sees("I see.")
        assert person.leaves() == 0
    text = "".join(LINES).replace(FIRST["old"], FIRST["new"]).replace(THIRD["old"], THIRD["new"])
    assert sample.read("lines.py") == text.encode()

    sample.write("lines.py", "".join(LINES))
    with at_terminal(sample.root, "--model", three_hunks, "again") as person:
        person.sees("1/3 [")
        person.presses("A", first=True)
        person.sees("3 accepted")
        meanwhile = "".join(LINES).replace(FIRST["old"], "line_2 = 'mine'\n")
        sample.write("lines.py", meanwhile)
        person.presses("\r")
        person.sees("stale")
        person.sees("I see.")
        assert person.leaves() == 0
    assert sample.read("lines.py") == meanwhile.encode()


def test_a_verdict_is_taken_back_and_the_rest_decided_at_once(
    sample: Repository, three_hunks: str
) -> None:
    with at_terminal(sample.root, "--model", three_hunks, "change it") as person:
        person.sees("1/3 [")
        person.presses("n", first=True)
        person.sees("2/3 [")
        person.presses("u")
        person.sees("the last verdict is taken back")
        person.sees("1/3 [")
        person.presses("A")
        person.sees("3 accepted")
        person.presses("\r")
        person.sees("I see.")
        assert person.leaves() == 0
    text = "".join(LINES)
    for change in (FIRST, SECOND, THIRD):
        text = text.replace(change["old"], change["new"])
    assert sample.read("lines.py") == text.encode()


def test_a_hunk_is_edited_in_the_editor(
    sample: Repository, three_hunks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i "s/\'two\'/2.0/" "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    with at_terminal(sample.root, "--model", three_hunks, "change it") as person:
        person.sees("1/3 [")
        person.presses("e", first=True)
        person.sees("1/3 accepted as edited")
        person.sees("2/3 [")
        person.presses("D")
        person.sees("1 edited, 2 rejected")
        person.presses("\r")
        person.sees("I see.")
        assert person.leaves() == 0
    assert sample.read("lines.py") == "".join(LINES).replace("line_2 = 2", "line_2 = 2.0").encode()


def test_a_hunk_of_several_changes_can_be_split(sample: Repository, tmp_path: Path) -> None:
    near = {"old": "line_4 = 4\n", "new": "line_4 = 'four'\n"}
    edits = call("edit", path="lines.py", edits=[FIRST, near])
    model = script(tmp_path, [{"text": "Two near ones.", "call": [edits]}, {"text": "I see."}])
    with at_terminal(sample.root, "--model", model, "change it") as person:
        person.sees("1/1 [")
        person.presses("s", first=True)
        person.sees("1/2 [")
        person.presses("n")
        person.sees("2/2 [")
        person.presses("y")
        person.sees("1 accepted, 1 rejected")
        person.presses("\r")
        person.sees("I see.")
        assert person.leaves() == 0
    expected = "".join(LINES).replace(near["old"], near["new"])
    assert sample.read("lines.py") == expected.encode()


def test_keys_typed_before_the_question_was_there_answer_nothing(
    sample: Repository, three_hunks: str
) -> None:
    with at_terminal(sample.root, "--model", three_hunks, "change it") as person:
        person.sees("1/3 [")
        person.child.send("AAAA")
        time.sleep(1.0)
        person.presses("D", first=True)
        person.sees("3 rejected")
        person.presses("\r")
        person.sees("you rejected it; say what to do instead")
        assert person.leaves() == 0
    assert sample.read("lines.py") == "".join(LINES).encode()


def test_a_command_is_explained_edited_and_streamed(sample: Repository, tmp_path: Path) -> None:
    model = script(
        tmp_path, [{"text": "I try.", "call": [call("shell", command="false")]}, {"text": "So."}]
    )
    with at_terminal(sample.root, "--model", model, "--sandbox", "none", "try") as person:
        person.sees("$ false")
        person.sees("no sandbox holds it")
        person.sees("[y s p n r e d x q ?]")
        person.presses("x", first=True)
        person.sees("sandbox.none, built in")
        person.presses("e")
        time.sleep(0.3)
        person.child.send("\x05\x15echo edited here\x1b\r")
        person.sees("$ echo edited here")
        person.sees("edited here")
        person.sees("So.")
        assert person.leaves() == 0


def test_a_rule_for_edits_is_chosen_in_a_review_and_holds_from_then_on(
    sample: Repository, tmp_path: Path
) -> None:
    turns = [
        {"call": [edit("lines.py", "line_3 = 3", "line_3 = 'three'")]},
        {"call": [edit("lines.py", "line_9 = 9", "line_9 = 'nine'")]},
        {"text": "Both are words."},
    ]
    with at_terminal(sample.root, "--model", script(tmp_path, turns), "change it") as person:
        person.sees("1/1 [y n r e s a d u c p q ?]")
        person.presses("p", first=True)
        person.sees("edits of **/*.py")
        for question, answer in (("Allow which", "2"), ("Where", "1"), ("For how long", "1")):
            person.sees(question)
            person.says(answer)
        person.sees("Both are words.")
        assert person.leaves() == 0
    assert b"'three'" in sample.read("lines.py")
    assert b"'nine'" in sample.read("lines.py")


@pytest.mark.capability("S1.18", part="a session is left and taken up")
def test_a_waiting_hunk_survives_leaving_and_is_asked_again(
    sample: Repository, three_hunks: str
) -> None:
    with at_terminal(sample.root, "--model", three_hunks, "change it") as person:
        person.sees("1/3 [")
        person.presses("y", first=True)
        person.sees("2/3 [")
        person.presses("\x03")
        person.sees("The question stays open.")
        time.sleep(0.2)
        person.child.send("\x03")
        person.sees("Suspended: agent -c comes back to this very place.")
        assert person.ended() == 0
    assert sample.read("lines.py") == "".join(LINES).encode()
    with at_terminal(sample.root, "-c") as person:
        person.sees("Taken up again after 1 turn. You last said: change it")
        person.sees("1 verdict of yours still stands; u takes it back.")
        person.sees("2/3 [")
        person.presses("A", first=True)
        person.sees("3 accepted")
        person.presses("\r")
        person.sees("I see.")
        assert person.leaves() == 0
    assert b"twenty-seven" in sample.read("lines.py")


def test_ctrl_c_ends_a_running_turn_and_keeps_the_session(
    sample: Repository, tmp_path: Path
) -> None:
    slow: list[dict[str, Any]] = [{"text": "a line\n" * 400, "rate": 20}, {"text": "Back again."}]
    with at_terminal(sample.root, "--model", script(tmp_path, slow), "talk") as person:
        person.sees("a line")
        person.child.send("\x03")
        person.sees("✗ Stopped, interrupted")
        person.says("/status")
        person.sees("mode ask")
        assert person.leaves() == 0


def test_what_is_typed_is_completed_edited_broken_into_lines_and_recalled(
    sample: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i "s/look/Look/" "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    turns: list[dict[str, Any]] = [
        {"text": "Seen.", "when": {"contains": "Look at @lines.py \nand say"}},
        {"text": "slow words\n" * 14, "rate": 8, "call": [call("list", path=".")]},
        {"text": "Quick.", "when": {"contains": "be quick"}},
        {"text": "Recalled.", "when": {"contains": "second, and more"}},
    ]
    with at_terminal(sample.root, "--model", script(tmp_path, turns)) as person:
        person.sees("/help lists the commands")
        person.child.send("/sta")
        person.sees("model, mode, tokens, cost")
        person.child.send("\t\r\r")
        person.sees("Nothing was asked yet.")
        person.child.send("look at @lin")
        person.sees("lines.py")
        person.child.send("\t\r\x07")
        person.sees("Look at @lines.py")
        person.child.send("\\\rand ")
        person.child.send("say\r")
        person.sees("Seen.")
        person.says("first")
        person.sees("slow words")
        person.says("second")
        person.sees("Queued")
        person.child.send("\x1b[A")
        person.sees("Taken back: second")
        person.says(", and more")
        person.sees("Queued")
        person.child.send("be quick\x13")
        person.sees("the model hears it")
        person.sees("Quick.")
        person.sees("Recalled.")
        assert person.leaves() == 0


@pytest.mark.case(73)
def test_a_folder_that_brings_settings_is_trusted_by_key_and_asked_about_once(
    sample: Repository, tmp_path: Path
) -> None:
    sample.write(".agentrc", 'mode = "plan"\n')
    model = script(tmp_path, [{"text": "Hi."}])
    with at_terminal(sample.root, "--model", model) as person:
        person.sees("This folder brings .agentrc")
        person.sees('+mode = "plan"')
        person.presses("n", first=True)
        person.sees("Not trusted")
        person.sees("mode ask")
        assert person.leaves() == 0
    with at_terminal(sample.root, "--model", model) as person:
        person.sees("[y n]")
        person.presses("y", first=True)
        person.sees("mode plan")
        assert person.leaves() == 0
    with at_terminal(sample.root, "--model", model) as person:
        person.sees("mode plan")
        assert person.leaves() == 0
    sample.write(".agentrc", 'mode = "auto"\n')
    with at_terminal(sample.root, "--model", model) as person:
        person.sees("Since then: .agentrc")
        person.sees('-mode = "plan"')
        person.sees('+mode = "auto"')
        assert person.leaves() == 0


def test_slash_commands_and_own_commands_work(sample: Repository, tmp_path: Path) -> None:
    with at_terminal(sample.root, "--model", script(tmp_path, [{"text": "Hi."}])) as person:
        person.sees("/help lists the commands")
        person.says("/help")
        person.sees("/steer TEXT")
        person.says("/mode plan")
        person.sees("mode is now plan")
        person.says("/budget turn 2")
        person.sees("the cap of the turn is now $2.00")
        person.says("/export")
        person.sees("/export html|md|")
        person.says("/stop")
        person.sees("Nothing runs.")
        person.says("/modle x")
        person.sees("did you mean /mode?")
        person.says("!echo from $((40 + 2))")
        person.sees("from 42")
        person.sees("Done")
        person.says("/attach none.png")
        person.sees("none.png cannot be read: No such file or directory.")
        (sample.root / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
        person.says("/attach a.png")
        person.sees("a.png goes with your next message")
        person.says("/fork")
        person.sees("/help lists the commands")
        person.says("/new")
        person.sees("/help lists the commands")
        person.says("/quit")
        assert person.ended() == 0


@pytest.mark.case(56)
def test_escape_sequences_of_a_model_never_reach_the_terminal(
    sample: Repository, tmp_path: Path
) -> None:
    hostile = "before \x1b]52;c;aGk=\x07 \x1b[2J \x9b31m \u202eafter"
    with at_terminal(sample.root, "--model", script(tmp_path, [{"text": hostile}]), "hi") as person:
        person.sees("after")
        seen = str(person.child.before)
        assert "\x1b]52" not in seen
        assert "\x1b[2J" not in seen
        assert not re.search("[\x9b\u202e]", seen)
        assert "␛]52;c;aGk=␇" in seen
        assert person.leaves() == 0


def test_read_aloud_everything_is_said_in_words_and_in_order(
    sample: Repository, tmp_path: Path
) -> None:
    turns = [
        {"text": "I change a line.", "call": [call("edit", path="lines.py", edits=[FIRST])]},
        {"text": "And run it.", "call": [call("shell", command="touch ran")]},
    ]
    with at_terminal(
        sample.root,
        *("--model", script(tmp_path, turns)),
        environ={"AGENT_INTERFACE_SCREEN_READER": "true"},
    ) as person:
        person.sees("Your message: ")
        person.says("go")
        person.sees("1/1 [")
        heard = person.child.before
        person.says("y")
        person.sees("Enter applies this")
        heard += person.child.before
        person.says("")
        person.sees("[y s p")
        heard += person.child.before
        person.says("n")
        person.sees("Stopped")
        heard += person.child.before
        assert person.leaves() == 0
    order = (
        *("Working.", "I change a line.", "your turn: edit", "1 change in 1 file"),
        *("removed line 3: line_2 = 2", "added line 3: line_2 = 'two'", "  y  accept this"),
        *("done: edit", "And run it.", "your turn: shell", "  y  yes, this once"),
    )
    places = [heard.find(words) for words in order]
    assert -1 not in places, dict(zip(order, places, strict=True))
    assert places == sorted(places)
    assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]", heard)
    assert not re.search("[✓✗◆●·−›]", heard)
