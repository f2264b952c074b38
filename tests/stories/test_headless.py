"""`agent -p`: one message without a person, told as text or JSON lines, with an honest status."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from tests.sessions.record import quiet
from tests.sessions.stories import Player
from tests.stories.program import SAMPLE, Program, call, edit, script, with_sample
from tests.support.repository import Repository
from tui_agent.core.state import fold
from tui_agent.core.wire import decode_record
from tui_agent.ui.commands.typed import Options
from tui_agent.ui.state_json import state_json
from tui_agent.wiring.around import Around

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]

MENDED = SAMPLE.replace("41", "42")
EDIT = edit("answer.py", "return 41", "return 42")


@pytest.fixture
def sample(repository: Repository) -> Repository:
    return with_sample(repository)


@pytest.fixture
def mending(tmp_path: Path) -> str:
    return script(
        tmp_path,
        [
            {"text": "I look first.", "call": [call("read", path="answer.py")]},
            {"text": "One number is wrong.", "call": [EDIT]},
            {"text": "It says 42 now."},
        ],
    )


def test_the_answer_goes_to_standard_output_and_the_rest_beside_it(
    sample: Repository, tmp_path: Path
) -> None:
    done = Program(sample.root).run("-p", "hello", "--model", script(tmp_path, [{"text": "Hi."}]))
    assert (done.status, done.out) == (0, "Hi.\n")
    assert "✓ Done, nothing was changed" in done.err


def test_what_only_a_command_changed_is_not_called_unchanged(
    sample: Repository, tmp_path: Path
) -> None:
    turns = [{"call": [call("shell", command="echo made > made.txt")]}, {"text": "Made."}]
    done = Program(sample.root).run(
        "-p", "make it", "--approve-all", "--model", script(tmp_path, turns)
    )
    assert sample.read("made.txt") == b"made\n"
    assert "! Done, unverified" in done.err
    assert "nothing was changed" not in done.err


@pytest.mark.capability("S1.13")
def test_what_would_ask_is_applied_refused_or_left_as_the_user_said(
    sample: Repository, mending: str
) -> None:
    program = Program(sample.root)
    asked = program.run("-p", "mend it", "--model", mending)
    assert asked.status == 6
    assert "∅ Denied: 1 call\n  edit answer.py" in asked.err
    assert sample.read("answer.py") == SAMPLE.encode()

    refused = program.run("-p", "mend it", "--model", mending, "--reject-all")
    assert refused.status == 0
    assert sample.read("answer.py") == SAMPLE.encode()

    applied = program.run("-p", "mend it", "--model", mending, "--approve-all")
    assert applied.status == 0
    assert sample.read("answer.py") == MENDED.encode()


def test_mode_edit_applies_edits_and_the_report_says_unverified(
    sample: Repository, mending: str
) -> None:
    done = Program(sample.root).run("-p", "mend it", "--model", mending, "--mode", "edit")
    assert done.status == 0
    assert sample.read("answer.py") == MENDED.encode()
    assert "! Done, unverified\n  answer.py  +1 −1" in done.err


@pytest.mark.capability("S0.9")
@pytest.mark.capability("S4.1")
def test_json_lines_are_the_records_and_end_with_what_a_caller_wants(
    sample: Repository, mending: str
) -> None:
    done = Program(sample.root).run("-p", "mend it", "--model", mending, "--mode", "edit", "--json")
    *lines, last = done.lines
    records = [decode_record(line) for line in lines]
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    assert all(record.h for record in records)
    final = last["final"]
    assert final["run_id"] == f"{final['session']}@1"
    assert final["stop_reason"] == "done"
    assert final["answer"] == "It says 42 now."
    assert final["report"]["files"] == [{"path": "answer.py", "added": 1, "removed": 1}]
    assert final["report"]["intent"] == "code_change"
    assert final["usage"]["cost_usd"] == 0.0


@pytest.mark.capability("S1.17", part="headless")
def test_one_v_tells_the_tools_and_two_tell_everything(sample: Repository, mending: str) -> None:
    program = Program(sample.root)
    quiet = program.run("-p", "mend it", "--model", mending, "--mode", "edit")
    assert "read     answer.py" not in quiet.err
    told = program.run("-p", "mend it", "--model", mending, "-v")
    assert "✓ read     answer.py" in told.err
    assert "· act" not in told.err
    all_of_it = program.run("-p", "mend it", "--model", mending, "-vv")
    assert "· act" in all_of_it.err
    as_json = program.run("-p", "mend it", "--model", mending, "-vv", "--json")
    assert "".join(one["text"] for one in as_json.events("TextDelta")).startswith("I look first.")


@pytest.mark.capability("S4.4")
def test_a_turn_that_runs_out_of_steps_says_so_and_keeps_its_answer(
    sample: Repository, tmp_path: Path
) -> None:
    model = script(
        tmp_path,
        [{"text": "And another look.", "repeat": 9, "call": [call("list", path=".", depth=1)]}],
    )
    done = Program(sample.root).run("-p", "look", "--model", model, "--max-steps", "2", "--json")
    assert done.status == 7
    assert done.final["stop_reason"] == "max_steps_exceeded"
    assert done.final["answer"] == "And another look."
    assert len(done.events("ModelRequested")) == 2


def test_standard_input_is_context_or_the_message_itself(
    sample: Repository, tmp_path: Path
) -> None:
    program = Program(sample.root)
    model = script(tmp_path, [{"text": "I see."}])
    both = program.run(
        "-p", "why?", "--json", "--model", model, stdin="line 7: boom, see @nothing\n"
    )
    [said] = both.events("TurnStarted")
    assert said["text"] == "why?"
    [attached] = said["attachments"]
    assert (attached["name"], attached["content"]["preview"]) == (
        "standard input",
        "line 7: boom, see @nothing\n",
    )
    assert "  + standard input, 27 B" in program.run("sessions", "show").out
    alone = program.run("-p", "--json", "--model", model, stdin="do it\n")
    assert alone.events("TurnStarted")[0]["text"] == "do it\n"


def test_words_after_two_dashes_are_the_message(sample: Repository, tmp_path: Path) -> None:
    model = script(tmp_path, [{"text": "Yes."}])
    done = Program(sample.root).run("-p", "--json", "--model", model, "--", "replay", "-x")
    assert done.events("TurnStarted")[0]["text"] == "replay -x"


@pytest.mark.capability("S0.3", part="blank request")
@pytest.mark.parametrize("arguments", [(" ",), ("-p", "  "), ("-p",), ("--json", "\n")])
def test_an_empty_message_is_refused(sample: Repository, arguments: tuple[str, ...]) -> None:
    done = Program(sample.root).run(*arguments, "--model", "script:nowhere")
    assert done.status == 2
    assert done.err.startswith("The message is empty")


@pytest.mark.capability("S1.18", part="turns")
def test_a_session_taken_up_again_recalls_what_was_said(sample: Repository, tmp_path: Path) -> None:
    program = Program(sample.root)
    model = script(
        tmp_path,
        [
            {"text": "I remember the word plum."},
            {"text": "The word was plum.", "when": {"contains": "which word"}},
        ],
    )
    program.run("-p", "the word is plum", "--model", model)
    done = program.run("-c", "-p", "which word?", "--json")
    assert done.status == 0
    assert done.final["answer"] == "The word was plum."
    assert done.final["run_id"].endswith("@2")
    [request] = done.events("ModelRequested")
    assert [message["text"] for message in request["added"]][-1].endswith("which word?")


@pytest.mark.capability("S0.2", part="the same after replay")
@pytest.mark.capability("S0.20", part="trace")
def test_a_kept_session_shows_as_trace_and_as_state(sample: Repository, mending: str) -> None:
    program = Program(sample.root)
    run = program.run("-p", "mend it", "--model", mending, "--mode", "edit", "--json")
    session = run.final["session"]

    trace = json.loads(program.run("sessions", "show", session, "--json").out)
    assert trace["run_id"] == session
    assert [turn["request"] for turn in trace["turns"]] == ["mend it"]
    assert trace["turns"][0]["intent"] == "code_change"
    records = [decode_record(line) for line in trace["events"]]
    live = [decode_record(line) for line in run.lines[:-1]]
    assert records[: len(live)] == live

    state = json.loads(program.run("sessions", "show", session, "--state").out)
    assert state == json.loads(json.dumps(state_json(fold(records))))
    names = {"plan", "verification", "guards", "budgets", "security", "telemetry", "repo_context"}
    assert names <= set(state)


@pytest.mark.capability("S4.20")
def test_sessions_are_listed_checked_and_told_again_without_a_model(
    sample: Repository, mending: str
) -> None:
    program = Program(sample.root)
    program.run("-p", "mend it", "--model", mending, "--mode", "edit")
    listed = program.run("sessions")
    assert "mend it" in listed.out
    assert "closed" in listed.out
    assert program.run("sessions", "verify").status == 0
    Path(mending.removeprefix("script:")).unlink()
    told = program.run("replay", "last")
    assert "› mend it" in told.out
    assert "−     return 41" in told.out
    assert "+     return 42" in told.out
    assert "It says 42 now." in told.out


@pytest.mark.capability("K.3", part="plain and JSON")
def test_a_replay_stops_at_steps_and_shows_only_what_is_asked_for(
    sample: Repository, mending: str
) -> None:
    program = Program(sample.root)
    run = program.run("-p", "mend it", "--model", mending, "--mode", "edit", "--json")
    edits = program.run("replay", "last", "--only", "edits")
    assert len([line for line in edits.out.split("\n") if line]) == 1
    until = program.run("replay", "last", "--at", "2", "--plain")
    assert "I look first." in until.out
    assert "One number is wrong." not in until.out
    stops = program.run("replay", "last", "--json").lines
    last = program.run("replay", "last", "--json", "--at", str(len(stops))).lines[0]
    live = [decode_record(line) for line in run.lines[:-1]]
    replayed = last["state"]["turns"]
    assert replayed == json.loads(json.dumps(state_json(fold(live))))["turns"]
    assert program.run("replay", "last", "--at", "99").status == 2
    assert program.run("replay", "last", "--only", "nonsense").status == 2


def test_a_session_of_another_folder_is_not_continued_here(
    sample: Repository, mending: str, tmp_path: Path
) -> None:
    run = Program(sample.root).run("-p", "look", "--model", mending, "--json")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = Program(elsewhere).run("-r", run.final["session"], "-p", "go on")
    assert done.status == 2
    assert f"belongs to {sample.root}: cd {sample.root} && agent -r " in done.err
    assert "I look first." in Program(elsewhere).run("replay", run.final["session"]).out
    one_turn = Program(sample.root).run("sessions", "show", f"{run.final['session']}@1").out
    assert "› look" in one_turn
    assert Program(sample.root).run("sessions", "show", "last@2").out == ""


def test_a_session_that_is_not_recorded_leaves_nothing(sample: Repository, mending: str) -> None:
    program = Program(sample.root)
    done = program.run("-p", "hi", "--model", mending, "--mode", "edit", "--no-record")
    assert done.status == 0
    assert sample.read("answer.py") == MENDED.encode()
    assert "No sessions yet" in program.run("sessions").err


@pytest.mark.case(81)
def test_a_broken_log_is_shown_as_far_as_it_goes(
    sample: Repository, mending: str, home: Path
) -> None:
    program = Program(sample.root)
    program.run("-p", "mend it", "--model", mending, "--mode", "edit")
    [log] = home.rglob("events.jsonl")
    lines = log.read_bytes().split(b"\n")
    lines[4] = b"\xff garbage"
    log.write_bytes(b"\n".join(lines) + b'{"torn":')
    checked = program.run("sessions", "verify")
    assert checked.status == 1
    assert "line 5 is unreadable" in checked.out
    assert "bytes are torn" in checked.out
    shown = program.run("replay", "last")
    assert "It says 42 now." in shown.out
    assert "The log was mended: line 5 is unreadable" in shown.out


def test_a_question_that_a_person_left_open_is_answered_by_the_gate_and_re_executed_so(
    sample: Repository, mending: str
) -> None:
    async def left() -> None:
        settings = (("model", "--model", mending),)
        options = Options(settings=settings, trust=True)
        around = Around(options, os.environ, quiet(), cwd=sample.root)
        opened = await around.open(attended=True)
        person = Player(agent=opened.agent)
        await person.say("mend it")
        await person.asked()
        await opened.agent.close()
        await around.close()

    asyncio.run(left())
    program = Program(sample.root)
    assert program.run("-c", "-p", "", "--approve-all", "--trust").status == 0
    assert sample.read("answer.py").decode() == MENDED
    again = program.run("replay", "last", "--run", "--json")
    assert (again.status, again.lines[-1]["divergences"]) == (0, [])


def test_a_standard_input_that_is_left_open_is_told_and_still_waited_for(
    sample: Repository, tmp_path: Path
) -> None:
    program = Program(sample.root)
    words = program.command("-p", "hello", "--model", script(tmp_path, [{"text": "Hi."}]))
    with Popen(
        words, cwd=sample.root, env=program.environ, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True
    ) as run:
        assert run.stdin is not None
        assert run.stderr is not None
        assert "standard input" in run.stderr.readline()
        out, _ = run.communicate("what it is about\n", timeout=60)
    assert (run.returncode, out) == (0, "Hi.\n")
