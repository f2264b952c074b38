"""The format of scripts, and which turn answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tui_agent.adapters.models.script import (
    Script,
    ScriptError,
    ScriptTurn,
    choose,
    load_script,
    parse_script,
)
from tui_agent.core.messages import Message, ToolCall

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guides" / "scripted-model.md"


def user(text: str) -> Message:
    return Message(role="user", text=text)


def result(call_id: str, text: str) -> Message:
    return Message(role="tool", call_id=call_id, text=text)


def script(*turns: dict[str, Any]) -> Script:
    return parse_script({"turn": list(turns)})


class Conversation:
    """Plays a script as an agent would: each answer goes into the next request."""

    def __init__(self, played: Script, *messages: Message) -> None:
        self.script = played
        self.messages = messages

    def hear(self) -> ScriptTurn:
        chosen = choose(self.script, self.messages, tools=True)
        assert chosen is not None
        self.calls = [chosen.call_id(number) for number in range(len(chosen.turn.calls))]
        calls = tuple(
            ToolCall(id=call_id, name=call.name, arguments=call.arguments)
            for call_id, call in zip(self.calls, chosen.turn.calls, strict=True)
        )
        answer = Message(role="assistant", text=chosen.turn.text, tool_calls=calls)
        self.messages = (*self.messages, answer)
        return chosen.turn

    def say(self, *messages: Message) -> None:
        self.messages = (*self.messages, *messages)

    @property
    def ended(self) -> bool:
        return choose(self.script, self.messages, tools=True) is None


PATCH = {"name": "apply_patch", "arguments": {"patch": "…"}}
SHELL = {"name": "shell", "arguments": {"command": "pytest -q"}}


def test_turns_answer_in_their_order_and_then_there_are_none() -> None:
    talk = Conversation(script({"text": "One."}, {"text": "Two."}), user("Go."))

    assert [talk.hear().text, talk.hear().text] == ["One.", "Two."]
    assert talk.ended


def test_a_script_branches_on_what_was_rejected() -> None:
    played = script(
        {"text": "A patch.", "call": [PATCH]},
        {"text": "Then differently.", "when": {"tool": "apply_patch", "contains": "REJECTED"}},
        {"text": "All applied.", "when": {"tool": "apply_patch", "lacks": "REJECTED"}},
    )
    for told, expected in [
        ("applied 2 hunks, REJECTED 1: too broad", "Then differently."),
        ("applied 3 hunks", "All applied."),
    ]:
        talk = Conversation(played, user("Mend it."))
        talk.hear()
        talk.say(result(talk.calls[0], told))
        assert talk.hear().text == expected


@pytest.mark.parametrize(
    ("told", "failed"),
    [
        ("exit status 1\n2 failed", True),
        ("exited with code 2 after 3 s", True),
        ("Error: no such file", True),
        ("exit status 0\n3 passed", False),
        ("3 passed, none failed", False),
    ],
)
def test_a_script_branches_on_a_call_that_failed(told: str, failed: bool) -> None:
    played = script(
        {"text": "Testing.", "call": [SHELL]},
        {"text": "Still red.", "when": {"tool": "shell", "failed": True}},
        {"text": "Green.", "when": {"tool": "shell", "failed": False}},
    )
    talk = Conversation(played, user("Test."))
    talk.hear()
    talk.say(result(talk.calls[0], told))

    assert talk.hear().text == ("Still red." if failed else "Green.")


def test_a_condition_on_a_tool_that_was_not_called_does_not_hold() -> None:
    played = script(
        {"text": "Never.", "when": {"tool": "shell", "failed": False}}, {"text": "Always."}
    )

    assert Conversation(played, user("Go.")).hear().text == "Always."


def test_a_loop_goes_on_until_its_condition_fails() -> None:
    played = script(
        {"text": "Again.", "call": [SHELL], "label": "again", "when": {"lacks": "passed"}},
        {"text": "More.", "goto": "again", "when": {"lacks": "passed"}, "call": [SHELL]},
        {"text": "Done."},
    )
    talk = Conversation(played, user("Go."))
    said = []
    for told in ("1 failed", "1 failed", "1 failed", "passed"):
        said.append(talk.hear().text)
        talk.say(result(talk.calls[0], told))
    said.append(talk.hear().text)

    assert said == ["Again.", "More.", "Again.", "More.", "Done."]
    ids = [call.id for message in talk.messages for call in message.tool_calls]
    assert len(set(ids)) == len(ids)


def test_a_turn_may_be_repeated_with_a_number_in_it() -> None:
    call = {"name": "read", "arguments": {"path": "f_{i}.txt"}}
    played = script({"text": "File {i}.", "call": [call], "repeat": 3})

    assert [turn.text for turn in played.turns] == ["File 1.", "File 2.", "File 3."]
    assert json.loads(played.turns[2].calls[0].arguments) == {"path": "f_3.txt"}


def test_an_answer_that_was_cut_off_is_given_again() -> None:
    played = script({"text": "A long answer."}, {"text": "The next."})
    cut = (user("Go."), Message(role="assistant", text="A lo"), user("Go on."))
    whole = (user("Go."), Message(role="assistant", text="A long answer."), user("Go on."))

    again, following = (choose(played, said, tools=True) for said in (cut, whole))
    assert again is not None
    assert following is not None
    assert (again.turn.text, following.turn.text) == ("A long answer.", "The next.")


def test_the_place_is_found_again_after_the_start_was_summarised_away() -> None:
    played = script(
        {"text": "One.", "call": [SHELL]}, {"text": "Two.", "call": [SHELL]}, {"text": "Three."}
    )
    talk = Conversation(played, user("Go."))
    talk.hear()
    talk.say(result(talk.calls[0], "fine"))
    talk.hear()
    talk.say(result(talk.calls[0], "fine"))
    talk.messages = (user("What was before, in short."), *talk.messages[-2:])

    assert talk.hear().text == "Three."


def test_a_request_without_tools_gets_the_side_answer() -> None:
    played = replace(script({"text": "Main."}), side="A summary.")
    chosen = choose(played, (user("Sum up."),), tools=False)

    assert chosen is not None
    assert chosen.turn.text == "A summary."


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("turn = 3", "at least one [[turn]]"),
        ("[[turn]]\ntexx = 'a'", "turn 1: 'texx' is none of"),
        ("[[turn]]\ngoto = 'nowhere'", "no turn is labelled 'nowhere'"),
        ("[[turn]]\n[[turn.fault]]\nkind = 'flood'", "no fault is called 'flood'"),
        ("[[turn]]\nrepeat = 0", "repeat is a number from 1"),
        ("[[turn]]\n[[turn.call]]\narguments = {}", "missing"),
        ("this is no TOML", "script.toml"),
    ],
)
def test_a_broken_script_is_told_by_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "script.toml"
    path.write_text(text, "utf-8")

    with pytest.raises(ScriptError) as raised:
        load_script(path)
    assert complaint in str(raised.value)


def test_a_script_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="no script at"):
        load_script(tmp_path / "none.toml")


def test_the_script_in_the_guide_is_one(tmp_path: Path) -> None:
    fenced = GUIDE.read_text("utf-8").split("```toml\n")[1].split("```")[0]
    path = tmp_path / "guide.toml"
    path.write_text(fenced, "utf-8")

    assert len(load_script(path).turns) > 2
