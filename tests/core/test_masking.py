"""What leaves this machine holds no secret, and is still the same session."""

from __future__ import annotations

from dataclasses import replace

from tests.ui.stories import reported
from tests.ui.story import Story
from tui_agent.adapters.redaction import redact
from tui_agent.core.codec import dumps
from tui_agent.core.masking import LEFT_OUT, Masked, masked
from tui_agent.core.patch import FileView, HunkDecision, settle
from tui_agent.core.proposal import Decision, FileEffect, Target
from tui_agent.core.state import fold
from tui_agent.core.wire import encode_record

TOKEN = "ghp_" + "a1B2" * 10
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\nMIIdef\n-----END RSA PRIVATE KEY-----"


def done(story: Story) -> Masked:
    return masked(story.records, lambda sha: story.blobs[sha], redact)


def everything(found: Masked) -> str:
    records = "\n".join(dumps(encode_record(one)) for one in found.records)
    return records + "\n".join(data.decode("utf-8", "replace") for data in found.payloads.values())


def an_edit(
    before: str, after: str, path: str = "config.py", targets: tuple[Target, ...] = ()
) -> Story:
    story = Story().start().user("change it")
    call = story.call("edit")
    story.model("", call)
    proposal = story.edit(call, {path: (before, after)})
    proposal = replace(proposal, targets=targets or proposal.targets)
    assert proposal.patch is not None
    runs = proposal.patch.files[0].run_ids
    hunks = tuple(HunkDecision(path=path, runs=(run,), verdict="accept") for run in runs)
    story.decide(proposal, story.ask(proposal), Decision(verdict="once", hunks=hunks))
    effect = FileEffect(path=path, sha_before="0", sha_after="1", added=1, removed=1)
    return story.applied(proposal, (effect,)).model("Done.").end()


def test_a_session_without_secrets_stays_as_it_is() -> None:
    story = reported()
    found = done(story)
    assert found.clean
    assert list(found.records) == story.records
    assert set(story.blobs.values()) <= set(found.payloads.values())


def test_tokens_in_messages_outputs_and_files_are_masked_and_counted_by_kind_and_place() -> None:
    story = an_edit(f"token = '{TOKEN}'\nx = 1\n", f"token = '{TOKEN}'\nx = 2\n")
    story.user(f"use {TOKEN}").model("No.").end()
    found = done(story)
    assert TOKEN not in everything(found)
    places = {(one.kind, one.where): one.count for one in found.findings}
    assert places["github", "messages"] == 1
    assert places["github", "config.py"] == 2
    assert found.left_out == ()


def test_a_masked_patch_still_goes_with_its_decisions() -> None:
    story = an_edit(f"a\ntoken = '{TOKEN}'\nb\n", f"a\ntoken = read('{TOKEN[:-4]}WXYZ')\nb\n")
    found = done(story)
    call = next(iter(fold(found.records).main.turns[0].calls.values()))
    assert call.proposal is not None
    assert call.proposal.patch is not None
    assert call.decision is not None
    [file] = call.proposal.patch.files
    assert file.before is not None
    assert file.after is not None
    view = FileView.of(file, found.payloads[file.before.sha], found.payloads[file.after.sha])
    outcome = settle(view, call.decision.hunks).outcome
    assert outcome.content == b"a\ntoken = read('[redacted github]')\nb\n"


def test_a_file_whose_secret_spans_lines_is_left_out() -> None:
    story = an_edit(f"a\n{KEY}\nb\n", f"a\n{KEY}\nc\n", "server.pem")
    found = done(story)
    assert found.left_out == ("server.pem",)
    assert "MIIabc" not in everything(found)


def test_a_file_that_is_marked_as_secret_is_left_out_whatever_it_holds() -> None:
    marked = (Target(path=".env", effect="edit", marks=("secret",)),)
    found = done(an_edit("PASSWORD=hunter2\n", "PASSWORD=hunter3\n", ".env", targets=marked))
    assert found.left_out == (".env",)
    assert "hunter" not in everything(found)
    story = Story().start().user("what is in it?")
    call = story.call("read")
    story.model("", call)
    proposal = story.propose(call, ".env", "read", targets=marked)
    story.decide(proposal, story.ask(proposal), Decision(verdict="once"))
    story.run(call, ".env", "1 line", "PASSWORD=hunter2").model("A password.").end()
    told = everything(done(story))
    assert "hunter" not in told
    assert LEFT_OUT in told


def test_a_missing_payload_is_counted_and_stops_nothing() -> None:
    story = reported()
    story.blobs.clear()
    found = done(story)
    assert found.missing > 0
    assert len(found.records) == len(story.records)
