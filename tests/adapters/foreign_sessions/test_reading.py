"""Other programs' sessions become sessions of ours: what is there is taken, what is not is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.adapters.foreign_sessions import samples
from tests.ui.story import Story
from tui_agent.adapters.foreign_sessions import ForeignFileError, events_of, read_foreign
from tui_agent.adapters.foreign_sessions.writing import Identity
from tui_agent.core.codec import decode, dumps, encode
from tui_agent.core.events import Record, SessionImported, SessionStarted
from tui_agent.core.overview import overview_of
from tui_agent.core.patch import FileView
from tui_agent.core.state import Call, fold
from tui_agent.core.state.stops import find_stops
from tui_agent.core.stats import usage_of
from tui_agent.core.wire import decode_record, encode_record

CWD = "/home/ada/src/sample"
NOW = "2026-11-21T12:00:00.000Z"


def taken(path: Path) -> tuple[list[Record], dict[str, bytes]]:
    """Import a file; return its records, as they come back from their lines, and its payloads."""
    store = Story()
    identity = Identity(
        session_id="01kimported",
        program="agent 0",
        argv=(),
        sha="0" * 64,
        workspace=CWD,
        repository="sample",
    )
    records = list(events_of(read_foreign(path), identity, store.put, NOW))
    lines = [json.loads(dumps(encode_record(one) | {"h": ""})) for one in records]
    again = [decode_record(line) for line in lines]
    assert again == records
    return records, store.blobs


def calls(records: list[Record]) -> dict[str, Call]:
    return {name: call for turn in fold(records).main.turns for name, call in turn.calls.items()}


def new_text(call: Call, blobs: dict[str, bytes]) -> bytes:
    assert call.proposal is not None
    assert call.proposal.patch is not None
    [file] = call.proposal.patch.files
    before = blobs[file.before.sha] if file.before is not None else None
    assert file.after is not None
    after = blobs[file.after.sha]
    assert FileView.of(file, before, after).hunks()
    return after


def test_a_session_of_claude_code_keeps_its_words_calls_diffs_and_refusals(tmp_path: Path) -> None:
    records, blobs = taken(samples.claude_code(tmp_path / "a.jsonl", CWD))
    assert isinstance(records[0].event, SessionImported)
    assert isinstance(records[1].event, SessionStarted)
    state = fold(records)
    assert state.origin == "Claude Code 2.1.1"
    first, second = state.main.turns
    assert [one.text for one in first.users] == ["mend the answer"]
    assert first.steps[1].text == "I look at **it**."
    assert first.steps[1].reasoning == "It says 41."
    found = calls(records)
    assert [call.tool for call in found.values()] == ["shell", "edit", "shell", "write"]
    assert found["toolu_1"].proposal is not None
    assert found["toolu_1"].proposal.command is not None
    assert found["toolu_1"].proposal.command.text == "cat answer.py"
    assert new_text(found["toolu_2"], blobs) == samples.AFTER.encode()
    refused = found["toolu_3"]
    assert refused.decision is not None
    assert (refused.ended, refused.decision.feedback) == ("denied", "never force")
    assert first.changed == {"answer.py": (1, 1)}
    assert second.changed == {"docs.md": (1, 0)}
    assert first.ended is not None
    assert second.ended is not None
    assert (first.ended.reason, second.ended.reason) == ("done", "interrupted")
    assert state.model == "claude-sonnet-4-5"


def test_tokens_of_a_message_in_parts_count_once_and_its_price_is_unknown(tmp_path: Path) -> None:
    records, _ = taken(samples.claude_code(tmp_path / "a.jsonl", CWD))
    usage = usage_of(fold(records))
    assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (5000, 4500, 250)
    assert usage.cost_usd is None


def test_what_could_not_be_taken_over_is_told_with_its_number(tmp_path: Path) -> None:
    found = read_foreign(samples.claude_code(tmp_path / "a.jsonl", CWD))
    assert set(found.told_losses()) == {
        "1 × lines that are no JSON objects",
        "1 × records of the unknown kind 'hologram'",
        "1 × records of child agents",
        "1 × attachments of the kind 'image'",
        "1 × commands of the program itself and what they printed",
    }
    other = read_foreign(samples.codex(tmp_path / "b.jsonl", CWD))
    assert set(other.told_losses()) == {
        "1 × lines that are no JSON objects",
        "1 × events of the unknown kind 'hologram'",
        "1 × messages that the program put in by itself",
        "1 × thoughts that the provider encrypted",
        "1 × edits of which only the patch is told: no whole diff",
    }


def test_a_session_of_codex_keeps_its_commands_patches_and_tokens(tmp_path: Path) -> None:
    records, blobs = taken(samples.codex(tmp_path / "b.jsonl", CWD))
    state = fold(records)
    assert state.origin == "codex 0.46.0"
    [turn] = state.main.turns
    found = calls(records)
    shell, patch = found["call_1"], found["call_2"]
    assert shell.proposal is not None
    assert shell.proposal.command is not None
    assert shell.proposal.command.text == "pytest -q"
    assert shell.output is not None
    assert (shell.output.ok, shell.output.exit_code) == (False, 1)
    assert new_text(patch, blobs) == b"one\ntwo\n"
    assert turn.changed == {"notes.md": (2, 0), "answer.py": (1, 1)}
    assert turn.steps[1].reasoning == "**Looking**"
    assert usage_of(state).cached_tokens == 1500
    assert turn.ended is not None
    assert turn.ended.report.summary == "It compared with 41."
    assert overview_of(records).head == "9be0c41"


def test_a_file_of_the_older_form_is_read_too(tmp_path: Path) -> None:
    lines: list[samples.Line | str] = [
        {"id": "5973b6c0", "timestamp": "2025-05-07T17:24:21.123Z", "instructions": None},
        {"record_type": "state"},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]},
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Hi."}],
        },
    ]
    records, _ = taken(samples.write(tmp_path / "old.jsonl", lines))
    [turn] = fold(records).main.turns
    assert (turn.users[0].text, turn.steps[1].text) == ("hello", "Hi.")


def test_every_step_can_be_stopped_at(tmp_path: Path) -> None:
    records, _ = taken(samples.claude_code(tmp_path / "a.jsonl", CWD))
    marks = [stop.mark for stop in find_stops(records)]
    assert marks.count("turn") == 2
    assert {"edit", "rejected", "failed"} <= set(marks)
    stamps = [one.ts for one in records]
    assert stamps == sorted(stamps)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is no session of Claude Code or codex"),
        ("just words\n", "is no session of Claude Code or codex"),
        ('{"a": 1}\n[1, 2]\n', "is no session of Claude Code or codex"),
        ('{"type": "user", "sessionId": "x"}\n', "nobody said anything"),
        ('{"type": "session_meta", "payload": {"id": "x"}}\n', "nobody said anything"),
    ],
)
def test_a_file_that_is_no_session_is_refused_in_words(
    tmp_path: Path, content: str, says: str
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(content)
    with pytest.raises(ForeignFileError, match=says):
        read_foreign(path)


def test_an_event_of_the_import_is_kept_by_the_codec() -> None:
    event = SessionImported(session_id="a", origin="codex 1", losses=("1 × x",), sha="0" * 64)
    assert decode(SessionImported, encode(event)) == event
