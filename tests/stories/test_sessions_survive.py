"""What can happen to a session's files and clock, and that the session is there all the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.agent.invariants import assert_whole, records_of
from tests.agent.scripts import DONE
from tests.stories.program import Program, call, edit, script, with_sample
from tests.support.agent_at_work import Setting
from tests.support.repository import Repository
from tui_agent.core.events import LogRecovered

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def program(repository: Repository) -> Program:
    """A repository with a session that has read a long file and changed one."""
    with_sample(repository)
    repository.write("long.txt", "".join(f"row {n}\n" for n in range(900)))
    steps = [
        {"call": [call("read", path="long.txt")]},
        {"call": [edit("answer.py", "41", "42")]},
        {"text": "Done."},
        {"text": "On.", "repeat": 9},
    ]
    model = script(repository.root.parent, steps)
    made = Program(repository.root)
    done = made.run("--model", model, "--approve-all", "--mode", "edit", "-p", "fix it")
    assert done.status == 0, done.err
    return made


def log_of(home: Path) -> Path:
    [log] = (home / "agent" / "sessions").glob("*/*/events.jsonl")
    return log


@pytest.mark.capability("S4.18")
def test_a_changed_word_anywhere_is_found_and_its_record_named(
    program: Program, home: Path
) -> None:
    log = log_of(home)
    whole = log.read_bytes()
    lines = whole.split(b"\n")
    number = next(n for n, line in enumerate(lines, 1) if b'"ApprovalDecided"' in line)
    forged = lines[number - 1].replace(b'"verdict":"rule"', b'"verdict":"once"')
    assert forged != lines[number - 1]
    log.write_bytes(b"\n".join([*lines[: number - 1], forged, *lines[number:]]))
    found = program.run("sessions", "verify")
    assert found.status == 1
    seq = json.loads(forged)["seq"]
    assert f"line {number} (record {seq}) does not continue the chain" in found.out + found.err
    log.write_bytes(b"\n".join([*lines[:4], *lines[5:]]))
    assert "line 5 (record 6) does not continue the chain" in _verified(program)
    log.write_bytes(whole)
    assert program.run("sessions", "verify").status == 0


def _verified(program: Program) -> str:
    done = program.run("sessions", "verify")
    assert done.status == 1
    return done.out + done.err


@pytest.mark.parametrize("damage", ["garbage", "torn"])
def test_a_damaged_log_is_listed_taken_up_and_says_what_is_missing(
    program: Program, home: Path, damage: str
) -> None:
    log = log_of(home)
    lines = log.read_bytes().split(b"\n")
    if damage == "garbage":
        log.write_bytes(b"\n".join([*lines[:6], b"{not json", b"\xff\x00", *lines[8:]]))
    else:
        log.write_bytes(log.read_bytes() + lines[5][:40] + b"\0" * 4096)
    other = log.parent.parent / "20991231T000000-zzzzzzzzzzzzzzzzzzzzzzzzzz"
    other.mkdir()
    (other / "events.jsonl").touch()
    listed = program.run("sessions", "list")
    assert "fix it" in listed.out
    on = program.run("-c", "-p", "and now?")
    assert on.status == 0, on.err
    told = [one for one in records_of(log.parent) if isinstance(one.event, LogRecovered)]
    assert len(told) == 1
    assert program.run("replay", "last", "--plain").status == 0


def test_payloads_that_are_gone_are_said_and_the_session_goes_on(
    program: Program, home: Path
) -> None:
    for blob in log_of(home).parent.glob("blobs/*/*.zst"):
        blob.unlink()
    on = program.run("-c", "-p", "and now?")
    assert on.status == 0, on.err
    assert "cannot be read" in _verified(program)
    assert program.run("replay", "last", "--plain").status == 0


def test_a_newer_programs_session_is_read_only_with_a_clear_message(
    program: Program, home: Path
) -> None:
    log = log_of(home)
    before = log.read_bytes().replace(b'{"v":1,', b'{"v":2,')
    log.write_bytes(before)
    refused = program.run("-c", "-p", "and now?")
    assert refused.status == 4
    assert "newer version of this program (log version 2): it can be replayed" in refused.err
    assert log.read_bytes() == before
    assert program.run("replay", "last", "--plain").status == 0
    assert program.run("sessions", "list").out.count("fix it") == 1


async def test_a_clock_that_jumps_back_or_ahead_keeps_order_and_lengths(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_sample(repository)
    path = tmp_path / "script.toml"
    path.write_text(DONE * 3)
    setting = Setting(repository=repository, state=tmp_path / "state", script=path)
    years = iter(("2031", "1999", "2026"))
    for again in (False, True, True):
        monkeypatch.setenv("STORY_YEAR", next(years))
        async with setting.opened(again=again) as work:
            await work.say("hello")
    records = records_of(setting.folder)
    assert_whole(records)
    assert {one.ts[:4] for one in records} >= {"1999", "2031"}
    clocks = [one.mono_ms for one in records]
    assert clocks == sorted(clocks)
