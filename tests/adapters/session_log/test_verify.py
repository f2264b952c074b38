"""A kept session is checked: chain, payloads, and that each decision gives what was written."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tests.adapters.session_log.records import NOW
from tui_agent.adapters.session_log import FileLog, StoredSession
from tui_agent.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    Event,
    PlannedWrite,
    Record,
    ToolStarted,
)
from tui_agent.core.patch import FileChange, HunkDecision, Patch, describe
from tui_agent.core.proposal import Decision, Proposal, Reason

BEFORE = b"one\n" + b"same\n" * 20 + b"two\n"
AFTER = b"ONE\n" + b"same\n" * 20 + b"TWO\n"
FIRST_ONLY = b"ONE\n" + b"same\n" * 20 + b"two\n"


def kept_session(folder: Path, written: bytes) -> Path:
    """Keep a session in which the first of two hunks was accepted and `written` was written."""
    log = FileLog.create(folder)
    file = describe(FileChange(path="a.txt", before=BEFORE, after=AFTER), log.put)
    proposal = Proposal(call_id="call-1", tool="edit", title="a.txt", patch=Patch(files=(file,)))
    first, second = file.run_ids
    decision = Decision(
        verdict="once",
        hunks=(
            HunkDecision(path="a.txt", runs=(first,), verdict="accept"),
            HunkDecision(path="a.txt", runs=(second,), verdict="reject"),
        ),
    )
    write = PlannedWrite(path="a.txt", before=log.put(BEFORE), after=log.put(written))
    events: list[Event] = [
        ApprovalRequested(
            request_id="ask-1",
            call_id="call-1",
            proposal=proposal,
            reason=Reason(rule="ask.write", text="x"),
        ),
        ApprovalDecided(call_id="call-1", request_id="ask-1", decision=decision),
        ToolStarted(call_id="call-1", writes=(write,)),
    ]
    for seq, event in enumerate(events, 1):
        log.append(Record(seq=seq, ts=NOW, mono_ms=seq, event=event), sync=False)
    log.close()
    return folder


def test_a_sound_session_has_nothing_to_be_said(tmp_path: Path) -> None:
    assert StoredSession(kept_session(tmp_path / "s", FIRST_ONLY)).verify() == ()


def test_a_decision_that_does_not_give_what_was_written_is_named(tmp_path: Path) -> None:
    assert StoredSession(kept_session(tmp_path / "s", AFTER)).verify() == (
        "record 3: the decisions on a.txt do not give what was written",
    )


@pytest.mark.parametrize("damage", ["missing", "altered"])
def test_a_payload_that_is_missing_or_altered_is_named(tmp_path: Path, damage: str) -> None:
    folder = kept_session(tmp_path / "s", FIRST_ONLY)
    sha = sha256(BEFORE).hexdigest()
    stored = folder / "blobs" / sha[:2] / f"{sha}.zst"
    if damage == "missing":
        stored.unlink()
    else:
        other = sha256(AFTER).hexdigest()
        stored.write_bytes((folder / "blobs" / other[:2] / f"{other}.zst").read_bytes())
    problems = StoredSession(folder).verify()
    assert any(sha[:12] in problem for problem in problems)
    assert any("cannot be worked in again" in problem for problem in problems)


def test_an_altered_decision_breaks_the_chain(tmp_path: Path) -> None:
    folder = kept_session(tmp_path / "s", FIRST_ONLY)
    log = folder / "events.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"reject"', b'"accept"'))
    problems = StoredSession(folder).verify()
    assert "line 2 (record 2) does not continue the chain" in problems
    assert any("do not give what was written" in problem for problem in problems)


async def test_a_session_is_read_while_another_process_writes_it(tmp_path: Path) -> None:
    folder = kept_session(tmp_path / "s", FIRST_ONLY)
    log, records = FileLog.open(folder, now=NOW)
    stored = StoredSession(folder)
    assert stored.records == records
    assert await stored.blob(sha256(AFTER).hexdigest()) == AFTER
    log.append(replace(records[-1], seq=4), sync=False)
    assert len(StoredSession(folder).records) == 4
    log.close()
