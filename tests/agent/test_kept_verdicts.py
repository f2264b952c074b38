"""Verdicts of an open review are kept and approve nothing; an edited hunk is written as it is."""

from __future__ import annotations

from dataclasses import replace

from tests.agent.conftest import Script
from tests.agent.invariants import assert_whole, records_of
from tests.support.repository import Repository
from tui_agent.adapters.redaction import Redactor
from tui_agent.agent.redaction import redacted
from tui_agent.core.commands import DraftVerdicts
from tui_agent.core.events import ApprovalDecided, ToolFinished, VerdictsDrafted
from tui_agent.core.patch import HunkDecision
from tui_agent.core.proposal import Decision

THREE_HUNKS = """
[[turn]]
[[turn.call]]
name = "edit"
arguments = { path = "a.txt", edits = [
  { old = "line 3\\n", new = "LINE 3\\n" },
  { old = "line 15\\n", new = "LINE 15\\n" },
  { old = "line 30\\n", new = "LINE 30\\n" },
] }

[[turn]]
text = "Done."
"""
TOKEN = "ghp_" + "a1B2c3D4e5" * 4


async def test_verdicts_of_an_open_review_are_kept_and_approve_nothing(
    one: Repository, script: Script
) -> None:
    before = "".join(f"line {number}\n" for number in range(40))
    one.write("a.txt", before)
    setting = script(THREE_HUNKS)
    async with setting.opened() as work:
        work.send_text("go")
        waiting, call, proposal = await work.asked()
        assert proposal.patch is not None
        first, second, third = proposal.patch.files[0].run_ids
        yes = HunkDecision(path="a.txt", runs=(first,), verdict="accept")
        no = HunkDecision(path="a.txt", runs=(second,), verdict="reject", reason="why?")
        other = HunkDecision(path="b.txt", runs=("of-another",), verdict="accept")
        drafts = [(yes,), (yes, no, other), (yes, no), (no,)]
        for hunks in drafts:
            work.send(DraftVerdicts(request_id=waiting.request_id, hunks=hunks))
        await work.until(lambda _: len(work.events(VerdictsDrafted)) == 3)
        assert [(one.hunks, one.taken_back) for one in work.events(VerdictsDrafted)] == [
            ((yes,), ()),
            ((no,), ()),
            ((), (first,)),
        ]
        killed = (setting.folder / "events.jsonl").read_bytes()
    (setting.folder / "events.jsonl").write_bytes(killed)
    async with setting.opened(again=True) as work:
        again, call, _ = await work.asked()
        assert again.request_id == waiting.request_id
        assert call.kept == (no,)
        assert call.decision is None
        assert one.read("a.txt") == before.encode()
        work.send(DraftVerdicts(request_id=waiting.request_id, hunks=(no,)))
        await work.decide(Decision(verdict="once", hunks=(no,)))
        await work.decide(Decision(verdict="once", hunks=(yes, no, replace(yes, runs=(third,)))))
        work.send(DraftVerdicts(request_id=waiting.request_id, hunks=(yes,)))
        await work.ended()
        after = before.replace("line 3\n", "LINE 3\n").replace("line 30\n", "LINE 30\n")
        assert one.read("a.txt") == after.encode()
        assert len(work.events(VerdictsDrafted)) == 3
    assert_whole(records_of(setting.folder))


async def test_what_a_person_writes_into_a_hunk_is_written_as_it_is_and_told_masked(
    one: Repository, script: Script
) -> None:
    before = "".join(f"line {number}\n" for number in range(40))
    one.write("a.txt", before)
    async with replace(script(THREE_HUNKS), redact=Redactor()).opened() as work:
        work.send_text("go")
        _, _, proposal = await work.asked()
        assert proposal.patch is not None
        *others, third = proposal.patch.files[0].run_ids
        text = f"fixture = {TOKEN}\n"
        own = HunkDecision(path="a.txt", runs=(third,), verdict="edit", span=(30, 31), text=text)
        no = HunkDecision(path="a.txt", runs=tuple(others), verdict="reject", reason=f"no {TOKEN}")
        await work.decide(Decision(verdict="once", hunks=(no, own)))
        await work.ended()
        assert one.read("a.txt") == before.replace("line 30\n", text).encode()
        assert TOKEN not in str(work.last(ToolFinished).output)
        decided = next(one for one in work.events(ApprovalDecided) if one.decision.hunks)
        assert [hunk.reason for hunk in decided.decision.hunks] == ["no [redacted github]", ""]
        left = redacted(decided, Redactor(), leaves=True)[0]
        assert TOKEN not in str(left), "what leaves us is masked whole"
